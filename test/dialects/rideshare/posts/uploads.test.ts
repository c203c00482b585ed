/** The shipped client's upload, in its order: start, form, finish, and the picture. */
import { describe, expect, test } from "vitest";
import { expectNothingLeft, fileOf, filesOf, formOf, PAGE, picture } from "../../../files/world.ts";
import { del, get, post, send, staffMember } from "../../../harness/api.ts";
import { addCar, type Driver, driver, imageOf, picturesOf } from "./cars.ts";

const startOf = (car_post_id: unknown, changes: object = {}) => ({
  file_name: "car.jpg",
  file_type: "image/jpeg",
  car_post_id,
  ...changes,
});
const start = (who: Driver, body: object) => post("/api/upload/direct/start", body, who.with);
const finish = (who: Driver, file_id: unknown) => post("/api/upload/direct/finish", { file_id }, who.with);
const NO_FILE = { status: 404, body: { detail: "No File matches the given query." } };
const NO_IMAGE = { message: "The car post no image!" };

/** The client's credentialed form. */
const sendForm = (
  who: Driver,
  { body }: { body: { url: string; fields: Record<string, string> } },
  file: File,
) =>
  send(
    new Request(new URL(body.url, "http://caravan.test"), {
      method: "POST",
      body: formOf(body, file),
      headers: { ...who.with.headers, origin: "http://localhost:5173" },
    }),
  );

async function sent(who: Driver, car: number, size = 64): Promise<number> {
  const started = await start(who, startOf(car));
  expect((await sendForm(who, started, fileOf(picture(size)))).status).toBe(204);
  return started.body.id;
}

test("A picture is uploaded, finished, shown and read back.", async () => {
  const [ann, bob] = [await driver(), await driver()];
  const car = await addCar(ann);
  const started = await start(ann, startOf(car));
  expect(started).toMatchObject({
    status: 200,
    body: { id: expect.any(Number), url: expect.any(String), fields: { key: expect.any(String) } },
  });
  expect(new URL(started.body.url, "http://caravan.test").origin).toBe("http://caravan.test");
  expect(started.body.fields.key).not.toContain("car.jpg");

  const form = await sendForm(ann, started, fileOf(picture(77)));
  expect(form.status).toBe(204);
  expect(form.headers.get("access-control-allow-origin")).toBe("http://localhost:5173");
  expect(form.headers.get("access-control-allow-credentials")).toBe("true");

  expect(await imageOf(ann, car)).toEqual(NO_IMAGE);
  expect(await finish(ann, String(started.body.id))).toMatchObject({
    status: 200,
    body: { id: started.body.id },
  });
  const image = await imageOf(bob, car);
  expect(Object.keys(image)).toEqual(["url"]);
  const shown = await send(new Request(image.url, { headers: bob.with.headers ?? {} }));
  expect(await shown.bytes()).toEqual(picture(77));
  expect(await filesOf(ann)).toMatchObject([{ id: started.body.id, status: "finished", size: 77 }]);
});

describe("a start is refused and leaves nothing", () => {
  test.each<[object, string, string | null]>([
    [{ file_type: "" }, "file_type", "This field may not be blank."],
    [{ file_type: undefined }, "file_type", "This field is required."],
    [{ file_type: "text/html" }, "file_type", null],
    [{ file_type: "image/svg+xml" }, "file_type", null],
    [{ file_name: "" }, "file_name", "This field may not be blank."],
    [{ file_name: undefined }, "file_name", "This field is required."],
    [{ car_post_id: undefined }, "car_post_id", "This field is required."],
    [{ car_post_id: "abc" }, "car_post_id", null],
    [{ size: 10_485_761 }, "size", null],
    [{ size: 0 }, "size", null],
  ])("Starting an upload with %j is refused and leaves nothing.", async (changes, field, words) => {
    const ann = await driver();
    const { status, body } = await start(ann, startOf(await addCar(ann), changes));
    expect(status).toBe(400);
    expect(body).toEqual({ error: expect.any(Array), [field]: [words ?? expect.any(String)] });
    expect(await filesOf(ann)).toEqual([]);
  });

  test("Starting an upload for another person's post is refused.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    expect((await start(bob, startOf(await addCar(ann)))).status).toBe(403);
    expect([...(await filesOf(ann)), ...(await filesOf(bob))]).toEqual([]);
  });

  test("Staff cannot start an upload for another person's post, because the file would outlive the post.", async () => {
    const [ann, { token }] = [await driver(), await staffMember()];
    const answer = await post("/api/upload/direct/start", startOf(await addCar(ann)), { token });
    expect(answer.status).toBe(403);
  });

  test("Starting an upload for a post that does not exist is refused.", async () => {
    const ann = await driver();
    const detail = "No CarPost matches the given query.";
    expect(await start(ann, startOf(999999999))).toMatchObject({ status: 404, body: { detail } });
    expect(await filesOf(ann)).toEqual([]);
  });
});

