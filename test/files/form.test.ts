/** The form's door: what it takes, and that what it refuses leaves nothing. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { send } from "../harness/api.ts";
import {
  expectNothingLeft,
  fileOf,
  filesOf,
  finish,
  formOf,
  HOUR,
  keyOf,
  LIMIT,
  objectsOf,
  PAGE,
  PICTURE_TYPES,
  picture,
  scopeAt,
  sendForm,
  start,
  uploader,
} from "./world.ts";

const NOT_IMAGE = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const TOO_LARGE = "The image size is too large. Please upload an image that is less than 10MB.";
const WRONG_SIZE = "The file is of another size than this upload was started with.";
const WRONG_TYPE = "The file is of another type than this upload was started with.";

describe("an upload's start", () => {
  test("answers a form on the origin that was asked, with a key that the server made", async () => {
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
    "refuses %s",
    async (fileType) => {
      const ann = await uploader();
      await expect(start(ann, { fileType })).rejects.toMatchObject({
        status: 400,
        body: { fields: { file_type: [{ en: "Only JPEG, PNG, WebP, GIF and AVIF pictures are taken." }] } },
      });
      expect(await filesOf(ann)).toEqual([]);
    },
  );

  test.each([0, -1, LIMIT + 1])("refuses %d bytes", async (size) => {
    const ann = await uploader();
    await expect(start(ann, { size })).rejects.toMatchObject({
      status: 400,
      body: { fields: { size: [{}] } },
    });
    expect(await filesOf(ann)).toEqual([]);
  });

  test("is refused to whoever leaves a hundred uploads unfinished", async () => {
    const ann = await uploader();
    for (let n = 0; n < 100; n += 1) await start(ann);
    await expect(start(ann)).rejects.toMatchObject({ status: 429, headers: { "Retry-After": "3600" } });
    expect(await filesOf(ann)).toHaveLength(100);
    expect((await start(await uploader())).id).toBeGreaterThan(0);
  });
});

describe("the form is taken", () => {
  test.each(PICTURE_TYPES)("with %s", async (type) => {
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
  ])("with exactly ten megabytes, %s", async (_name, size) => {
    const ann = await uploader();
    const upload = await start(ann, size);
    expect((await sendForm(ann, upload, fileOf(picture(LIMIT)))).status).toBe(204);
    expect((await env.BUCKET.head(keyOf(upload)))?.size).toBe(LIMIT);
    expect(await finish(ann, upload.id)).toEqual({ id: upload.id });
  });

  test("when its part does not know its type", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const file = fileOf(picture(), "car.jpg", "application/octet-stream");
    expect((await sendForm(ann, upload, file)).status).toBe(204);
  });

  test("as what its bytes are, when a picture bears another picture's name", async () => {
    const ann = await uploader();
    const upload = await start(ann, { fileType: "image/png" });
    const webp = fileOf(picture(64, "image/webp"), "car.png", "image/png");
    expect((await sendForm(ann, upload, webp)).status).toBe(204);
    expect(await filesOf(ann)).toMatchObject([{ content_type: "image/webp", size: 64 }]);
    expect((await env.BUCKET.head(keyOf(upload)))?.httpMetadata?.contentType).toBe("image/webp");
  });

  test("from another listed origin with the cookie, and says so", async () => {
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

describe("the form is refused, and nothing is left, when its file", () => {
  test.each([
    ["has a byte too many", {}, fileOf(picture(LIMIT + 1)), TOO_LARGE],
    ["has a byte more than announced", { size: 63 }, fileOf(picture(64)), WRONG_SIZE],
    ["has a byte less than announced", { size: 65 }, fileOf(picture(64)), WRONG_SIZE],
    ["is empty", {}, fileOf(""), "The submitted file is empty."],
    ["is a page that is called a JPEG", {}, fileOf(PAGE), NOT_IMAGE],
    ["is shorter than any picture", {}, fileOf(picture(2)), NOT_IMAGE],
    ["is a page of the announced size", { size: PAGE.length }, fileOf(PAGE), NOT_IMAGE],
    ["says to be a page", {}, fileOf(picture(), "car.jpg", "text/html"), WRONG_TYPE],
    ["says to be another picture", {}, fileOf(picture(), "car.png", "image/png"), WRONG_TYPE],
    ["is missing", {}, null, "No file was submitted."],
    ["is only a text", {}, "picture", "No file was submitted."],
  ])("%s", async (_name, announced, file, words) => {
    const ann = await uploader();
    const upload = await start(ann, announced);
    const answer = await sendForm(ann, upload, file);
    expect(answer).toMatchObject({ status: 400, body: { file: [words] } });
    expect(await objectsOf(ann)).toEqual([]);
    await expectNothingLeft(ann);
    await expect(finish(ann, upload.id)).rejects.toMatchObject({ status: 404 });
  });
});

describe("the form is refused", () => {
  test.each([
    ["key", "shared/cars/1/other"],
    ["Content-Type", "text/html"],
    ["x-caravan-file", "1"],
    ["x-caravan-size", "5"],
    ["x-caravan-expires", "9999999999"],
    ["x-caravan-signature", "0".repeat(64)],
    ["x-caravan-signature", ""],
  ])("with 403 when its %s was changed", async (field, value) => {
    const ann = await uploader();
    const upload = await start(ann);
    const forged = { ...upload, fields: { ...upload.fields, [field]: value } };
    expect(await sendForm(ann, forged, fileOf(picture()))).toMatchObject({
      status: 403,
      body: { detail: "The signature of this upload form is not valid." },
    });
    expect(await objectsOf(ann)).toEqual([]);
    // What a forger does is no harm to the form itself.
    expect((await sendForm(ann, upload, fileOf(picture()))).status).toBe(204);
  });

  test("with 403 when it has expired: then the upload is over", async () => {
    const ann = await uploader();
    const upload = await start(ann, {}, scopeAt({ now: () => Date.now() - HOUR - 1000 }));
    expect(await sendForm(ann, upload, fileOf(picture()))).toMatchObject({
      status: 403,
      body: { detail: "This upload form has expired. Start again." },
    });
    expect(await objectsOf(ann)).toEqual([]);
    await expectNothingLeft(ann);
  });

  test("with 403 when it comes again, before the finish and after it; the first stays", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    expect((await sendForm(ann, upload, fileOf(picture(70)))).status).toBe(204);
    const used = { status: 403, body: { detail: "This upload form was used already. Start again." } };
    expect(await sendForm(ann, upload, fileOf(picture(80)))).toMatchObject(used);
    await finish(ann, upload.id);
    expect(await sendForm(ann, upload, fileOf(picture(90)))).toMatchObject(used);
    expect(await filesOf(ann)).toMatchObject([{ status: "finished", size: 70 }]);
    expect((await env.BUCKET.head(keyOf(upload)))?.size).toBe(70);
  });

  test("to one of two that send it at the same time", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const responses = await Promise.all([70, 80].map((size) => sendForm(ann, upload, fileOf(picture(size)))));
    expect(responses.map(({ status }) => status).sort()).toEqual([204, 403]);
    const [row] = await filesOf(ann);
    expect((await env.BUCKET.head(keyOf(upload)))?.size).toBe(row?.size);
  });

  test("with 404 to a stranger, who spoils nothing", async () => {
    const [ann, bob] = [await uploader(), await uploader()];
    const upload = await start(ann);
    expect(await sendForm(bob, upload, fileOf(picture()))).toMatchObject({
      status: 404,
      body: { detail: "No File matches the given query." },
    });
    expect(await objectsOf(ann)).toEqual([]);
    expect(await filesOf(bob)).toEqual([]);
    expect((await sendForm(ann, upload, fileOf(picture()))).status).toBe(204);
  });

  test("with 401 without a session, whatever its signature", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    expect((await sendForm(null, upload, fileOf(picture()))).status).toBe(401);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test("with 403 from a page that is not ours, with the cookie", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const answer = await send(
      new Request(upload.url, {
        method: "POST",
        body: formOf(upload, fileOf(picture())),
        headers: { cookie: `jwt=${ann.token}`, origin: "https://evil.example" },
      }),
    );
    expect(answer.status).toBe(403);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test.each([
    ["JSON", "application/json", "{}", 415],
    ["without a boundary", "multipart/form-data", "x", 400],
    ["that is no form", "multipart/form-data; boundary=b", "x", 400],
    [
      "that ends in its texts",
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx',
      400,
    ],
  ])("when it is %s", async (_name, type, body, status) => {
    const ann = await uploader();
    const answer = await send(
      new Request("http://caravan.test/api/upload/direct/form/", {
        method: "POST",
        body,
        headers: { "content-type": type, authorization: `Bearer ${ann.token}` },
      }),
    );
    expect(answer.status).toBe(status);
  });

  test("when it breaks off in the file, and may then come again", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const whole = new Response(formOf(upload, fileOf(picture(500))));
    const type = whole.headers.get("content-type") ?? "";
    const bytes = await whole.bytes();
    const answer = await send(
      new Request(upload.url, {
        method: "POST",
        body: bytes.slice(0, bytes.length - 200),
        headers: { "content-type": type, authorization: `Bearer ${ann.token}` },
      }),
    );
    expect(answer.status).toBe(400);
    expect(await objectsOf(ann)).toEqual([]);
    expect((await sendForm(ann, upload, fileOf(picture(500)))).status).toBe(204);
  });
});

test("a file that arrives after its row is gone leaves no object", async () => {
  const ann = await uploader();
  const upload = await start(ann);
  const whole = new Response(formOf(upload, fileOf(picture(500))));
  const type = whole.headers.get("content-type") ?? "";
  const bytes = await whole.bytes();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answer = send(
    new Request(upload.url, {
      method: "POST",
      body: readable,
      headers: { "content-type": type, authorization: `Bearer ${ann.token}` },
    }),
  );
  await writer.write(bytes.slice(0, bytes.length - 300));
  await expect
    .poll(() =>
      env.DB.prepare("SELECT accepted_at FROM files WHERE id = ?").bind(upload.id).first("accepted_at"),
    )
    .not.toBeNull();
  await env.DB.prepare("DELETE FROM files WHERE id = ?").bind(upload.id).run();
  await writer.write(bytes.slice(bytes.length - 300));
  await writer.close();
  expect((await answer).status).toBe(404);
  expect(await objectsOf(ann)).toEqual([]);
});
