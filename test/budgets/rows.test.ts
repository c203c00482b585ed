/**
 * Rows written per action, with everything that follows from it: they are the bill. Counted, so that they hold on any
 * machine, and fail when they grow.
 *
 * To add a line: put what it may cost into `limits.ts`, and a `Budget` into the list of its module (`chat.ts`, `tracking.ts`,
 * `dispatch.ts`, `events.ts`, `sockets.ts`, `letters.ts`, `records.ts` in this folder, or a new file that `BUDGETS` names).
 * `measure` prepares what the action needs, then returns `perAction(clock, times, act)`. Within `act`, move the time with
 * `clock.advance(ms)`: it fires the alarms that are due. An object that all tests share by name belongs into `SHARED` of
 * `harness/clock.ts`.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { type Budget, explain, measured } from "./budget.ts";
import { chatBudgets } from "./chat.ts";
import { costs, quiet, startCounting } from "./cost.ts";
import { dispatchBudgets } from "./dispatch.ts";
import { eventBudgets } from "./events.ts";
import { letterBudgets } from "./letters.ts";
import { LIMITS } from "./limits.ts";
import { recordBudgets } from "./records.ts";
import { socketBudgets } from "./sockets.ts";
import { trackingBudgets } from "./tracking.ts";

const BUDGETS: readonly Budget[] = [
  ...chatBudgets,
  ...trackingBudgets,
  ...dispatchBudgets,
  ...eventBudgets,
  ...socketBudgets,
  ...letterBudgets,
  ...recordBudgets,
];

test("Rows of D1 and of objects, alarms, trips, calls and messages are counted, each as the platform bills it.", async () => {
  await quiet();
  const room = env.EVENT_ROOMS.getByName("event:counted");
  await room.wake("event:counted");
  await evictDurableObject(room);
  // Its tables are made now.
  await room.latest("event:counted", 1);
  startCounting();
  await env.DB.batch([
    env.DB.prepare("CREATE TABLE counted (id TEXT PRIMARY KEY, at INTEGER)"),
    env.DB.prepare("CREATE INDEX counted_at ON counted (at)"),
  ]);
  startCounting();
  const insert = env.DB.withSession().prepare("INSERT INTO counted VALUES ('one', 1)");
  await env.DB.batch([insert, env.DB.prepare("UPDATE counted SET at = 2")]);
  await env.DB.prepare("DROP TABLE counted").run();
  // The row with its key and its index, then the row again and its index.
  expect(costs().where).toEqual({
    "D1 INSERT INTO counted VALUES ('one', 1)": 3,
    "D1 UPDATE counted SET at = 2": 2,
  });
  expect(costs().trips).toBe(2);
  await runInDurableObject(room, async (_, { storage }) => {
    storage.sql.exec("CREATE TABLE plain (id INTEGER PRIMARY KEY)");
    startCounting();
    storage.sql.exec("INSERT INTO plain VALUES (1), (2), (3)");
    storage.sql.exec("DELETE FROM plain WHERE id = 1 RETURNING id").toArray();
    await storage.put("one", 1);
    await storage.put({ two: 2, three: 3 });
    await storage.delete("one");
    storage.kv.put("four", 4);
    await storage.setAlarm(Date.now() + 3600_000);
    await storage.deleteAlarm();
  });
  await env.JOBS.sendBatch([{ body: { outbox: "x" } }, { body: { outbox: "y" } }]);
  await room.latest("event:counted", 1);
  const { objectRows, alarms, objectCalls, queueMessages, rows } = costs();
  expect({ objectRows, alarms, objectCalls, queueMessages, rows }).toEqual({
    objectRows: 9,
    alarms: 1,
    objectCalls: ["EventRoom.latest"],
    queueMessages: 2,
    rows: 10,
  });
});

describe("rows written per action", () => {
  test("Every limit has a measurement.", () => {
    expect(BUDGETS.map(({ action }) => action).sort()).toEqual(Object.keys(LIMITS).sort());
  });

  test.each(BUDGETS.map((budget) => ({ ...budget, most: LIMITS[budget.action].rows })))(
    "The budget holds: $action costs at most $most rows.",
    async (budget) => {
      const result = await measured(budget);
      const { rows, trips, objectCalls, queueMessages, d1Read, cost } = result;
      console.log(
        `${budget.action}: ${round(rows)} rows (${cost.objectRows} + ${cost.alarms} alarms + ${cost.d1Rows} D1 in all), ` +
          `${round(trips)} trips, ${round(objectCalls)} calls, ${round(queueMessages)} queued, ${round(d1Read)} read`,
      );
      for (const [name, limit] of Object.entries<number>(LIMITS[budget.action]))
        expect(result[name as "rows"], `${name}: ${explain(result)}`).toBeLessThanOrEqual(limit);
    },
    60_000,
  );
});

const round = (number: number) => Math.round(number * 100) / 100;
