/** Uploads that are never finished, and the nightly check of objects against rows. */
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { checkFiles, purgePendingFiles } from "../../src/modules/files/index.ts";
import { rows } from "../harness/api.ts";
import {
  contextAt,
  fileOf,
  filesOf,
  HOUR,
  keyOf,
  objectsOf,
  picture,
  sendForm,
  start,
  tick,
  uploaded,
  uploader,
} from "./world.ts";

describe("uploads that were never finished", () => {
  test("Unfinished uploads are deleted after an hour with their objects; younger and finished ones stay.", async () => {
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
    await purgePendingFiles(contextAt());
    expect((await filesOf(ann)).map(({ id }) => id)).toEqual([finished.id, young.id]);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([finished.key]);
  });

  test("Expired unfinished uploads are purged by the next run of the cron.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await sendForm(ann, upload, fileOf(picture()));
    await rows("UPDATE files SET created_at = created_at - ? WHERE id = ?", HOUR + 1000, upload.id);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual([]);
    expect(await filesOf(ann)).toEqual([]);
  });

  test("An unfinished upload stays while it may still be finished.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await rows("UPDATE files SET created_at = created_at - ? WHERE id = ?", HOUR - 60_000, upload.id);
    await tick();
    expect(await filesOf(ann)).toHaveLength(1);
  });
});

describe("the nightly check", () => {
  const aDayLater = () => contextAt({ now: () => Date.now() + 25 * HOUR });

  test("The nightly check deletes objects without a row, in both folders, and nothing else.", async () => {
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

  test("The nightly check leaves objects younger than a day, which may still be uploading.", async () => {
    const ann = await uploader();
    await env.BUCKET.put(`shared/cars/${ann.id}/new`, "x");
    await checkFiles(contextAt());
    expect(await objectsOf(ann)).toHaveLength(1);
  });

  test("The nightly check logs finished rows without an object, and leaves them.", async () => {
    const ann = await uploader();
    const [there, lost] = [await uploaded(ann), await uploaded(ann, { purpose: "document" })];
    await env.BUCKET.delete(lost.key);
    const lines = vi.spyOn(console, "error").mockImplementation(() => {});
    const { missing } = await checkFiles(aDayLater());
    const told = lines.mock.calls.map(([line]) => JSON.parse(line));
    lines.mockRestore();
    expect(missing).toContain(lost.id);
    expect(missing).not.toContain(there.id);
    expect(told).toContainEqual(expect.objectContaining({ at: "files.missing", ids: missing.slice(0, 100) }));
    expect(await filesOf(ann)).toHaveLength(2);
  });

  test("The nightly check reads page by page, and a file at a page's edge is neither lost nor missing.", async () => {
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
