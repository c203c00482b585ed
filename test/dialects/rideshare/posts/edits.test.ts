/** The client's edit form: every field as text, two parts called `image`, and errors under `Message`. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { fileOf, filesOf, LIMIT, PAGE, PICTURE_TYPES, picture, tick } from "../../../files/world.ts";
import { send } from "../../../harness/api.ts";
import {
  addCar,
  carOf,
  driver,
  edit,
  editForm,
  imageOf,
  KEYS,
  OPTIONS,
  pictured,
  picturesOf,
  REQUIRED,
} from "./cars.ts";

const TOO_LARGE = "The image size is too large. Please upload an image that is less than 10MB.";
const NOT_IMAGE = "Upload a valid image. The file you uploaded was either not an image or a corrupted image.";
const NOT_YOURS = "You do not have permission to edit this car post.";

describe("an edit", () => {
  test.each(["json", "form"])("An edit as %s changes the given fields only.", async (kind) => {
    const ann = await driver();
    const id = await addCar(ann, OPTIONS);
    const before = await carOf(ann, id);
    const change = { price: "6500", contact: "новый" };
    const answer = await edit(ann, id, kind === "json" ? change : editForm(change));
    expect(answer).toMatchObject({ status: 200, body: { ...before, ...change } });
    expect(Object.keys(answer.body)).toEqual(KEYS);
    expect(await carOf(ann, id)).toEqual({ ...before, ...change });
  });

  test("An empty edit changes nothing.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    const before = await carOf(ann, id);
    expect(await edit(ann, id, {})).toMatchObject({ status: 200, body: before });
  });

  test("A complete edit as the client sends it keeps owner, id and time.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    const before = await carOf(ann, id);
    const fields = Object.fromEntries(Object.entries(before).map(([key, value]) => [key, `${value}`]));
    const whole = { ...fields, id: "1", user_id: "1", created_at: "2001-01-01" };
    expect(await edit(ann, id, editForm(whole))).toMatchObject({ status: 200, body: before });
    expect(await carOf(ann, id)).toEqual(before);
    expect(await filesOf(ann)).toEqual([]);
  });

  test.each(Object.keys(OPTIONS))("An edit by form reads the word null in %s as null.", async (field) => {
    const ann = await driver();
    const id = await addCar(ann, OPTIONS);
    const answer = await edit(ann, id, editForm({ [field]: "null" }));
    expect(answer).toMatchObject({ status: 200, body: { ...OPTIONS, [field]: null } });
  });

  test("An edit keeps the word null as text in required fields and in JSON.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    expect((await edit(ann, id, editForm({ color: "null" }))).body.color).toBe("null");
    expect((await edit(ann, id, { location: "null" })).body.location).toBe("null");
    expect((await edit(ann, id, { location: null })).body.location).toBeNull();
  });
});

test("An edit of a post that does not exist is a plain 404.", async () => {
  const { status, body } = await edit(await driver(), 999999999, { price: "1" });
  expect({ status, body }).toEqual({
    status: 404,
    body: {
      error: "No CarPost matches the given query.",
      detail: "No CarPost matches the given query.",
    },
  });
});

describe("an edit is refused, with a Message,", () => {
  test("An edit by another person is a 403 with a Message, and the post stays.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const id = await addCar(ann);
    const url = await pictured(ann, id, fileOf(picture()));
    const answer = await edit(bob, id, editForm({ price: "1" }, fileOf(picture(80))));
    expect(answer).toMatchObject({ status: 403, body: { Message: NOT_YOURS, detail: NOT_YOURS } });
    expect(await carOf(ann, id)).toMatchObject(REQUIRED);
    expect((await imageOf(ann, id)).url).toBe(url);
    expect(await filesOf(bob)).toEqual([]);
  });

  test.each([
    ["car_name", "", "This field may not be blank."],
    ["model", "x".repeat(256), "Ensure this field has no more than 255 characters."],
    ["location", "x".repeat(256), "Ensure this field has no more than 255 characters."],
  ])(
    "An edit with an invalid %s is refused with a Message before its picture is checked.",
    async (field, value, words) => {
      const ann = await driver();
      const id = await addCar(ann);
      const answer = await edit(ann, id, editForm({ price: "1", [field]: value }, fileOf(picture())));
      expect(answer).toMatchObject({ status: 400, body: { Message: words, [field]: [words] } });
      expect(await carOf(ann, id)).toMatchObject(REQUIRED);
      expect(await filesOf(ann)).toEqual([]);
      expect(await picturesOf(ann)).toEqual([]);
    },
  );

  test("An edit with null in a required field in JSON is refused with a Message.", async () => {
    const ann = await driver();
    const words = "This field may not be null.";
    const answer = await edit(ann, await addCar(ann), { color: null });
    expect(answer).toMatchObject({ status: 400, body: { Message: words, color: [words] } });
  });

  test("An edit with malformed JSON is refused with a Message.", async () => {
    const ann = await driver();
    const answer = await edit(ann, await addCar(ann), "{");
    expect(answer.status).toBe(400);
    expect(answer.body.Message).toMatch(/^JSON parse error - /);
  });

  test.each([
    ["a byte over ten megabytes", fileOf(picture(LIMIT + 1)), TOO_LARGE],
    ["far too many bytes", fileOf(picture(17 * 1024 * 1024)), TOO_LARGE],
    ["a page that is called a JPEG", fileOf(PAGE), NOT_IMAGE],
    ["an SVG", fileOf("<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", "image/svg+xml"), NOT_IMAGE],
  ])(
    "An edit with a picture of %s is refused with a Message, and the former picture and the post stay.",
    async (_name, file, words) => {
      const ann = await driver();
      const id = await addCar(ann);
      const url = await pictured(ann, id, fileOf(picture()));
      const answer = await edit(ann, id, editForm({ price: "1" }, file));
      expect([400, 413]).toContain(answer.status);
      expect(answer.body.Message).toBe(words);
      expect(await carOf(ann, id)).toMatchObject(REQUIRED);
      expect((await imageOf(ann, id)).url).toBe(url);
      expect(await filesOf(ann)).toHaveLength(1);
      expect(await picturesOf(ann)).toHaveLength(1);
    },
  );
});

describe("a picture", () => {
  test.each(PICTURE_TYPES)("A picture of type %s is uploaded with the edit.", async (type) => {
    const ann = await driver();
    const id = await addCar(ann);
    const bytes = picture(500, type);
    const answer = await edit(ann, id, editForm({ price: "1" }, fileOf(bytes, "car", type)));
    expect(answer).toMatchObject({ status: 200, body: { price: "1" } });
    const { url } = await imageOf(ann, id);
    const shown = await send(new Request(url, { headers: ann.with.headers ?? {} }));
    expect(shown.headers.get("content-type")).toBe(type);
    expect(await shown.bytes()).toEqual(bytes);
  });

  test("A picture may have exactly ten megabytes.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    expect((await edit(ann, id, editForm({}, fileOf(picture(LIMIT))))).status).toBe(200);
    const [key = ""] = await picturesOf(ann);
    expect((await env.BUCKET.head(key))?.size).toBe(LIMIT);
  });

  test("A new picture replaces the former under a new key, and the former object is deleted.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    const before = await pictured(ann, id, fileOf(picture(70)));
    const after = await pictured(ann, id, fileOf(picture(80)));
    expect(new URL(after).pathname).not.toBe(new URL(before).pathname);
    const [left, ...more] = await filesOf(ann);
    expect(more).toEqual([]);
    expect(left).toMatchObject({ status: "finished", size: 80 });
    await tick();
    await expect.poll(() => picturesOf(ann), { timeout: 10_000 }).toEqual([left?.key]);
  });

  test.each(["undefined", "null", "[object FileList]", ""])(
    "The text %j in the picture field is not a picture.",
    async (words) => {
      const ann = await driver();
      const id = await addCar(ann);
      const url = await pictured(ann, id, fileOf(picture()));
      const form = new FormData();
      form.append("image", words);
      form.append("price", "6000");
      expect(await edit(ann, id, form)).toMatchObject({ status: 200, body: { price: "6000" } });
      expect((await imageOf(ann, id)).url).toBe(url);
      expect(await filesOf(ann)).toHaveLength(1);
    },
  );

  test("A picture is found in either of two parts with the same name.", async () => {
    const ann = await driver();
    const id = await addCar(ann);
    const form = new FormData();
    form.append("image", fileOf(picture()));
    form.append("image", "undefined");
    expect((await edit(ann, id, form)).status).toBe(200);
    expect(await imageOf(ann, id)).toEqual({ url: expect.stringMatching(/^http:\/\/caravan\.test\//) });
  });
});
