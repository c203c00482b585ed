/** Effects that a commit runs itself: settled at once, repeated by the outbox when they failed or their isolate died. */
import { sql } from "drizzle-orm";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noteLost, overdue } from "../../src/platform/db/claims.ts";
import { declareEffect } from "../../src/platform/db/effects.ts";
import { commit, type Effect } from "../../src/platform/db/outbox.ts";
import type { JobMessage, RequestContext, Runtime } from "../../src/platform/runtime.ts";
import { rows, unique } from "../harness/api.ts";
import { counted } from "../harness/counting/counted.ts";
import { jobContext } from "../harness/job-context.ts";
import { put, type StoredRow, stored } from "./rows.ts";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

const kind = declareEffect<{ readonly n: number }>("test", () => "thing");

/** A context that counts statements, whose queue remembers what it was given, and whose effects do as told. */
function world(runEffect: Runtime["runEffect"] = async () => {}) {
  const meter = counted();
  const { ctx, finished } = jobContext({}, meter.env);
  const queued: JobMessage[] = [];
  const queue = {
    async sendBatch(messages: Iterable<{ body: JobMessage }>) {
      for (const { body } of messages) queued.push(body);
    },
  } as unknown as Queue<JobMessage>;
  return { ctx: { ...ctx, runtime: { ...ctx.runtime, queue, runEffect } }, queued, finished, meter };
}

/** Commits a change of something with these effects; returns their rows' ids. */
async function commitWith(ctx: RequestContext, effects: readonly Effect[]): Promise<string[]> {
  const named = effects.map((effect) => ({ ...effect, id: unique("effect") }));
  const change = ctx.db.run(sql`INSERT INTO idempotency_keys (id, request_hash, created_at)
    VALUES (${unique("key")}, '', ${ctx.now()})`);
  expect(await commit(ctx, change, named)).not.toBeNull();
  return named.map(({ id }) => id);
}

const all = (ids: readonly string[]): Promise<StoredRow[]> => Promise.all(ids.map(stored));

describe("an effect that its commit runs", () => {
  test("A direct effect has run when the commit returns, is settled, and was given to no queue.", async () => {
    const run = vi.fn(async () => {});
    const { ctx, queued, finished } = world(run);
    const ids = await commitWith(ctx, [kind.now({ n: 1 })]);
    expect(run).toHaveBeenCalledOnce();
    await finished();
    expect(await all(ids)).toMatchObject([{ status: "sent", attempts: 1, next_attempt_at: null }]);
    expect(queued).toEqual([]);
  });

  test("A direct effect does not delay the commit when it runs beside the response.", async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { ctx, finished } = world(() => gate);
    const ids = await commitWith(ctx, [kind.soon({ n: 1 })]);
    expect(await all(ids)).toMatchObject([{ status: "pending" }]);
    release();
    await finished();
    expect(await all(ids)).toMatchObject([{ status: "sent" }]);
  });

  test("A direct effect runs what was passed instead of its kind's handler.", async () => {
    const [handler, passed] = [vi.fn(async () => {}), vi.fn(async () => {})];
    const { ctx, finished } = world(handler);
    await commitWith(ctx, [kind.now({ n: 1 }, passed)]);
    await finished();
    expect(handler).not.toHaveBeenCalled();
    // The results of the change, and of what came with it.
    expect(passed).toHaveBeenCalledExactlyOnceWith(ctx, expect.anything(), []);
  });

  test("A direct effect is settled together with the others of its commit in one statement; the queue gets only those for it.", async () => {
    const { ctx, queued, finished, meter } = world();
    const [queuedId] = await commitWith(ctx, [kind.row({ n: 0 }), ...[1, 2, 3].map((n) => kind.soon({ n }))]);
    await finished();
    expect(queued).toEqual([{ outbox: queuedId, isNew: true }]);
    // The change, its effects, their settlement.
    expect(meter.read()).toMatchObject({ roundTrips: 2, statements: { length: 3 } });
  });

  test("A direct effect goes to the queue when it fails, with its error, and takes no other with it.", async () => {
    const { ctx, queued, finished } = world(async (_, { payload }) => {
      if ((payload as { n: number }).n === 1) throw new Error("the room is down");
    });
    const ids = await commitWith(ctx, [kind.now({ n: 1 }), kind.soon({ n: 2 })]);
    await finished();
    expect(await all(ids)).toMatchObject([
      { status: "pending", attempts: 1, leased_until: 0, last_error: "Error: the room is down" },
      { status: "sent", last_error: null },
    ]);
    // Not as new: the queue's consumer claims it.
    expect(queued).toEqual([{ outbox: ids[0] }]);
    expect(await overdue(ctx.db, Date.now(), 1000)).toContain(ids[0]);
    await rows("DELETE FROM outbox WHERE id = ?", ids[0]);
  });

  test("A direct effect is not run when the change moved no row.", async () => {
    const run = vi.fn(async () => {});
    const { ctx, finished } = world(run);
    const nothing = ctx.db.run(sql`UPDATE idempotency_keys SET created_at = 0 WHERE id = 'nobody'`);
    expect(await commit(ctx, nothing, [kind.now({ n: 1 })])).toBeNull();
    await finished();
    expect(run).not.toHaveBeenCalled();
  });
});

