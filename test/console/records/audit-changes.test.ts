/** What an audit entry shows: exactly what changed, by the types of the fields. */
import { expect, test } from "vitest";
import type { Field, FieldType, Resource } from "../../../src/console/declared.ts";
import { changesOf } from "../../../src/console/pages/audit-changes.ts";

const field = (name: string, type: FieldType): Field => ({
  name,
  type,
  label: { en: name, ru: name },
  list: true,
  writable: true,
  once: false,
  required: false,
  sortable: true,
});

const ORDERS = {
  fields: [
    field("status", "enum"),
    field("tow_truck", "reference"),
    field("final_price", "money"),
    field("assigned_at", "instant"),
    field("is_urgent", "boolean"),
    field("pickup", "place"),
  ],
  actions: [
    { asks: [{ name: "driver_rating", label: { en: "Driver, 1 to 5", ru: "Водитель, от 1 до 5" } }] },
  ],
} as unknown as Resource;

const shown = (before: object | null, after: object | null) =>
  changesOf({ before, after } as Parameters<typeof changesOf>[0], ORDERS).map((change) => [
    change.field.name,
    change.before,
    change.after,
  ]);

test("Fields that an entry did not change are not shown, whether it names them on both sides or only before.", () => {
  const before = { status: "PENDING", final_price: "10.00", tow_truck: 3 };
  expect(shown(before, { status: "CONFIRMED", final_price: "10.00" })).toEqual([
    ["status", "PENDING", "CONFIRMED"],
  ]);
});

test("Columns are shown as their fields: times, money, places and trucks, each by its type.", () => {
  const before = {
    towTruckId: null,
    finalPrice: null,
    assignedAt: null,
    isUrgent: 0,
    pickupLatitude: 55,
    pickupLongitude: 37,
  };
  const after = {
    towTruckId: 7,
    finalPrice: 175_050,
    assignedAt: 0,
    isUrgent: 1,
    pickupLatitude: 56,
    pickupLongitude: 37,
  };
  expect(shown(before, after)).toEqual([
    ["tow_truck", null, 7],
    ["final_price", null, "1750.50"],
    ["assigned_at", null, "1970-01-01T00:00:00.000Z"],
    ["is_urgent", false, true],
    ["pickup", { latitude: 55, longitude: 37 }, { latitude: 56, longitude: 37 }],
  ]);
});

test("A number that is no field of the record is not taken for a person.", () => {
  const [change] = changesOf({ before: { tries: 3 }, after: { tries: 0 } }, ORDERS);
  expect(change?.field.type).toBe("json");
  expect(change?.field.reference).toBeUndefined();
});

test("A fact that an action asked for has the name that the action gives it.", () => {
  const [change] = changesOf({ before: null, after: { driver_rating: 5 } }, ORDERS);
  expect(change?.field.label.ru).toBe("Водитель, от 1 до 5");
});

test("A reason beside a change is shown, and a new or deleted record shows what it has.", () => {
  expect(shown({ status: "PENDING" }, { status: "CANCELLED", reason: "Too late" })).toEqual([
    ["status", "PENDING", "CANCELLED"],
    ["reason", undefined, "Too late"],
  ]);
  expect(shown(null, { status: "PENDING", tow_truck: null })).toEqual([["status", undefined, "PENDING"]]);
  expect(shown({ status: "PENDING", tow_truck: null }, null)).toEqual([["status", "PENDING", undefined]]);
});
