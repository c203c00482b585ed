/** The queue and the sweep: lost messages are found again, and rows that always fail end as dead. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import worker from "../../src/index.ts";
import { backOff, MAX_ATTEMPTS, overdue, purgeOutbox } from "../../src/platform/db/claims.ts";
import { deliver as deliverBatch } from "../../src/platform/db/outbox-delivery.ts";
import type { JobMessage } from "../../src/platform/runtime.ts";
import { outboxOf, person, rows, type TestEnv, unique } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { deliver, put, stored } from "./rows.ts";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** An environment whose queue only records its messages. */
function watchedQueue(): { environment: TestEnv; queued: string[] } {
  const queued: string[] = [];
  const JOBS = {
    async sendBatch(messages: Iterable<{ body: JobMessage }>) {
      for (const { body } of messages) queued.push(body.outbox);
    },
  };
  return { environment: { ...env, JOBS: JOBS as unknown as Queue<unknown> }, queued };
}

async function tick(cron: string, environment: TestEnv = env): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron }), environment, context);
  await waitOnExecutionContext(context);
}

describe("the sweep each minute", () => {
  test("The sweep sends rows to the queue that were committed and never reached it.", async () => {
    const { environment, queued } = watchedQueue();
    const [lost, fresh] = [await put({ next_attempt_at: Date.now() - 1 }), await put()];
    await tick("* * * * *", environment);
    expect(queued).toContain(lost);
    expect(queued).not.toContain(fresh);
  });

  test("The sweep sends a dead consumer's rows to the queue once their lease is over.", async () => {
    const { environment, queued } = watchedQueue();
    const due = { next_attempt_at: 0, attempts: 1 };
    const dead = await put({ ...due, leased_until: Date.now() - 1 });
    const working = await put({ ...due, leased_until: Date.now() + 60_000 });
    await tick("* * * * *", environment);
    expect(queued).toContain(dead);
    expect(queued).not.toContain(working);
  });

  test("The sweep leaves sent and dead rows alone.", async () => {
    const { environment, queued } = watchedQueue();
    const ids = [
      await put({ next_attempt_at: 0, status: "sent" }),
      await put({ next_attempt_at: 0, status: "dead" }),
    ];
    await tick("* * * * *", environment);
    for (const id of ids) expect(queued).not.toContain(id);
  });

  test("The sweep marks a row as dead whose attempts are used up without an answer.", async () => {
    const { environment, queued } = watchedQueue();
    const id = await put({ next_attempt_at: 0, attempts: MAX_ATTEMPTS });
    await tick("* * * * *", environment);
    expect(queued).not.toContain(id);
    expect(await stored(id)).toMatchObject({ status: "dead", last_error: "its consumer died each time" });
  });

  test("The sweep takes the longest waiting rows first, up to its limit.", async () => {
    const { ctx } = jobContext();
    const old = [await put({ next_attempt_at: 1 }), await put({ next_attempt_at: 2 })];
    expect(await overdue(ctx.db, 10, 2)).toEqual(old);
    expect(await overdue(ctx.db, 10, 1)).toEqual(old.slice(0, 1));
    await rows("DELETE FROM outbox WHERE next_attempt_at < 10");
  });

  test("The sweep sends a letter whose queue message was lost, end to end.", async () => {
    const { email } = await person();
    await rows(
      "UPDATE outbox SET status = 'pending', attempts = 0, next_attempt_at = 0, leased_until = 0 WHERE address = ?",
      email,
    );
    await tick("* * * * *");
    await vi.waitFor(
      async () => expect((await outboxOf(email)).map(({ status }) => status)).toEqual(["sent"]),
      { timeout: 8000, interval: 100 },
    );
  });
});

describe("the queue of what it gave up on", () => {
  const dead = (ids: string[]) => deliver(ids, env, "caravan-jobs-dead");

  test("The dead-letter queue delivers nothing and loses nothing: rows with attempts left go to the sweep.", async () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const { environment, queued } = watchedQueue();
    const id = await put({ attempts: 3, next_attempt_at: 0 });
    expect((await dead([id])).retried).toEqual([]);
    expect(await stored(id)).toMatchObject({ status: "pending", attempts: 3 });
    await tick("* * * * *", environment);
    expect(queued).toContain(id);
    expect(fetched).not.toHaveBeenCalled();
  });

  test("The dead-letter queue marks rows without attempts left as dead.", async () => {
    const id = await put({ attempts: MAX_ATTEMPTS, next_attempt_at: 0, last_error: "it was told why" });
    await dead([id]);
    expect(await stored(id)).toMatchObject({ status: "dead", last_error: "it was told why" });
  });

  test("The dead-letter queue does not change rows that were sent meanwhile.", async () => {
    const id = await put({ attempts: MAX_ATTEMPTS, next_attempt_at: 0, status: "sent" });
    await dead([id]);
    expect((await stored(id)).status).toBe("sent");
  });
});

