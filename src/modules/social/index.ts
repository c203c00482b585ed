/** Social: what other rooms of the house may use. */
export { type City, findCity, type Located, placeOf } from "./places.ts";
export { type Relation, relation } from "./relations.ts";
export { ageOn } from "./rules.ts";
