/** Finishing an upload: by what really lies in the bucket, whoever asks and however often. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { newestFinished } from "../../src/modules/files/index.ts";
import { openD1Session } from "../../src/platform/db/client.ts";
import { incomingKey } from "../../src/platform/storage/store-upload.ts";
import {
  expectNothingLeft,
  fileOf,
  filesOf,
  finish,
  keyOf,
  LIMIT,
  newSubject,
  objectsOf,
  PAGE,
  picture,
  scopeAt,
  sendForm,
  start,
  uploaded,
  uploader,
} from "./world.ts";

const gone = { status: 404, body: { detail: { en: "No File matches the given query." } } };
const stored = (key: string, bytes: Uint8Array | string, contentType = "image/jpeg") =>
  env.BUCKET.put(incomingKey(key), bytes, { httpMetadata: { contentType } });
const shown = async (subjectId: number) =>
  (await newestFinished(scopeAt(), "car_image", [subjectId])).get(subjectId);

describe("a finish", () => {
  test("makes the upload the picture of its subject", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const upload = await start(ann, { subjectId });
    await sendForm(ann, upload, fileOf(picture(100)));
    expect(await shown(subjectId)).toBeUndefined();
    expect(await finish(ann, upload.id)).toEqual({ id: upload.id });
    expect(await shown(subjectId)).toEqual({
      id: upload.id,
      key: keyOf(upload),
      name: "car.jpg",
      contentType: "image/jpeg",
      size: 100,
    });
  });

  test("asked again answers the same and changes nothing", async () => {
    const ann = await uploader();
    const upload = await uploaded(ann);
    const before = await env.DB.prepare("SELECT * FROM files WHERE id = ?").bind(upload.id).first();
    expect(await finish(ann, upload.id)).toEqual({ id: upload.id });
    expect(await env.DB.prepare("SELECT * FROM files WHERE id = ?").bind(upload.id).first()).toEqual(before);
    expect(await objectsOf(ann)).toEqual([upload.key]);
  });

  test("asked twice at the same time answers both and makes one file", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await sendForm(ann, upload, fileOf(picture()));
    const responses = await Promise.all([finish(ann, upload.id), finish(ann, upload.id)]);
    expect(responses).toEqual([{ id: upload.id }, { id: upload.id }]);
    expect(await filesOf(ann)).toMatchObject([{ status: "finished" }]);
    expect(await objectsOf(ann)).toEqual([keyOf(upload)]);
  });

  test("without an object is a 404, and the upload is over: its form comes too late", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await expect(finish(ann, upload.id)).rejects.toMatchObject(gone);
    await expectNothingLeft(ann);
    expect((await sendForm(ann, upload, fileOf(picture()))).status).toBe(404);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test("of nothing is a 404", async () => {
    await expect(finish(await uploader(), 2 ** 40)).rejects.toMatchObject(gone);
  });

  test("by a stranger is a 404 and touches nothing, pending or finished", async () => {
    const [ann, bob] = [await uploader(), await uploader()];
    const upload = await start(ann);
    await expect(finish(bob, upload.id)).rejects.toMatchObject(gone);
    await sendForm(ann, upload, fileOf(picture()));
    await expect(finish(bob, upload.id)).rejects.toMatchObject(gone);
    await finish(ann, upload.id);
    await expect(finish(bob, upload.id)).rejects.toMatchObject(gone);
    expect(await filesOf(ann)).toMatchObject([{ id: upload.id, status: "finished" }]);
  });
});

describe("what came past the Worker is looked at: a finish refuses, and leaves nothing of,", () => {
  test.each([
    ["a page that is called a JPEG", {}, PAGE, "no_picture"],
    ["nothing at all", {}, "", "empty"],
    ["a byte over ten megabytes", {}, picture(LIMIT + 1), "too_large"],
    ["a byte more than announced", { size: 63 }, picture(64), "wrong_size"],
    ["a byte less than announced", { size: 65 }, picture(64), "wrong_size"],
    ["a few bytes of a picture", {}, picture(2), "no_picture"],
  ])("%s", async (_name, announced, bytes, fault) => {
    const words = {
      no_picture: "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
      empty: "The submitted file is empty.",
      too_large: "The image size is too large. Please upload an image that is less than 10MB.",
      wrong_size: "The file is of another size than this upload was started with.",
    }[fault];
    const ann = await uploader();
    const subjectId = newSubject();
    const upload = await start(ann, { subjectId, ...announced });
    await stored(keyOf(upload), bytes);
    await expect(finish(ann, upload.id)).rejects.toMatchObject({
      status: 400,
      body: { fields: { file: [{ en: words }] } },
    });
    expect(await shown(subjectId)).toBeUndefined();
    await expectNothingLeft(ann);
  });
});

test("one kind of picture under the name of another is relabelled", async () => {
  const ann = await uploader();
  const upload = await start(ann, { fileType: "image/png" });
  await stored(keyOf(upload), picture(500, "image/avif"), "image/png");
  await finish(ann, upload.id);
  const object = await env.BUCKET.get(keyOf(upload));
  expect(object?.httpMetadata?.contentType).toBe("image/avif");
  expect(await object?.bytes()).toEqual(picture(500, "image/avif"));
  expect(await filesOf(ann)).toMatchObject([{ content_type: "image/avif", size: 500 }]);
});

describe("a subject has one picture", () => {
  test("a new one takes the place of the former, whose object goes", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const first = await uploaded(ann, { subjectId });
    const second = await uploaded(ann, { subjectId });
    expect(second.key).not.toBe(first.key);
    expect(await shown(subjectId)).toMatchObject({ id: second.id });
    expect(await filesOf(ann)).toMatchObject([{ id: second.id }]);
    const doomed = await env.DB.prepare("SELECT kind, status FROM outbox WHERE address = ?")
      .bind(first.key)
      .all();
    expect(doomed.results).toEqual([{ kind: "object", status: "pending" }]);
  });

  test("a former one stays until the new one is finished, and when that is refused", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const first = await uploaded(ann, { subjectId });
    const upload = await start(ann, { subjectId });
    expect(await shown(subjectId)).toMatchObject({ id: first.id });
    expect((await sendForm(ann, upload, fileOf(PAGE))).status).toBe(400);
    await expect(finish(ann, upload.id)).rejects.toMatchObject(gone);
    expect(await shown(subjectId)).toMatchObject({ id: first.id });
    expect(await objectsOf(ann)).toEqual([first.key]);
  });

  test("whichever of two finishes last", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const [one, two] = [await start(ann, { subjectId }), await start(ann, { subjectId })];
    for (const upload of [one, two]) await sendForm(ann, upload, fileOf(picture()));
    await finish(ann, two.id);
    await finish(ann, one.id);
    expect(await filesOf(ann)).toMatchObject([{ id: one.id, status: "finished" }]);
  });

  test("of those at the same time exactly one", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const uploads = await Promise.all([1, 2, 3, 4].map(() => start(ann, { subjectId })));
    for (const upload of uploads) await sendForm(ann, upload, fileOf(picture()));
    await Promise.allSettled(uploads.map(({ id }) => finish(ann, id)));
    expect(await filesOf(ann)).toHaveLength(1);
  });

  test("and another subject, or purpose, keeps its own; so does what has no subject", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const kept = [
      await uploaded(ann, { subjectId: newSubject() }),
      await uploaded(ann, { subjectId, purpose: "document" }),
      await uploaded(ann, { subjectId: null }),
      await uploaded(ann, { subjectId: null }),
      await uploaded(ann, { subjectId }),
    ];
    expect((await filesOf(ann)).map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
  });
});

test("the pictures of a whole list are found with one statement, those of none with none", async () => {
  const ann = await uploader();
  const ids = [newSubject(), newSubject(), newSubject()];
  for (const subjectId of ids.slice(0, 2)) await uploaded(ann, { subjectId });
  const statements: string[] = [];
  const session = new Proxy(env.DB.withSession("first-primary"), {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "prepare") statements.push(String(given[0]));
        return value.apply(target, given);
      };
    },
  });
  const database = { withSession: () => session } as unknown as D1Database;
  const ctx = { ...scopeAt(), db: openD1Session(database, null).db };
  expect((await newestFinished(ctx, "car_image", [])).size).toBe(0);
  expect(statements).toEqual([]);
  const many = [...ids, ...Array.from({ length: 300 }, () => newSubject())];
  expect([...(await newestFinished(ctx, "car_image", many)).keys()].sort()).toEqual(ids.slice(0, 2));
  expect(statements).toHaveLength(1);
});
