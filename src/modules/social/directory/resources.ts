/** Console resources for cities and interests. */
import { string } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { placeInput } from "../../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, resource } from "../../../platform/resources/resource.ts";
import { cities, interests } from "../tables.ts";

const name = text("Name", "Название");
const named = (max: number) => ({ input: string({ max }) });

const cityResource = resource({
  name: "cities",
  subject: "city",
  label: text("Cities", "Города"),
  group: "people",
  table: cities,
  key: [cities.id],
  title: "name",
  fields: {
    name: field.text(cities.name, name, named(100)),
    place: field.place(cities.latitude, cities.longitude, text("Place", "Место"), { input: placeInput() }),
  },
  search: [cities.name],
  filters: ["name"],
  sort: { field: "name", order: "asc" },
  rights: { operator: NOTHING, staff: ALL },
});

const interestResource = resource({
  name: "interests",
  subject: "interest",
  label: text("Interests", "Интересы"),
  group: "people",
  table: interests,
  key: [interests.id],
  title: "name",
  fields: {
    name: field.text(interests.name, name, named(100)),
    popularity: field.integer(interests.people, text("Popularity", "Популярность")),
  },
  search: [interests.name],
  filters: ["name"],
  sort: { field: "name", order: "asc" },
  rights: { operator: NOTHING, staff: ALL },
});

export const directoryResources = [cityResource, interestResource];
