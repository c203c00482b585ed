/** Finishing an upload: the object in the bucket decides, whichever client asks and however often. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { newestFinished } from "../../../src/modules/files/index.ts";
import { openD1Session } from "../../../src/platform/db/client.ts";
import { incomingKey } from "../../../src/platform/storage/store-upload.ts";
import {
  contextAt,
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
  sendForm,
  start,
  uploaded,
  uploader,
} from "../world.ts";

const gone = { status: 404, body: { detail: { en: "No File matches the given query." } } };
const stored = (key: string, bytes: Uint8Array | string, contentType = "image/jpeg") =>
  env.BUCKET.put(incomingKey(key), bytes, { httpMetadata: { contentType } });
const shown = async (subjectId: number) =>
  (await newestFinished(contextAt(), "car_image", [subjectId])).get(subjectId);

describe("a finish", () => {
  test("Finishing an upload makes it the picture of its subject.", async () => {
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

  test("Finishing an upload again answers the same and changes nothing.", async () => {
    const ann = await uploader();
    const upload = await uploaded(ann);
    const before = await env.DB.prepare("SELECT * FROM files WHERE id = ?").bind(upload.id).first();
    expect(await finish(ann, upload.id)).toEqual({ id: upload.id });
    expect(await env.DB.prepare("SELECT * FROM files WHERE id = ?").bind(upload.id).first()).toEqual(before);
    expect(await objectsOf(ann)).toEqual([upload.key]);
  });

  test("Two concurrent finishes of an upload are both answered and make one file.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await sendForm(ann, upload, fileOf(picture()));
    const responses = await Promise.all([finish(ann, upload.id), finish(ann, upload.id)]);
    expect(responses).toEqual([{ id: upload.id }, { id: upload.id }]);
    expect(await filesOf(ann)).toMatchObject([{ status: "finished" }]);
    expect(await objectsOf(ann)).toEqual([keyOf(upload)]);
  });

  test("Finishing an upload without an object is a 404 and ends the upload, so that its form comes too late.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    await expect(finish(ann, upload.id)).rejects.toMatchObject(gone);
    await expectNothingLeft(ann);
    expect((await sendForm(ann, upload, fileOf(picture()))).status).toBe(404);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test("Finishing an unknown upload is a 404.", async () => {
    await expect(finish(await uploader(), 2 ** 40)).rejects.toMatchObject(gone);
  });

  test("Finishing another person's upload is a 404 and changes nothing, whether it is pending or finished.", async () => {
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

describe("objects that were stored without passing the Worker", () => {
  test.each([
    ["an HTML page named as a JPEG", {}, PAGE, "no_picture"],
    ["an empty object", {}, "", "empty"],
    ["a picture of a byte over ten megabytes", {}, picture(LIMIT + 1), "too_large"],
    ["a picture of a byte more than announced", { size: 63 }, picture(64), "wrong_size"],
    ["a picture of a byte less than announced", { size: 65 }, picture(64), "wrong_size"],
    ["the first bytes of a picture", {}, picture(2), "no_picture"],
  ])("A finish refuses %s, and leaves nothing of it.", async (_name, announced, bytes, fault) => {
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

test("A picture under another picture type's name is relabelled.", async () => {
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
  test("A subject's new picture replaces the former one, whose object is deleted.", async () => {
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

  test("A subject's former picture stays until the new one is finished, and if that is refused.", async () => {
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

  test("Of two uploads for a subject, the one finished last stays.", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const [one, two] = [await start(ann, { subjectId }), await start(ann, { subjectId })];
    for (const upload of [one, two]) await sendForm(ann, upload, fileOf(picture()));
    await finish(ann, two.id);
    await finish(ann, one.id);
    expect(await filesOf(ann)).toMatchObject([{ id: one.id, status: "finished" }]);
  });

  test("Of concurrent uploads for a subject exactly one stays.", async () => {
    const ann = await uploader();
    const subjectId = newSubject();
    const uploads = await Promise.all([1, 2, 3, 4].map(() => start(ann, { subjectId })));
    for (const upload of uploads) await sendForm(ann, upload, fileOf(picture()));
    await Promise.allSettled(uploads.map(({ id }) => finish(ann, id)));
    expect(await filesOf(ann)).toHaveLength(1);
  });

  test("A new picture does not replace those of another subject or purpose, or without a subject.", async () => {
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

test("The pictures of a whole list are found with one statement, and those of an empty list with none.", async () => {
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
  const ctx = { ...contextAt(), db: openD1Session(database, null).db };
  expect((await newestFinished(ctx, "car_image", [])).size).toBe(0);
  expect(statements).toEqual([]);
  const many = [...ids, ...Array.from({ length: 300 }, () => newSubject())];
  expect([...(await newestFinished(ctx, "car_image", many)).keys()].sort()).toEqual(ids.slice(0, 2));
  expect(statements).toHaveLength(1);
});
