/** Car posts by the flat routes of the shipped client: shapes, refusals, and the 200s that must stay 200. */
import { describe, expect, test } from "vitest";
import { del, get, post, put, rows } from "../../../harness/api.ts";
import { addCar, carOf, driver, KEYS, NO_OPTIONS, OPTIONS, REQUIRED, TIME } from "./cars.ts";

const NO_POST = "No CarPost matches the given query.";
const REQUIRED_FIELDS = Object.keys(REQUIRED);
const countOf = async ({ id }: { id: number }) =>
  (await rows("SELECT id FROM car_posts WHERE user_id = ?", id)).length;

describe("add-carpost", () => {
  test("The route add-carpost returns 200 with the post and all its keys.", async () => {
    const ann = await driver();
    const answer = await post("/api/add-carpost", { ...REQUIRED, ...OPTIONS }, ann.with);
    expect(answer).toMatchObject({ status: 200, body: { ...REQUIRED, ...OPTIONS } });
    expect(Object.keys(answer.body)).toEqual(KEYS);
    expect(answer.body.created_at).toEqual(TIME);
    // The client shows its buttons only when both are the same.
    expect(answer.body.user_id).toBe((await get("/api/user", ann.with)).body.id);
    expect(await carOf(ann, answer.body.id)).toEqual(answer.body);
  });

  test("The route add-carpost stores absent optional fields as null and blank ones as blank.", async () => {
    const ann = await driver();
    const absent = await post("/api/add-carpost", REQUIRED, ann.with);
    expect(absent.body).toMatchObject(NO_OPTIONS);
    const blanks = Object.fromEntries(Object.keys(OPTIONS).map((field) => [field, ""]));
    const blank = await post("/api/add-carpost", { ...REQUIRED, ...blanks }, ann.with);
    expect(blank).toMatchObject({ status: 200, body: blanks });
  });

  test("The route add-carpost trims text and converts numbers to text.", async () => {
    const body = { ...REQUIRED, car_name: "  Astra ", year: 2015, price: 7000.5 };
    const answer = await post("/api/add-carpost", body, (await driver()).with);
    expect(answer).toMatchObject({ status: 200, body: { car_name: "Astra", year: "2015", price: "7000.5" } });
  });

  test.each([{ image: {} }, { image: { "0": {} } }, { nonsense: [1] }])(
    "The route add-carpost ignores %j and fields that users may not set.",
    async (more) => {
      const ann = await driver();
      const set = { id: 1, user_id: 1, user: 1, created_at: "2001-01-01", pub_date: "x" };
      const { status, body } = await post("/api/add-carpost", { ...REQUIRED, ...set, ...more }, ann.with);
      expect(status).toBe(200);
      expect(body.user_id).toBe(ann.id);
      expect(Object.keys(body)).toEqual(KEYS);
      expect(body.created_at).not.toContain("2001");
    },
  );

  test.each(["urlencoded", "multipart"])("The route add-carpost accepts a %s body.", async (kind) => {
    const ann = await driver();
    const form = new FormData();
    for (const [name, value] of Object.entries(REQUIRED)) form.append(name, value);
    const body = kind === "multipart" ? form : new URLSearchParams(REQUIRED);
    expect(await post("/api/add-carpost", body, ann.with)).toMatchObject({ status: 200, body: REQUIRED });
  });

  test("The route add-carpost reports every missing required field and stores nothing.", async () => {
    const ann = await driver();
    const expected = Object.fromEntries(REQUIRED_FIELDS.map((name) => [name, ["This field is required."]]));
    expect(await post("/api/add-carpost", {}, ann.with)).toMatchObject({ status: 400, body: expected });
    expect(await countOf(ann)).toBe(0);
  });

  test.each(REQUIRED_FIELDS)("The route add-carpost refuses a blank %s.", async (field) => {
    const ann = await driver();
    const { status, body } = await post("/api/add-carpost", { ...REQUIRED, [field]: "  " }, ann.with);
    expect({ status, body }).toEqual({
      status: 400,
      body: { error: [`${field}: This field may not be blank.`], [field]: ["This field may not be blank."] },
    });
    expect(await countOf(ann)).toBe(0);
  });

  test.each(
    ["car_name", "model", "year", "engine", "fuel", "body", "transmission", "color"].concat([
      "emission_standard",
      "version",
      "description",
      "location",
      "contact",
    ]),
  )("The route add-carpost accepts at most 255 characters of %s.", async (field) => {
    const ann = await driver();
    const words = "ж".repeat(255);
    expect((await post("/api/add-carpost", { ...REQUIRED, [field]: words }, ann.with)).status).toBe(200);
    const refused = await post("/api/add-carpost", { ...REQUIRED, [field]: `${words}ж` }, ann.with);
    const text = "Ensure this field has no more than 255 characters.";
    expect(refused).toMatchObject({ status: 400, body: { [field]: [text] } });
  });

  test.each(["gear_number", "seat_number", "milleage", "power", "price", "door_number", "mpg"])(
    "The route add-carpost accepts a long %s.",
    async (field) => {
      const body = { ...REQUIRED, [field]: "9".repeat(1000) };
      expect(await post("/api/add-carpost", body, (await driver()).with)).toMatchObject({
        status: 200,
        body,
      });
    },
  );

  test("The route add-carpost reports malformed JSON.", async () => {
    const answer = await post("/api/add-carpost", "{", (await driver()).with);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^JSON parse error - /);
  });
});

