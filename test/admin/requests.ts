/** Requests of the console's tests, and tariffs to change. */
import { expect } from "vitest";
import type { Person } from "../authorization/world.ts";
import { post, rows, unique } from "../harness/api.ts";

/** The options of a request in English, with the version of the record if there is one. */
export const as = (who: Person, version?: string) => ({
  token: who.token,
  headers: { "accept-language": "en", ...(version ? { "if-match": version } : {}) },
});

/** The options of a request that accepts any version of the record. */
export const asAnyVersion = (who: Person) => as(who, "*");

/** Creates a tariff as an operator; returns its path, body and audit subject. */
export async function tariff(operator: Person) {
  const body = { name: unique("Тариф"), max_weight: 3.5, base_price: "1500.00", per_km_rate: "45.50" };
  const answer = await post("/api/admin/vehicle-types/", body, as(operator));
  expect(answer.status).toBe(201);
  const path = `/api/admin/vehicle-types/${answer.body.id}/`;
  return { path, made: answer.body, subject: `vehicle_type:${answer.body.id}` };
}

/** Returns the audit rows of a subject. */
export const logOf = (subject: string) =>
  rows<{ id: number; action: string; actor_id: number; before: string; after: string; request_id: string }>(
    "SELECT * FROM audit_log WHERE subject = ? ORDER BY id",
    subject,
  );
