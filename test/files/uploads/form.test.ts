/** The upload form: how an upload starts, and what the form accepts. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { send } from "../../harness/api.ts";
import {
  fileOf,
  filesOf,
  finish,
  formOf,
  keyOf,
  LIMIT,
  objectsOf,
  PICTURE_TYPES,
  picture,
  sendForm,
  start,
  uploader,
} from "../world.ts";

describe("an upload's start", () => {
  test("Starting an upload answers a form on the requested origin, with a key made by the server.", async () => {
    const ann = await uploader();
    const upload = await start(ann, { fileName: "../../my car.jpg" });
    expect(upload.url).toBe("http://caravan.test/api/upload/direct/form/");
    expect(Object.keys(upload.fields)).toEqual([
      "key",
      "Content-Type",
      "x-caravan-file",
      "x-caravan-expires",
      "x-caravan-signature",
    ]);
    expect(keyOf(upload)).toMatch(new RegExp(`^shared/cars/${ann.id}/[\\w-]{22}$`));
    expect(await filesOf(ann)).toMatchObject([{ id: upload.id, key: keyOf(upload), status: "pending" }]);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test.each(["text/html", "image/svg+xml", "application/pdf", "image", ""])(
    "Starting an upload refuses the type %j.",
    async (fileType) => {
      const ann = await uploader();
      await expect(start(ann, { fileType })).rejects.toMatchObject({
        status: 400,
        body: { fields: { file_type: [{ en: "Only JPEG, PNG, WebP, GIF and AVIF pictures are taken." }] } },
      });
      expect(await filesOf(ann)).toEqual([]);
    },
  );

  test.each([0, -1, LIMIT + 1])("Starting an upload of %d bytes is refused.", async (size) => {
    const ann = await uploader();
    await expect(start(ann, { size })).rejects.toMatchObject({
      status: 400,
      body: { fields: { size: [{}] } },
    });
    expect(await filesOf(ann)).toEqual([]);
  });

  test("Starting an upload is refused to a person with a hundred unfinished ones.", async () => {
    const ann = await uploader();
    for (let n = 0; n < 100; n += 1) await start(ann);
    await expect(start(ann)).rejects.toMatchObject({ status: 429, headers: { "Retry-After": "3600" } });
    expect(await filesOf(ann)).toHaveLength(100);
    expect((await start(await uploader())).id).toBeGreaterThan(0);
  });
});

describe("the form is taken", () => {
  test.each(PICTURE_TYPES)("The form accepts a picture of type %s.", async (type) => {
    const ann = await uploader();
    const upload = await start(ann, { fileType: type });
    const answer = await sendForm(ann, upload, fileOf(picture(500, type), "car", type));
    expect(answer).toMatchObject({ status: 204, body: null });
    const object = await env.BUCKET.get(keyOf(upload));
    expect(object?.httpMetadata?.contentType).toBe(type);
    expect(await object?.bytes()).toEqual(picture(500, type));
  });

  test.each([
    ["unannounced", {}],
    ["announced", { size: LIMIT }],
  ])("The form accepts exactly ten megabytes, %s.", async (_name, size) => {
    const ann = await uploader();
    const upload = await start(ann, size);
    expect((await sendForm(ann, upload, fileOf(picture(LIMIT)))).status).toBe(204);
    expect((await env.BUCKET.head(keyOf(upload)))?.size).toBe(LIMIT);
    expect(await finish(ann, upload.id)).toEqual({ id: upload.id });
  });

  test("The form accepts a file part without a known type.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const file = fileOf(picture(), "car.jpg", "application/octet-stream");
    expect((await sendForm(ann, upload, file)).status).toBe(204);
  });

  test("A picture under another picture type's name is stored as what its bytes are.", async () => {
    const ann = await uploader();
    const upload = await start(ann, { fileType: "image/png" });
    const webp = fileOf(picture(64, "image/webp"), "car.png", "image/png");
    expect((await sendForm(ann, upload, webp)).status).toBe(204);
    expect(await filesOf(ann)).toMatchObject([{ content_type: "image/webp", size: 64 }]);
    expect((await env.BUCKET.head(keyOf(upload)))?.httpMetadata?.contentType).toBe("image/webp");
  });

  test("The form is accepted from another listed origin with the cookie, and the answer allows that origin.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const answer = await send(
      new Request(upload.url, {
        method: "POST",
        body: formOf(upload, fileOf(picture())),
        headers: { cookie: `jwt=${ann.token}`, origin: "http://localhost:5173" },
      }),
    );
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
    expect(answer.headers.get("access-control-allow-credentials")).toBe("true");
  });
});
