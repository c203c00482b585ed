/** Social: what other rooms of the house may use. */
export { type Relation, relation } from "./relations.ts";
