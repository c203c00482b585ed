/** Documents of drivers: for the owner only, with a scan that nobody else can read. */
import { describe, expect, test } from "vitest";
import {
  expectNothingLeft,
  fileOf,
  filesOf,
  LIMIT,
  objectsOf,
  PAGE,
  picture,
  tick,
} from "../../../files/world.ts";
import { call, del, get, patch, post, put, rows, send, staffMember } from "../../../harness/api.ts";
import { type Driver, driver, TIME } from "../posts/cars.ts";

const KEYS = ["id", "name", "kind", "description", "expiration_date", "file", "created_at"];
const LICENCE = {
  name: "Водительские права",
  kind: "licence",
  description: "B, C",
  expiration_date: "2031-05-09",
};
const countOf = async ({ id }: Driver) =>
  (await rows("SELECT id FROM documents WHERE user_id = ?", id)).length;

function form(fields: Record<string, string>, file?: File): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  if (file) made.append("file", file);
  return made;
}

const add = async (who: Driver, body: unknown = LICENCE) =>
  (await post("/api/documents/", body, who.with)).body;

describe.each(["/api/documents", "/api/v1/documents"])("%s", (prefix) => {
  test("A document is created, read, changed and deleted, with and without the last slash.", async () => {
    const ann = await driver();
    for (const slash of ["/", ""]) {
      const { status, body } = await post(`${prefix}${slash}`, LICENCE, ann.with);
      expect({ status, body }).toEqual({
        status: 201,
        body: { id: expect.any(Number), ...LICENCE, file: null, created_at: TIME },
      });
      expect(Object.keys(body)).toEqual(KEYS);
      const path = `${prefix}/${body.id}${slash}`;
      expect(await get(path, ann.with)).toMatchObject({ status: 200, body });
      const changed = { ...body, name: "Passport", expiration_date: null };
      const change = { name: "Passport", expiration_date: null };
      expect(await put(path, change, ann.with)).toMatchObject({ status: 200, body: changed });
      const moved = { expiration_date: "2032-02-29" };
      expect(await patch(path, moved, ann.with)).toMatchObject({
        status: 200,
        body: { ...changed, ...moved },
      });
      const gone = await del(path, undefined, ann.with);
      expect([gone.status, gone.body]).toEqual([204, ""]);
      for (const ask of [get(path, ann.with), del(path, undefined, ann.with)])
        expect((await ask).status).toBe(404);
    }
    expect(await countOf(ann)).toBe(0);
  });

  test("Only the owner can access a document, not even staff.", async () => {
    const ann = await driver();
    const path = `${prefix}/${(await add(ann)).id}/`;
    for (const { token } of [await driver(), await staffMember()]) {
      for (const method of ["GET", "PUT", "PATCH", "DELETE"])
        expect(
          (await call(method, path, { ...(method === "GET" ? {} : { body: { name: "x" } }), token })).status,
        ).toBe(404);
      expect((await get(`${prefix}/`, { token })).body.results).toEqual([]);
    }
    expect((await get(path, ann.with)).body).toMatchObject(LICENCE);
  });

  test.each(["GET", "POST"])("The method %s on documents needs a session.", async (method) => {
    expect((await call(method, `${prefix}/`)).status).toBe(401);
  });
});

test("The list of documents is ordered by expiry, with those that never expire at the end.", async () => {
  const ann = await driver();
  const dates = ["2035-01-01", null, "2029-12-31", "2031-06-01"];
  for (const expiration_date of dates) await add(ann, { name: "x", expiration_date });
  const { body } = await get("/api/documents/", ann.with);
  expect(body).toMatchObject({ count: 4, next: null, previous: null });
  expect(body.results.map((row: typeof LICENCE) => row.expiration_date)).toEqual([
    "2029-12-31",
    "2031-06-01",
    "2035-01-01",
    null,
  ]);
});

test.each([{}, { kind: "", description: "", expiration_date: "" }, { expiration_date: null }])(
  "A document needs only a name, beside %j.",
  async (more) => {
    const expected = { name: "x", kind: "", description: "", expiration_date: null, file: null };
    expect(await add(await driver(), { name: " x ", ...more })).toMatchObject(expected);
  },
);