describe("the sweep's search for what was lost", () => {
  const overdueIds = async (now: number) => overdue(jobContext().ctx.db, now, 1000);

  test("The sweep finds a row whose isolate died after the commit, once its lease is over, and notes it.", async () => {
    const { ctx } = jobContext();
    const id = await put({ kind: "test" });
    await noteLost(ctx.db, Date.now());
    expect(await overdueIds(Date.now() + 1000)).not.toContain(id);
    const later = Date.now() + 61_000;
    await noteLost(ctx.db, later);
    expect(await overdueIds(later)).toContain(id);
    await rows("DELETE FROM outbox WHERE id = ?", id);
  });

  test("The sweep looks back to where the last sweep ended, however long that is ago, and not at what is older.", async () => {
    const { ctx } = jobContext();
    const now = Date.now() + 61_000;
    await noteLost(ctx.db, now);
    const id = await put({ kind: "test" });
    // Nothing swept for a day.
    await rows("UPDATE sweeps SET swept_to = ? WHERE name = 'outbox'", now - 24 * 3600_000);
    const late = Date.now() + 12 * 3600_000;
    await noteLost(ctx.db, late);
    expect(await overdueIds(late)).toContain(id);
    await rows("UPDATE outbox SET next_attempt_at = NULL WHERE id = ?", id);
    // Now it has looked further than that row.
    await noteLost(ctx.db, late + 24 * 3600_000);
    expect(await overdueIds(late + 24 * 3600_000)).not.toContain(id);
    await rows("DELETE FROM outbox WHERE id = ?", id);
    await rows("DELETE FROM sweeps");
  });

  test("The sweep goes on where it stopped when there is more than it may take.", async () => {
    const { ctx } = jobContext();
    await rows("DELETE FROM sweeps");
    const now = Date.now() + 61_000;
    await noteLost(ctx.db, now);
    const ids = [await put({ kind: "test" }), await put({ kind: "test" }), await put({ kind: "test" })];
    const later = now + 61_000;
    await noteLost(ctx.db, later, 2);
    await noteLost(ctx.db, later, 2);
    expect((await overdueIds(later)).filter((id) => ids.includes(id))).toHaveLength(3);
    for (const id of ids) await rows("DELETE FROM outbox WHERE id = ?", id);
    await rows("DELETE FROM sweeps");
  });

  test("The sweep leaves what is sent, dead or has a time for its next attempt.", async () => {
    const { ctx } = jobContext();
    const now = Date.now() + 61_000;
    const ids = [
      await put({ status: "sent" }),
      await put({ status: "dead" }),
      await put({ next_attempt_at: now + 3600_000, attempts: 1 }),
    ];
    await noteLost(ctx.db, now);
    const due = await overdueIds(now);
    for (const id of ids) expect(due).not.toContain(id);
  });
});
