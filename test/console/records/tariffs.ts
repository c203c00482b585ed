/** Tariffs that the tests of lists and records change: a resource with text, numbers and money. */
import { expect } from "vitest";
import { unique } from "../../whole/client.ts";
import type { Stage } from "../browser.ts";

export interface Tariff {
  readonly id: number;
  readonly name: string;
}

/** Creates a tariff for one test. */
export async function newTariff(stage: Stage, name = unique("Tariff ")): Promise<Tariff> {
  const operator = await stage.as("operator");
  const facts = { name, max_weight: 2, base_price: "1000.00", per_km_rate: "50.00", description: "" };
  const { status, body, text } = await operator.post("/api/admin/vehicle-types/", facts);
  expect([status, text.slice(0, 200)]).toEqual([201, text.slice(0, 200)]);
  return { id: body.id, name };
}

/** The tariff as it is stored now. */
export async function readTariff(stage: Stage, { id }: Pick<Tariff, "id">) {
  return (await (await stage.as("operator")).get(`/api/admin/vehicle-types/${id}/`)).body;
}