test.each<[object, string, string | null]>([
  [{ name: undefined }, "name", "This field is required."],
  [{ name: " " }, "name", "This field may not be blank."],
  [{ name: "x".repeat(256) }, "name", "Ensure this field has no more than 255 characters."],
  [{ kind: "x".repeat(101) }, "kind", "Ensure this field has no more than 100 characters."],
  [{ description: "x".repeat(1001) }, "description", "Ensure this field has no more than 1000 characters."],
  [{ expiration_date: "2031-02-29" }, "expiration_date", null],
  [{ expiration_date: "31.12.2031" }, "expiration_date", null],
  [{ expiration_date: "2031-01-01T00:00:00Z" }, "expiration_date", null],
  [{ expiration_date: 20310101 }, "expiration_date", null],
])("A document with %j is refused.", async (changes, field, words) => {
  const ann = await driver();
  const answer = await post("/api/documents/", { ...LICENCE, ...changes }, ann.with);
  expect({ status: answer.status, body: answer.body }).toEqual({
    status: 400,
    body: { [field]: [words ?? expect.any(String)] },
  });
  const { id } = await add(ann);
  if (!("name" in changes) || changes.name !== undefined)
    expect((await patch(`/api/documents/${id}/`, changes, ann.with)).status).toBe(400);
  expect((await get(`/api/documents/${id}/`, ann.with)).body).toMatchObject(LICENCE);
  expect(await countOf(ann)).toBe(1);
});

describe("a scan", () => {
  test("A scan is uploaded with the document and read by a signed URL.", async () => {
    const ann = await driver();
    const made = await add(ann, form(LICENCE, fileOf(picture(90, "image/png"), "scan.png", "image/png")));
    expect(made).toMatchObject({ ...LICENCE, file: expect.stringMatching(/^http:\/\/caravan\.test\//) });
    const shown = await send(new Request(made.file, { headers: ann.with.headers ?? {} }));
    expect(shown.status).toBe(200);
    expect(await shown.bytes()).toEqual(picture(90, "image/png"));
    const bare = new URL(made.file);
    bare.search = "";
    const refused = await send(new Request(bare, { headers: (await driver()).with.headers ?? {} }));
    expect(refused.status).toBeGreaterThanOrEqual(400);
    await refused.body?.cancel();
  });

  test("A scan can be replaced, survives other changes, and is deleted with the document.", async () => {
    const ann = await driver();
    const made = await add(ann, form(LICENCE, fileOf(picture(70))));
    const path = `/api/documents/${made.id}/`;
    const pathOf = (url: string) => new URL(url).pathname;
    const replaced = await patch(path, form({}, fileOf(picture(80))), ann.with);
    expect(replaced).toMatchObject({ status: 200, body: LICENCE });
    expect(pathOf(replaced.body.file)).not.toBe(pathOf(made.file));
    const renamed = await patch(path, { name: "x" }, ann.with);
    expect(pathOf(renamed.body.file)).toBe(pathOf(replaced.body.file));
    const files = await filesOf(ann);
    expect(files).toMatchObject([{ size: 80, status: "finished" }]);
    await tick();
    await expect.poll(() => objectsOf(ann), { timeout: 10_000 }).toEqual(files.map(({ key }) => key));
    await del(path, undefined, ann.with);
    await expectNothingLeft(ann);
  });

  test("A scan may have exactly ten megabytes.", async () => {
    const ann = await driver();
    const answer = await post("/api/documents/", form(LICENCE, fileOf(picture(LIMIT))), ann.with);
    expect(answer.status).toBe(201);
    expect(await filesOf(ann)).toMatchObject([{ size: LIMIT }]);
  });

  test.each([
    ["a byte over ten megabytes", fileOf(picture(LIMIT + 1))],
    ["a page that is called a JPEG", fileOf(PAGE)],
  ])("A scan of %s is refused: no document is created, and the former scan stays.", async (_name, file) => {
    const ann = await driver();
    const bad = { status: 400, body: { file: [expect.any(String)] } };
    expect(await post("/api/documents/", form(LICENCE, file), ann.with)).toMatchObject(bad);
    expect(await countOf(ann)).toBe(0);
    const { id } = await add(ann, form(LICENCE, fileOf(picture())));
    const before = await filesOf(ann);
    expect(await patch(`/api/documents/${id}/`, form({ name: "x" }, file), ann.with)).toMatchObject(bad);
    expect((await get(`/api/documents/${id}/`, ann.with)).body).toMatchObject(LICENCE);
    expect(await filesOf(ann)).toEqual(before);
    expect(await objectsOf(ann)).toEqual(before.map(({ key }) => key));
  });

  test("The scan of a refused document is not kept.", async () => {
    const ann = await driver();
    expect((await post("/api/documents/", form({ kind: "x" }, fileOf(picture())), ann.with)).status).toBe(
      400,
    );
    expect(await objectsOf(ann)).toEqual([]);
    expect(await filesOf(ann)).toEqual([]);
  });
});
