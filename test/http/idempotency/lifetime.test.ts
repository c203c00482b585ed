/** Lifetime of an idempotency key, and requests that die half-way. */
import { expect, test, vi } from "vitest";
import type { Caller } from "../../../src/platform/http/caller.ts";
import {
  KEY_LIFETIME,
  once,
  purgeIdempotencyKeys,
  type StoredResponse,
} from "../../../src/platform/http/idempotency.ts";
import { rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";

const DAY = 24 * 3600_000;
const ANN: Caller = { userId: 1, sessionId: "s", userType: "CLIENT", isStaff: false, expiresAt: 0 };

/** One client with one key and a clock; counts how often the work was really done. */
function client() {
  const request = { key: crypto.randomUUID(), caller: ANN, route: "POST /things", body: { name: "a" } };
  let [done, now] = [0, Date.now()];
  const answer = async (): Promise<StoredResponse> => {
    done += 1;
    return { status: 201, headers: [["x-made", "yes"]], body: `{"made":${done}}` };
  };
  return {
    ask: (work: () => Promise<StoredResponse> = answer, body: unknown = request.body) =>
      once(jobContext({ now: () => now }).ctx, { ...request, body }, work),
    answer,
    later: (milliseconds: number) => {
      now += milliseconds;
    },
    now: () => now,
    done: () => done,
  };
}

const never = () => new Promise<never>(() => {});

test("A response is kept for 24 hours, with its headers.", async () => {
  const { ask, later, done } = client();
  const first = await ask();
  later(DAY - 1000);
  const again = await ask();
  expect(again).toEqual({ ...first, headers: [["x-made", "yes"]], replayed: true });
  expect(done()).toBe(1);
});

test("After 24 hours an idempotency key is free, for any body.", async () => {
  expect(KEY_LIFETIME).toBe(DAY);
  const { ask, later, done } = client();
  await ask();
  later(DAY + 1000);
  expect(await ask(undefined, { name: "b" })).toMatchObject({ replayed: false, body: '{"made":2}' });
  await expect(ask()).rejects.toMatchObject({ status: 422 });
  expect(done()).toBe(2);
});

test("The cron job deletes only keys older than 24 hours.", async () => {
  const { ask, later, now, done } = client();
  await ask();
  later(DAY - 1000);
  await purgeIdempotencyKeys(jobContext({ now }).ctx);
  expect((await ask()).replayed).toBe(true);
  later(2000);
  await purgeIdempotencyKeys(jobContext({ now }).ctx);
  expect(await rows("SELECT id FROM idempotency_keys WHERE created_at < ?", now() - DAY)).toEqual([]);
  await ask();
  expect(done()).toBe(2);
});

test("While the first request runs, a repeat gets 409 with Retry-After.", async () => {
  const { ask, later, done } = client();
  void ask(never);
  await vi.waitFor(async () => {
    await expect(ask()).rejects.toMatchObject({ status: 409, headers: { "Retry-After": "1" } });
  });
  later(50_000);
  await expect(ask()).rejects.toMatchObject({ status: 409 });
  await expect(ask(undefined, { name: "b" })).rejects.toMatchObject({ status: 422 });
  expect(done()).toBe(0);
});

test("After a minute a repeat takes over from a dead request; another request does not.", async () => {
  const { ask, later, done } = client();
  void ask(never);
  await vi.waitFor(() => expect(ask()).rejects.toMatchObject({ status: 409 }));
  later(61_000);
  await expect(ask(undefined, { name: "b" })).rejects.toMatchObject({ status: 422 });
  expect(await ask()).toMatchObject({ replayed: false, status: 201 });
  expect(await ask()).toMatchObject({ replayed: true });
  expect(done()).toBe(1);
});

test("A request that throws frees its idempotency key at once.", async () => {
  const { ask, done } = client();
  const bug = new Error("a bug");
  await expect(ask(() => Promise.reject(bug))).rejects.toBe(bug);
  expect(await ask()).toMatchObject({ replayed: false });
  expect(done()).toBe(1);
});

test("A response of 500 and above is not stored.", async () => {
  const { ask, done } = client();
  const failing = async () => ({ status: 503, headers: [], body: "{}" });
  expect(await ask(failing)).toMatchObject({ status: 503, replayed: false });
  expect(await ask()).toMatchObject({ status: 201, replayed: false });
  expect(done()).toBe(1);
});

test("A request stays done when its response cannot be stored.", async () => {
  const warning = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { answer, done } = client();
  const ctx = jobContext().ctx;
  const request = { key: crypto.randomUUID(), caller: ANN, route: "POST /things", body: {} };
  const failing = {
    ...ctx,
    db: Object.assign(Object.create(ctx.db), {
      update: () => {
        throw new Error("D1_ERROR: gone");
      },
    }),
  };
  expect(await once(failing, request, answer)).toMatchObject({ status: 201, replayed: false });
  await expect(once(ctx, request, answer)).rejects.toMatchObject({ status: 409 });
  expect(done()).toBe(1);
  expect(warning).toHaveBeenCalledOnce();
  warning.mockRestore();
});

test("Files in a body are compared by their bytes.", async () => {
  const { ask, done } = client();
  const picture = (bytes: number[]) => ({
    file: new File([new Uint8Array(bytes)], "a.png", { type: "image/png" }),
  });
  await ask(undefined, picture([1, 2, 3]));
  expect((await ask(undefined, picture([1, 2, 3]))).replayed).toBe(true);
  await expect(ask(undefined, picture([1, 2, 4]))).rejects.toMatchObject({ status: 422 });
  expect(done()).toBe(1);
});
