/** What is selected and filtered stands in the page's address, so that it can be shared and comes back. Pure. */
import { AGES, type Filters } from "./view.ts";

export interface Address {
  readonly order: string | null;
  readonly truck: number | null;
  readonly filters: Filters;
}

export function readAddress(search: URLSearchParams): Address {
  const duty = search.get("duty");
  const hidden = (search.get("hide") ?? "").split(",").filter(Boolean);
  return {
    order: search.get("order"),
    truck: Number(search.get("truck")) || null,
    filters: {
      hidden: new Set(hidden),
      tariff: Number(search.get("tariff")) || null,
      duty: duty === "on" || duty === "off" ? duty : null,
      age: AGES.find((age) => age === search.get("age")) ?? null,
    },
  };
}

/** Only what is set. An order and a truck are never both selected. */
export function writeAddress({ order, truck, filters }: Address): Record<string, string> {
  const { hidden, tariff, duty, age } = filters;
  return Object.fromEntries(
    Object.entries({
      order,
      truck: order === null ? truck : null,
      hide: [...hidden].join(",") || null,
      ...{ tariff, duty, age },
    }).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)]])),
  );
}
