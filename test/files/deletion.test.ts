/** Objects are deleted with their rows: by the trigger and the outbox, whatever deletes the row and whatever fails on the way. */
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import { dropFiles } from "../../src/modules/files/index.ts";
import { runBatch } from "../../src/platform/db/client.ts";
import { del, rows } from "../harness/api.ts";
import {
  contextAt,
  expectNothingLeft,
  fileOf,
  filesOf,
  newSubject,
  objectsOf,
  picture,
  sendForm,
  start,
  tick,
  uploaded,
  uploader,
} from "./world.ts";

const effectsOf = (keys: readonly string[]) =>
  rows<{ address: string; kind: string; status: string; payload: string }>(
    "SELECT address, kind, status, payload FROM outbox WHERE address IN (SELECT value FROM json_each(?)) ORDER BY address",
    JSON.stringify(keys),
  );

describe("the trigger", () => {
  test("The trigger writes an outbox row for a deleted file's object, due at once.", async () => {
    const ann = await uploader();
    const { id, key } = await uploaded(ann);
    const before = Date.now();
    await env.DB.prepare("DELETE FROM files WHERE id = ?").bind(id).run();
    const [effect, ...more] = await rows<{ id: string; next_attempt_at: number; created_at: number }>(
      "SELECT * FROM outbox WHERE address = ?",
      key,
    );
    expect(more).toEqual([]);
    expect(effect).toMatchObject({ kind: "object", payload: "{}", status: "pending", attempts: 0 });
    expect(effect?.id).toMatch(/^[0-9a-f]{32}$/);
    for (const at of [effect?.next_attempt_at, effect?.created_at]) {
      expect(Number.isInteger(at)).toBe(true);
      expect(Math.abs((at ?? 0) - before)).toBeLessThan(60_000);
    }
  });

  test("The trigger fires when a file's row is deleted by the cascade of its account.", async () => {
    const ann = await uploader();
    const { key } = await uploaded(ann);
    await env.DB.prepare("DELETE FROM users WHERE id = ?").bind(ann.id).run();
    expect(await filesOf(ann)).toEqual([]);
    expect(await effectsOf([key])).toMatchObject([{ kind: "object", address: key }]);
  });

  test("The trigger's outbox row is rolled back with the change that caused it.", async () => {
    const ann = await uploader();
    const { id, key } = await uploaded(ann);
    const fails = env.DB.prepare("INSERT INTO outbox (id) VALUES (NULL)");
    const deletes = env.DB.prepare("DELETE FROM files WHERE id = ?").bind(id);
    await expect(env.DB.batch([deletes, fails])).rejects.toThrow();
    expect(await filesOf(ann)).toHaveLength(1);
    expect(await effectsOf([key])).toEqual([]);
  });
});

test("Deleting an account with twenty pictures and documents, some unfinished, leaves no row and no object.", async () => {
  const ann = await uploader();
  const bob = await uploader();
  const others = await uploaded(bob);
  for (let n = 0; n < 10; n += 1) {
    await uploaded(ann);
    await uploaded(ann, { purpose: "document" });
  }
  const unfinished = await start(ann);
  await sendForm(ann, unfinished, fileOf(picture()));
  expect(await filesOf(ann)).toHaveLength(21);
  expect(await objectsOf(ann)).toHaveLength(21);
  const answer = await del("/api/user/", undefined, { token: ann.token });
  expect(answer.status).toBe(204);
  await expectNothingLeft(ann);
  expect(await objectsOf(bob)).toEqual([others.key]);
  expect(await filesOf(bob)).toHaveLength(1);
});

test("A deleted account's objects are deleted by the queue at once, without waiting for the cron.", async () => {
  const ann = await uploader();
  await uploaded(ann);
  await uploaded(ann, { purpose: "document" });
  expect((await del("/api/user/", undefined, { token: ann.token })).status).toBe(204);
  await vi.waitFor(async () => expect(await objectsOf(ann)).toEqual([]), { timeout: 15_000 });
});

test("A subject's files are deleted in the batch that deletes it, unfinished ones too.", async () => {
  const ann = await uploader();
  const [subjectId, other] = [newSubject(), newSubject()];
  await uploaded(ann, { subjectId });
  await start(ann, { subjectId });
  const kept = [
    await uploaded(ann, { subjectId: other }),
    await uploaded(ann, { subjectId, purpose: "document" }),
  ];
  const ctx = contextAt();
  await runBatch(ctx.db, [dropFiles(ctx, "car_image", [subjectId])]);
  expect((await filesOf(ann)).map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
  await tick();
  await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toHaveLength(2);
});

describe("an object that can't be deleted", () => {
  test("The deletion of an object is retried until it succeeds, also when a consumer died half-way.", async () => {
    const ann = await uploader();
    const { id, key } = await uploaded(ann);
    await env.DB.prepare("DELETE FROM files WHERE id = ?").bind(id).run();
    const { bucket } = runtimeOf(env);
    const broken = vi.spyOn(bucket, "delete").mockRejectedValue(new Error("the bucket is down"));
    try {
      await tick();
      await expect
        .poll(() => rows("SELECT attempts, status FROM outbox WHERE address = ?", key), { timeout: 10_000 })
        .toEqual([{ attempts: 1, status: "pending" }]);
    } finally {
      broken.mockRestore();
    }
    expect(await objectsOf(ann)).toEqual([key]);
    // As left by a consumer that claimed the row and died.
    const past = Date.now() - 1000;
    await rows("UPDATE outbox SET leased_until = ?, next_attempt_at = ? WHERE address = ?", past, past, key);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([]);
  });
});