describe("get-carpost", () => {
  test("The route get-carpost shows every post to every member.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const id = await addCar(ann);
    expect(await carOf(bob, id)).toMatchObject({ ...REQUIRED, id, user_id: ann.id });
  });

  test.each(["999999999", "0", "abc"])("The route get-carpost of %s is a 404.", async (id) => {
    const answer = await get(`/api/get-carpost/${id}`, (await driver()).with);
    expect(answer.status).toBe(404);
    expect(answer.body).toHaveProperty("detail");
  });

  test("The route get-carpost of a deleted post says so.", async () => {
    const ann = await driver();
    const answer = await get("/api/get-carpost/999999999", ann.with);
    expect(answer.body).toEqual({ error: NO_POST, detail: NO_POST });
  });
});

describe("delete-ridepost", () => {
  const remove = (who: Awaited<ReturnType<typeof driver>>, body?: unknown) =>
    del("/api/delete-ridepost", body, who.with);

  test("The route delete-ridepost deletes the post named in its body once.", async () => {
    const ann = await driver();
    const [id, other] = [await addCar(ann), await addCar(ann)];
    const gone = { status: 200, body: { message: "Car post deleted successfully!" } };
    expect(await remove(ann, { car_post_id: id })).toMatchObject(gone);
    expect(await rows("SELECT id FROM car_posts WHERE user_id = ?", ann.id)).toEqual([{ id: other }]);
    expect(await remove(ann, { car_post_id: id })).toMatchObject({ status: 404, body: { detail: NO_POST } });
  });

  test("The route delete-ridepost accepts the id as text.", async () => {
    const ann = await driver();
    expect((await remove(ann, { car_post_id: String(await addCar(ann)) })).status).toBe(200);
  });

  test.each([[{}], [undefined], [{ car_post_id: null }]])(
    "The route delete-ridepost with %j is a 200 and deletes nothing.",
    async (body) => {
      const ann = await driver();
      await addCar(ann);
      const { status, body: answer } = await remove(ann, body);
      expect(status).toBe(200);
      expect(answer).toEqual({ detail: "Missing required argument: car_post_id" });
      expect(await countOf(ann)).toBe(1);
    },
  );

  test("The route delete-ridepost refuses other people.", async () => {
    const [ann, bob] = [await driver(), await driver()];
    const answer = await remove(bob, { car_post_id: await addCar(ann) });
    const detail = "You do not have permission to delete this car post.";
    expect(answer).toMatchObject({ status: 403, body: { detail } });
    expect(await countOf(ann)).toBe(1);
  });
});

describe.each([
  ["GET", "/api/get-carposts/1"],
  ["GET", "/api/get-user-carposts/1"],
  ["GET", "/api/get-carpost/1"],
  ["POST", "/api/add-carpost"],
  ["PUT", "/api/update-ridepost/1"],
  ["DELETE", "/api/delete-ridepost"],
  ["GET", "/api/get-image-by-post-id/1"],
] as const)("%s %s", (method, path) => {
  const ask = { GET: () => get(path), POST: () => post(path), PUT: () => put(path), DELETE: () => del(path) };

  test("A route of car posts needs a session.", async () => {
    const answer = await ask[method]();
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toBeTruthy();
    expect(answer.body).toHaveProperty("detail");
  });

  test("A route of car posts refuses an unknown method by name.", async () => {
    const { status, body } = await (method === "POST" ? get(path) : post(path, {}));
    const wrong = method === "POST" ? "GET" : "POST";
    expect({ status, body }).toEqual({
      status: 405,
      body: { error: `Method "${wrong}" not allowed.`, detail: `Method "${wrong}" not allowed.` },
    });
  });
});