describe("a finish", () => {
  test("Finishing an upload twice returns the same answer.", async () => {
    const ann = await driver();
    const id = await sent(ann, await addCar(ann));
    for (const _ of [1, 2]) expect(await finish(ann, id)).toMatchObject({ status: 200, body: { id } });
    expect(await filesOf(ann)).toHaveLength(1);
  });

  test("Finishing an upload of another person, of an unknown file or without an object is a 404.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const car = await addCar(ann);
    const id = await sent(ann, car);
    expect(await finish(bob, id)).toMatchObject(NO_FILE);
    expect(await finish(ann, 999999999)).toMatchObject(NO_FILE);
    const { body } = await start(ann, startOf(car));
    expect(await finish(ann, body.id)).toMatchObject(NO_FILE);
    expect(await imageOf(ann, car)).toEqual(NO_IMAGE);
  });

  test.each(["abc", "", null, undefined, -1])("Finishing an upload with the id %j is a 400.", async (id) => {
    const { status, body } = await finish(await driver(), id);
    expect(status).toBe(400);
    expect(body).toHaveProperty("file_id");
  });

  test("The last finished upload is shown, and the former is deleted.", async () => {
    const ann = await driver();
    const car = await addCar(ann);
    const [first, second] = [await sent(ann, car, 70), await sent(ann, car, 80)];
    await finish(ann, second);
    await finish(ann, first);
    expect(await filesOf(ann)).toMatchObject([{ id: first, size: 70 }]);
  });

  test("An upload whose form was refused cannot be finished.", async () => {
    const ann = await driver();
    const started = await start(ann, startOf(await addCar(ann)));
    expect((await sendForm(ann, started, fileOf(PAGE))).status).toBe(400);
    expect(await finish(ann, started.body.id)).toMatchObject(NO_FILE);
    await expectNothingLeft(ann);
  });

  test("Finishing an upload after the post's deletion is a 404 and leaves nothing.", async () => {
    const ann = await driver();
    const car = await addCar(ann);
    const id = await sent(ann, car);
    expect(await picturesOf(ann)).toHaveLength(1);
    await del("/api/delete-ridepost", { car_post_id: car }, ann.with);
    expect(await finish(ann, id)).toMatchObject(NO_FILE);
    await expectNothingLeft(ann);
  });
});

describe("get-image-by-post-id", () => {
  test("The route get-image-by-post-id without a finished picture is a 200 without a url.", async () => {
    const ann = await driver();
    const car = await addCar(ann);
    await sent(ann, car);
    const { status, body } = await get(`/api/get-image-by-post-id/${car}`, ann.with);
    expect({ status, body }).toEqual({ status: 200, body: NO_IMAGE });
  });

  test.each(["999999999", "abc", "0", "-1", "1.0", "9".repeat(100)])(
    "The route get-image-by-post-id of %s is a 200.",
    async (id) => {
      const { status, body } = await get(`/api/get-image-by-post-id/${id}`, (await driver()).with);
      expect({ status, body }).toEqual({ status: 200, body: { message: "The car post does not exist!" } });
    },
  );

  test("The route get-image-by-post-id shows nothing once the post is deleted, and its object is deleted.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const car = await addCar(ann);
    await finish(ann, await sent(ann, car));
    // A stranger's attempt touches neither.
    expect((await del("/api/delete-ridepost", { car_post_id: car }, bob.with)).status).toBe(403);
    expect(await picturesOf(ann)).toHaveLength(1);
    expect(await filesOf(ann)).toHaveLength(1);
    await del("/api/delete-ridepost", { car_post_id: car }, ann.with);
    expect(await imageOf(ann, car)).toEqual({ message: "The car post does not exist!" });
    await expectNothingLeft(ann);
  });
});
