/** What a form for a new record shows before anything is typed is what is saved when nothing is. */
import { expect, test } from "vitest";
import { newPerson } from "../../authorization/world.ts";
import { get, post, unique, uniquePhone } from "../../harness/api.ts";
import { aTariff } from "../orders/towing.ts";

interface Declared {
  readonly name: string;
  readonly fields: readonly { name: string; type: string; writable: boolean; initial?: unknown }[];
}

test("A new record that names only what it must gets exactly the values that its form shows.", async () => {
  const { token } = await newPerson("staff");
  const minimal: Record<string, object> = {
    "vehicle-types": { name: unique("Tariff "), max_weight: 2, base_price: "1000.00" },
    "tow-trucks": { license_plate: unique("D"), model: "MAN", capacity: 5, vehicle_types: [await aTariff()] },
    users: { username: unique("someone"), phone: uniquePhone() },
    "webhook-endpoints": { url: "https://example.com/in", types: ["order.updated"] },
  };
  const declared = (await get("/api/admin/resources/", { token })).body as Declared[];
  let compared = 0;
  for (const [name, body] of Object.entries(minimal)) {
    const made = await post(`/api/admin/${name}/`, body, { token });
    expect([name, made.status, made.body]).toEqual([name, 201, made.body]);
    for (const field of declared.find((each) => each.name === name)?.fields ?? []) {
      if (
        !field.writable ||
        field.name in body ||
        !["enum", "boolean", "integer", "reference"].includes(field.type)
      )
        continue;
      // A box without a declared value is not checked, a list is on none.
      const shown = field.initial ?? (field.type === "boolean" ? false : null);
      expect([name, field.name, made.body[field.name]]).toEqual([name, field.name, shown]);
      compared += 1;
    }
  }
  expect(compared).toBeGreaterThan(6);
});
