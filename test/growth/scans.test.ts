/**
 * Nothing reads a growing table completely: every statement that routes, the clock and rooms send to D1, as the query planner
 * reports it. What does so on purpose is named.
 */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import { runSchedule } from "../../src/jobs.ts";
import { table } from "../authorization/table.ts";
import { newPerson } from "../authorization/world.ts";
import { call } from "../harness/api.ts";
import { withClock } from "../harness/clock.ts";
import { scansOf } from "../harness/counting/scans.ts";
import { watchDatabase } from "../harness/counting/watched-database.ts";
import { SCANS } from "./scans.ts";

const statements = new Set<string>();
let listening = false;
watchDatabase((sent) => {
  if (listening) for (const { sql } of sent) statements.add(sql);
});

/** The statements that are sent meanwhile, by anybody. */
async function during(work: () => Promise<unknown>): Promise<readonly string[]> {
  statements.clear();
  listening = true;
  await work().finally(() => {
    listening = false;
  });
  return [...statements];
}

/** Tables whose rows are few, whatever the use: a full read is no harm. */
const FEW = new Set([
  "admin_jobs",
  "cities",
  "counted_rows",
  "interests",
  "reference_codes",
  // Rooms that were used within two days.
  "rooms",
  "saved_views",
  "staff_group_members",
  "staff_groups",
  "storage_use",
  "sweeps",
  "tow_truck_types",
  "tow_trucks",
  "vehicle_types",
  "webhook_endpoints",
]);

/** Statements that read a growing table, with the tables. */
async function scans(sent: readonly string[]): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const statement of sent) {
    const tables = (await scansOf(statement)).filter((name) => !FEW.has(name));
    if (tables.length > 0) found[statement.replaceAll(/\s+/g, " ")] = tables;
  }
  return found;
}

test.each(["* * * * *", "17 3 * * *"])(
  "No job of the schedule %s reads a growing table completely.",
  async (cron) => {
    const sent = await during(async () => {
      const context = createExecutionContext();
      await runSchedule(runtimeOf(env), createScheduledController({ cron }), context);
      await waitOnExecutionContext(context);
    });
    expect(sent.length).toBeGreaterThan(5);
    expect(await scans(sent)).toEqual({});
  },
);

test("No route reads a growing table completely, nor what its rooms and their alarms send, but for those that are named.", async () => {
  const found: Record<string, unknown> = {};
  const checked = new Set<string>();
  await withClock(async (clock) => {
    for (const [name, row] of Object.entries(table)) {
      const [method = "", path = ""] = name.split(" ");
      // What staff changes, owners change by the same commands; what staff reads is all people's.
      for (const role of method === "GET" ? (["owner", "staff"] as const) : (["owner"] as const)) {
        const owner = await newPerson("owner");
        const asked = (await row.ask?.(owner)) ?? {};
        const { token } = role === "owner" ? owner : await newPerson(role);
        const { body } = asked;
        const sent = await during(async () => {
          await call(method, asked.path ?? `${path}/`, { token, ...(body === undefined ? {} : { body }) });
          if (method !== "GET") await clock.advance(2_000);
        });
        const fresh = sent.filter((statement) => !checked.has(statement));
        for (const statement of fresh) checked.add(statement);
        const scanned = await scans(fresh);
        if (Object.keys(scanned).length > 0 && !(name in SCANS)) found[`${name} ${role}`] = scanned;
      }
    }
  });
  expect(checked.size).toBeGreaterThan(200);
  expect(found).toEqual({});
}, 120_000);
