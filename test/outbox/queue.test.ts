/** The queue's side and the clock's: what is lost on the way is found again, and what can't be done ends. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import worker from "../../src/index.ts";
import { backOff, MAX_ATTEMPTS, overdue, purgeOutbox } from "../../src/platform/db/claims.ts";
import { deliver as deliverBatch } from "../../src/platform/db/delivery.ts";
import type { JobMessage } from "../../src/platform/runtime.ts";
import { outboxOf, person, rows, type TestEnv, unique } from "../harness/api.ts";
import { jobContext } from "../harness/scope.ts";
import { deliver, put, stored } from "./rows.ts";

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** An environment whose queue only remembers what it was given. */
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
  test("hands over what was committed and never reached the queue", async () => {
    const { environment, queued } = watchedQueue();
    const [lost, fresh] = [await put({ next_attempt_at: Date.now() - 1 }), await put()];
    await tick("* * * * *", environment);
    expect(queued).toContain(lost);
    expect(queued).not.toContain(fresh);
  });

  test("hands over what a consumer left when it died, once its lease is over", async () => {
    const { environment, queued } = watchedQueue();
    const due = { next_attempt_at: 0, attempts: 1 };
    const dead = await put({ ...due, leased_until: Date.now() - 1 });
    const working = await put({ ...due, leased_until: Date.now() + 60_000 });
    await tick("* * * * *", environment);
    expect(queued).toContain(dead);
    expect(queued).not.toContain(working);
  });

  test("leaves what is sent or dead alone", async () => {
    const { environment, queued } = watchedQueue();
    const ids = [
      await put({ next_attempt_at: 0, status: "sent" }),
      await put({ next_attempt_at: 0, status: "dead" }),
    ];
    await tick("* * * * *", environment);
    for (const id of ids) expect(queued).not.toContain(id);
  });

  test("buries what was tried as often as it may be and never came back", async () => {
    const { environment, queued } = watchedQueue();
    const id = await put({ next_attempt_at: 0, attempts: MAX_ATTEMPTS });
    await tick("* * * * *", environment);
    expect(queued).not.toContain(id);
    expect(await stored(id)).toMatchObject({ status: "dead", last_error: "its consumer died each time" });
  });

  test("takes the longest waiting first and no more than it is told", async () => {
    const { ctx } = jobContext();
    const old = [await put({ next_attempt_at: 1 }), await put({ next_attempt_at: 2 })];
    expect(await overdue(ctx.db, 10, 2)).toEqual(old);
    expect(await overdue(ctx.db, 10, 1)).toEqual(old.slice(0, 1));
    await rows("DELETE FROM outbox WHERE next_attempt_at < 10");
  });

  test("finishes a letter whose hand-off was lost, end to end", async () => {
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

  test("delivers nothing and loses nothing: what has attempts left goes to the sweep", async () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const { environment, queued } = watchedQueue();
    const id = await put({ attempts: 3, next_attempt_at: 0 });
    expect((await dead([id])).retried).toEqual([]);
    expect(await stored(id)).toMatchObject({ status: "pending", attempts: 3 });
    await tick("* * * * *", environment);
    expect(queued).toContain(id);
    expect(fetched).not.toHaveBeenCalled();
  });

  test("buries what has none left", async () => {
    const id = await put({ attempts: MAX_ATTEMPTS, next_attempt_at: 0, last_error: "it was told why" });
    await dead([id]);
    expect(await stored(id)).toMatchObject({ status: "dead", last_error: "it was told why" });
  });

  test("does not touch what was sent meanwhile", async () => {
    const id = await put({ attempts: MAX_ATTEMPTS, next_attempt_at: 0, status: "sent" });
    await dead([id]);
    expect((await stored(id)).status).toBe("sent");
  });
});

test("a message that must come back is told when, and is not acked beside it", async () => {
  const id = await put({ kind: "test", attempts: 2, next_attempt_at: 0 });
  const message = { body: { outbox: id }, ack: vi.fn(), retry: vi.fn() };
  const failing = { test: () => Promise.reject(new Error("not today")) };
  await deliverBatch(jobContext().ctx, failing, [message as unknown as Message<JobMessage>]);
  expect(message.retry).toHaveBeenCalledExactlyOnceWith({ delaySeconds: 40 });
  expect(message.ack).not.toHaveBeenCalled();
});

test("a hundred rows are carried out, never more than six at a time", async () => {
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
  const messages = ids.map((outbox) => ({ body: { outbox }, ack: vi.fn(), retry: vi.fn() }));
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
])("after attempt %i the wait is %i s", (attempts, seconds) => {
  expect(backOff(attempts)).toBe(seconds);
});

/** The real database, but whoever asks for this table is told that it is gone. */
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
  test("runs every job though one fails, and says which", async () => {
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

  test("does nothing at an hour that nobody named", async () => {
    const { environment, queued } = watchedQueue();
    const id = await put({ next_attempt_at: 0 });
    await tick("0 0 1 1 *", environment);
    expect(queued).toEqual([]);
    await rows("DELETE FROM outbox WHERE id = ?", id);
  });

  test("by night drops letters sent a month ago, and nothing that is pending, dead or younger", async () => {
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