test("A message that is retried gets a delay and is not acknowledged as well.", async () => {
  const id = await put({ kind: "test", attempts: 2, next_attempt_at: 0 });
  const message = { body: { outbox: id }, ack: vi.fn(), retry: vi.fn() };
  const failing = { test: () => Promise.reject(new Error("not today")) };
  await deliverBatch(jobContext().ctx, failing, [message as unknown as Message<JobMessage>]);
  expect(message.retry).toHaveBeenCalledExactlyOnceWith({ delaySeconds: 40 });
  expect(message.ack).not.toHaveBeenCalled();
});

test("A hundred rows are executed, never more than six at a time.", async () => {
  let [running, most, done] = [0, 0, 0];
  const handler = async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done += 1;
  };
  const ids: string[] = [];
  for (let count = 0; count < 100; count++) ids.push(await put({ kind: "test" }));
  const messages = ids.map((outbox) => ({
    body: { outbox, isNew: true },
    attempts: 1,
    ack: vi.fn(),
    retry: vi.fn(),
  }));
  await deliverBatch(jobContext().ctx, { test: handler }, messages as unknown as Message<JobMessage>[]);
  expect([done, most]).toEqual([100, 6]);
  for (const message of messages) expect(message.ack).toHaveBeenCalledOnce();
});

test.each([
  [1, 10],
  [2, 20],
  [3, 40],
  [8, 1280],
  [9, 2560],
  [10, 3600],
  [100, 3600],
])("The wait after attempt %i is %i seconds.", (attempts, seconds) => {
  expect(backOff(attempts)).toBe(seconds);
});

/** The real database without this table. */
function withoutTable(name: string): D1Database {
  return {
    withSession(start: string) {
      const session = env.DB.withSession(start);
      return {
        getBookmark: () => session.getBookmark(),
        batch: (statements: D1PreparedStatement[]) => session.batch(statements),
        prepare(words: string) {
          if (new RegExp(`\\b${name}\\b`).test(words)) throw new Error(`D1_ERROR: no such table: ${name}`);
          return session.prepare(words);
        },
      };
    },
  } as unknown as D1Database;
}

describe("the clock", () => {
  test("The cron runs every job though one fails, and logs which.", async () => {
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    const { environment, queued } = watchedQueue();
    const id = await put({ next_attempt_at: 0 });
    const key = unique("key");
    await rows("INSERT INTO idempotency_keys (id, request_hash, created_at) VALUES (?, '', 0)", key);
    await tick("* * * * *", { ...environment, DB: withoutTable("events") });
    expect(lines.mock.calls.map(([line]) => JSON.parse(line))).toEqual(
      expect.arrayContaining([expect.objectContaining({ at: "cron", job: "reminders" })]),
    );
    expect(queued).toContain(id);
    expect(await rows("SELECT id FROM idempotency_keys WHERE id = ?", key)).toEqual([]);
  });

  test("The cron does nothing at an undeclared time.", async () => {
    const { environment, queued } = watchedQueue();
    const id = await put({ next_attempt_at: 0 });
    await tick("0 0 1 1 *", environment);
    expect(queued).toEqual([]);
    await rows("DELETE FROM outbox WHERE id = ?", id);
  });

  test("The nightly cron deletes letters sent a month ago, and nothing pending, dead or younger.", async () => {
    const month = 31 * 24 * 3600_000;
    const old = { created_at: Date.now() - month };
    const gone = await put({ ...old, status: "sent" });
    const kept = [
      await put({ ...old, status: "dead" }),
      await put({ ...old }),
      await put({ status: "sent" }),
    ];
    await purgeOutbox(jobContext().ctx);
    expect(await rows("SELECT id FROM outbox WHERE id = ?", gone)).toEqual([]);
    for (const id of kept) expect((await stored(id)).id).toBe(id);
  });
});
