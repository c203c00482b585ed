/** Objects go with their rows: by the trigger and the outbox, whatever deletes the row and whatever fails on the way. */
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { runtimeOf } from "../../src/env.ts";
import {
  checkFiles,
  dropFiles,
  keepFile,
  purgePendingFiles,
  storeFile,
} from "../../src/modules/files/index.ts";
import { runBatch } from "../../src/platform/db/client.ts";
import { del, rows } from "../harness/api.ts";
import {
  expectNothingLeft,
  fileOf,
  filesOf,
  HOUR,
  keyOf,
  newSubject,
  objectsOf,
  picture,
  scopeAt,
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
  test("hands the object of a deleted row to the outbox, due at once", async () => {
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

  test("fires when a row goes by the cascade of its account", async () => {
    const ann = await uploader();
    const { key } = await uploaded(ann);
    await env.DB.prepare("DELETE FROM users WHERE id = ?").bind(ann.id).run();
    expect(await filesOf(ann)).toEqual([]);
    expect(await effectsOf([key])).toMatchObject([{ kind: "object", address: key }]);
  });

  test("is undone with the change that it belongs to", async () => {
    const ann = await uploader();
    const { id, key } = await uploaded(ann);
    const fails = env.DB.prepare("INSERT INTO outbox (id) VALUES (NULL)");
    const deletes = env.DB.prepare("DELETE FROM files WHERE id = ?").bind(id);
    await expect(env.DB.batch([deletes, fails])).rejects.toThrow();
    expect(await filesOf(ann)).toHaveLength(1);
    expect(await effectsOf([key])).toEqual([]);
  });
});

test("deleting an account with twenty pictures and documents, some unfinished, leaves no row and no object", async () => {
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

test("a deleted account's objects go by the queue at once, without waiting for the clock", async () => {
  const ann = await uploader();
  await uploaded(ann);
  await uploaded(ann, { purpose: "document" });
  expect((await del("/api/user/", undefined, { token: ann.token })).status).toBe(204);
  await vi.waitFor(async () => expect(await objectsOf(ann)).toEqual([]), { timeout: 15_000 });
});

test("a subject's files go in the batch that deletes it, unfinished ones too", async () => {
  const ann = await uploader();
  const [subjectId, other] = [newSubject(), newSubject()];
  await uploaded(ann, { subjectId });
  await start(ann, { subjectId });
  const kept = [
    await uploaded(ann, { subjectId: other }),
    await uploaded(ann, { subjectId, purpose: "document" }),
  ];
  const ctx = scopeAt();
  await runBatch(ctx.db, [dropFiles(ctx, "car_image", [subjectId])]);
  expect((await filesOf(ann)).map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
  await tick();
  await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toHaveLength(2);
});

describe("an object that can't be deleted", () => {
  test("is tried again until it can, also when the one who tried died half-way", async () => {
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
    // As a consumer leaves it that claimed the row and was never heard of again.
    const past = Date.now() - 1000;
    await rows("UPDATE outbox SET leased_until = ?, next_attempt_at = ? WHERE address = ?", past, past, key);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([]);
  });
});

describe("uploads that were never finished", () => {
  test("go after an hour with their object; younger and finished ones stay", async () => {
    const ann = await uploader();
    const finished = await uploaded(ann);
    const [old, sent, young] = [await start(ann), await start(ann), await start(ann)];
    await sendForm(ann, sent, fileOf(picture()));
    const longAgo = Date.now() - HOUR - 1;
    await rows(
      "UPDATE files SET created_at = ? WHERE id IN (SELECT value FROM json_each(?))",
      longAgo,
      JSON.stringify([old.id, sent.id, finished.id]),
    );
    await purgePendingFiles(scopeAt());
    expect((await filesOf(ann)).map(({ id }) => id)).toEqual([finished.id, young.id]);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([finished.key]);
  });

  test("are purged by the clock, within one stroke of it", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await sendForm(ann, upload, fileOf(picture()));
    await rows("UPDATE files SET created_at = created_at - ? WHERE id = ?", HOUR + 1000, upload.id);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([]);
    expect(await filesOf(ann)).toEqual([]);
  });

  test("stay while they may still be finished", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await rows("UPDATE files SET created_at = created_at - ? WHERE id = ?", HOUR - 60_000, upload.id);
    await tick();
    expect(await filesOf(ann)).toHaveLength(1);
  });
});

describe("the nightly check", () => {
  const aDayLater = () => scopeAt({ now: () => Date.now() + 25 * HOUR });

  test("deletes objects without a row, in both folders, and nothing else", async () => {
    const ann = await uploader();
    const kept = await uploaded(ann);
    const pending = await start(ann);
    await sendForm(ann, pending, fileOf(picture()));
    await env.BUCKET.put(`shared/cars/${ann.id}/lost`, "x");
    await env.BUCKET.put(`private/documents/${ann.id}/lost`, "x");
    await env.BUCKET.put(`avatars/${ann.id}/another-module's`, "x");
    expect((await checkFiles(aDayLater())).orphans).toBeGreaterThanOrEqual(2);
    expect((await objectsOf(ann)).sort()).toEqual([kept.key, keyOf(pending)].sort());
    expect(await env.BUCKET.head(`avatars/${ann.id}/another-module's`)).not.toBeNull();
  });

  test("leaves what is younger than a day: it may still be on its way", async () => {
    const ann = await uploader();
    await env.BUCKET.put(`shared/cars/${ann.id}/new`, "x");
    await checkFiles(scopeAt());
    expect(await objectsOf(ann)).toHaveLength(1);
  });

  test("names finished rows without an object in the log, and leaves them", async () => {
    const ann = await uploader();
    const [there, lost] = [await uploaded(ann), await uploaded(ann, { purpose: "document" })];
    await env.BUCKET.delete(lost.key);
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    const { missing } = await checkFiles(aDayLater());
    const told = lines.mock.calls.map(([line]) => JSON.parse(line));
    lines.mockRestore();
    expect(missing).toContain(lost.id);
    expect(missing).not.toContain(there.id);
    expect(told).toContainEqual(expect.objectContaining({ at: "files.missing", ids: missing }));
    expect(await filesOf(ann)).toHaveLength(2);
  });

  test("walks page by page: what stands on a page's edge is neither lost nor missing", async () => {
    const ann = await uploader();
    const uploads = [];
    for (let n = 0; n < 7; n += 1) uploads.push(await uploaded(ann));
    await env.BUCKET.put(`shared/cars/${ann.id}/lost`, "x");
    await env.BUCKET.delete(uploads[3]?.key ?? "");
    const ctx = aDayLater();
    const bucket = new Proxy(ctx.runtime.bucket, {
      get(target, name) {
        if (name === "list") return (options: R2ListOptions) => target.list({ ...options, limit: 2 });
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const { missing } = await checkFiles({ ...ctx, runtime: { ...ctx.runtime, bucket } });
    const mine = new Set(uploads.map(({ id }) => id));
    expect(missing.filter((id) => mine.has(id))).toEqual([uploads[3]?.id]);
    expect(await objectsOf(ann)).toHaveLength(6);
  });
});

describe("a file that came through the API", () => {
  const subjectOf = (ownerId: number, subjectId = newSubject()) =>
    ({ ownerId, purpose: "document", subjectId }) as const;
  const replaceFile = async (...[ctx, ...told]: Parameters<typeof storeFile>) => {
    const stored = await storeFile(ctx, ...told);
    await runBatch(ctx.db, keepFile(ctx, stored));
    return stored;
  };

  test("is private, finished and the only one of its subject", async () => {
    const ann = await uploader();
    const subject = subjectOf(ann.id);
    const first = await replaceFile(scopeAt(), subject, "file", fileOf(picture(70)));
    const second = await replaceFile(scopeAt(), subject, "file", fileOf(picture(80, "image/png"), "a.png"));
    expect(second.key).toMatch(new RegExp(`^private/documents/${ann.id}/`));
    expect(await filesOf(ann)).toMatchObject([
      { id: second.id, status: "finished", size: 80, content_type: "image/png" },
    ]);
    expect(await effectsOf([first.key])).toHaveLength(1);
  });

  test.each([
    ["a page that is called a JPEG", fileOf("<html>"), "no_picture"],
    ["an empty file", fileOf(""), "empty"],
    ["a byte too many", fileOf(picture(10_485_761)), "too_large"],
  ])("is refused when it is %s: no row, no object, and the former stays", async (_name, file) => {
    const ann = await uploader();
    const subject = subjectOf(ann.id);
    const former = await replaceFile(scopeAt(), subject, "file", fileOf(picture()));
    await expect(replaceFile(scopeAt(), subject, "scan", file)).rejects.toMatchObject({
      status: 400,
      body: { fields: { scan: [{}] } },
    });
    expect(await filesOf(ann)).toMatchObject([{ id: former.id, status: "finished" }]);
    expect(await objectsOf(ann)).toEqual([former.key]);
  });

  test("may have exactly ten megabytes", async () => {
    const ann = await uploader();
    const file = fileOf(picture(10_485_760));
    expect(await replaceFile(scopeAt(), subjectOf(ann.id), "file", file)).toMatchObject({ ownerId: ann.id });
  });

  test("is shown only once it is kept, and goes within the hour otherwise", async () => {
    const ann = await uploader();
    const stored = await storeFile(scopeAt(), subjectOf(ann.id), "file", fileOf(picture()));
    expect(await filesOf(ann)).toMatchObject([{ id: stored.id, status: "pending" }]);
    await purgePendingFiles(scopeAt({ now: () => Date.now() + HOUR + 1000 }));
    await expectNothingLeft(ann);
  });
});
