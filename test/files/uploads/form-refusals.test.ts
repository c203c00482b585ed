/** What the upload form refuses, and that a refusal leaves nothing. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { send } from "../../harness/api.ts";
import {
  contextAt,
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
  picture,
  sendForm,
  start,
  uploader,
} from "../world.ts";

const NOT_IMAGE = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const TOO_LARGE = "The image size is too large. Please upload an image that is less than 10MB.";
const WRONG_SIZE = "The file is of another size than this upload was started with.";
const WRONG_TYPE = "The file is of another type than this upload was started with.";

describe("files that the form refuses", () => {
  test.each([
    ["has a byte too many", {}, fileOf(picture(LIMIT + 1)), TOO_LARGE],
    ["has a byte more than announced", { size: 63 }, fileOf(picture(64)), WRONG_SIZE],
    ["has a byte less than announced", { size: 65 }, fileOf(picture(64)), WRONG_SIZE],
    ["is empty", {}, fileOf(""), "The submitted file is empty."],
    ["is an HTML page named as a JPEG", {}, fileOf(PAGE), NOT_IMAGE],
    ["is shorter than any picture", {}, fileOf(picture(2)), NOT_IMAGE],
    ["is a page of the announced size", { size: PAGE.length }, fileOf(PAGE), NOT_IMAGE],
    ["is declared as an HTML page", {}, fileOf(picture(), "car.jpg", "text/html"), WRONG_TYPE],
    ["is declared as another picture type", {}, fileOf(picture(), "car.png", "image/png"), WRONG_TYPE],
    ["is missing", {}, null, "No file was submitted."],
    ["is only text", {}, "picture", "No file was submitted."],
  ])("The form is refused, and nothing is left, when its file %s.", async (_name, announced, file, words) => {
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
  ])("The form is refused with 403 when its field %s was changed to %j.", async (field, value) => {
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

  test("The form is refused with 403 once it has expired, which ends the upload.", async () => {
    const ann = await uploader();
    const upload = await start(ann, {}, contextAt({ now: () => Date.now() - HOUR - 1000 }));
    expect(await sendForm(ann, upload, fileOf(picture()))).toMatchObject({
      status: 403,
      body: { detail: "This upload form has expired. Start again." },
    });
    expect(await objectsOf(ann)).toEqual([]);
    await expectNothingLeft(ann);
  });

  test("A form that is sent again is refused with 403, before the finish and after it, and the first file stays.", async () => {
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

  test("Of two concurrent sends of one form, one is refused.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    const responses = await Promise.all([70, 80].map((size) => sendForm(ann, upload, fileOf(picture(size)))));
    expect(responses.map(({ status }) => status).sort()).toEqual([204, 403]);
    const [row] = await filesOf(ann);
    expect((await env.BUCKET.head(keyOf(upload)))?.size).toBe(row?.size);
  });

  test("The form is refused with 404 to another person, and stays valid for its owner.", async () => {
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

  test("The form is refused with 401 without a session, whatever its signature.", async () => {
    const ann = await uploader();
    const upload = await start(ann);
    expect((await sendForm(null, upload, fileOf(picture()))).status).toBe(401);
    expect(await objectsOf(ann)).toEqual([]);
  });

  test("The form is refused with 403 from a foreign page with the cookie.", async () => {
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
    ["not multipart at all", "multipart/form-data; boundary=b", "x", 400],
    [
      "cut off within its text fields",
      "multipart/form-data; boundary=b",
      '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nx',
      400,
    ],
  ])("A form body that is %s is refused.", async (_name, type, body, status) => {
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

  test("A form that breaks off within the file is refused, and may be sent again.", async () => {
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

test("A file that arrives after its row was deleted leaves no object.", async () => {
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
