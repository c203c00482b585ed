/** Deleting an account deletes everything of a driver: every row, and after the sweep every object. */

import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { runtimeOf } from "../../../../src/env.ts";
import {
  expectNothingLeft,
  fileOf,
  filesOf,
  formOf,
  objectsOf,
  picture,
  tick,
} from "../../../files/world.ts";
import { del, get, post, rows, send } from "../../../harness/api.ts";
import { rowsOf } from "../../../harness/traces.ts";
import { addCar, type Driver, driver, edit, editForm, imageOf, REQUIRED } from "../posts/cars.ts";

const POSTS = 20;

function form(fields: Record<string, string>, name: string): FormData {
  const made = new FormData();
  for (const [field, value] of Object.entries(fields)) made.append(field, value);
  made.append(name, fileOf(picture()));
  return made;
}

/** An upload through the API, `finished` or left unfinished with its object in the bucket. */
async function upload(who: Driver, car: number, finished: boolean): Promise<void> {
  const started = { file_name: "car.jpg", file_type: "image/jpeg", car_post_id: car };
  const { body } = await post("/api/upload/direct/start", started, who.with);
  const sent = await send(
    new Request(new URL(body.url, "http://caravan.test"), {
      method: "POST",
      body: formOf(body, fileOf(picture())),
      headers: who.with.headers ?? {},
    }),
  );
  expect(sent.status).toBe(204);
  if (finished) await post("/api/upload/direct/finish", { file_id: body.id }, who.with);
}

/** A person with twenty posts with pictures by every route, with documents and calculations. */
async function keeper(): Promise<Driver> {
  const who = await driver();
  for (let n = 0; n < POSTS; n += 1) {
    if (n % 4 === 0) await post("/api/carposts/", form(REQUIRED, "image"), who.with);
    else {
      const car = await addCar(who);
      if (n % 4 === 1) await edit(who, car, editForm({}, fileOf(picture())));
      else await upload(who, car, n % 4 === 2);
    }
  }
  for (let n = 0; n < 5; n += 1) {
    const fields = { name: "Licence", expiration_date: "2031-01-01" };
    await post("/api/documents/", form(fields, "file"), who.with);
    await post("/api/add-calculator-entry", { app_income: "1000" }, who.with);
  }
  const [document] = await rows<{ id: number }>("SELECT id FROM documents WHERE user_id = ?", who.id);
  await rows("INSERT INTO document_reminders VALUES (?, '2031-01-01', 30, 1)", document?.id);
  return who;
}

/** Counts a person's rows in each table, and their objects. */
async function holdings({ id }: Driver) {
  const count = async (table: string, column: string) =>
    (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${table} WHERE ${column} = ?`, id))[0]?.n;
  return {
    posts: await count("car_posts", "user_id"),
    entries: await count("calculator_entries", "user_id"),
    documents: await count("documents", "user_id"),
    files: await count("files", "owner_id"),
    users: await count("users", "id"),
    objects: (await objectsOf({ id })).length,
  };
}

const NOTHING = { posts: 0, entries: 0, documents: 0, files: 0, users: 0, objects: 0 };

describe.each([
  ["/api/user-delete", 200],
  ["/api/user/", 204],
])("DELETE %s", (path, status) => {
  test("Deleting an account leaves no rows, no objects after the sweep, and other people's data unchanged.", async () => {
    const [ann, bob] = [await keeper(), await driver()];
    const car = await addCar(bob);
    await upload(bob, car, true);
    expect(await holdings(ann)).toEqual({
      posts: POSTS,
      entries: 5,
      documents: 5,
      files: POSTS + 5,
      users: 1,
      objects: POSTS + 5,
    });
    const reminders = () =>
      rows(
        "SELECT 1 FROM document_reminders r LEFT JOIN documents d ON d.id = r.document_id WHERE d.id IS NULL",
      );

    expect((await del(path, undefined, ann.with)).status).toBe(status);
    expect(await holdings(ann)).toMatchObject({ ...NOTHING, objects: expect.any(Number) });
    expect(await rowsOf(ann.id)).toEqual([]);
    expect(await reminders()).toEqual([]);
    await expectNothingLeft(ann);
    // A second sweep finds nothing to do, and harms nobody.
    await tick();
    expect(await holdings(ann)).toEqual(NOTHING);
    expect(await imageOf(bob, car)).toHaveProperty("url");
    expect(await holdings(bob)).toMatchObject({ posts: 1, files: 1, objects: 1 });
    expect((await get("/api/get-user-carposts/1", ann.with)).status).toBe(401);
  });
});

test("Concurrent sweeps after a deletion leave no object, and every effect is completed.", async () => {
  const ann = await keeper();
  const keys = (await filesOf(ann)).map(({ key }) => key);
  await del("/api/user-delete", undefined, ann.with);
  await Promise.all([tick(), tick(), tick()]);
  await expect.poll(() => holdings(ann), { timeout: 10_000 }).toEqual(NOTHING);
  const states = () =>
    rows(
      "SELECT status, count(*) AS n FROM outbox WHERE kind = 'object' AND address IN (SELECT value FROM json_each(?)) GROUP BY status",
      JSON.stringify(keys),
    );
  await expect.poll(states, { timeout: 10_000 }).toEqual([{ status: "sent", n: keys.length }]);
});

test("A crash during a deletion leaves nothing behind after the restart.", async () => {
  const ann = await keeper();
  const { bucket } = runtimeOf(env);
  const real = bucket.delete.bind(bucket);
  let calls = 0;
  const broken = vi.spyOn(bucket, "delete").mockImplementation(async (keys) => {
    calls += 1;
    if (calls > 7) throw new Error("the server is gone");
    await real(keys);
  });
  try {
    await del("/api/user-delete", undefined, ann.with);
    await tick();
    await expect.poll(() => calls, { timeout: 10_000 }).toBeGreaterThan(7);
    await expect
      .poll(() => rows("SELECT 1 FROM outbox WHERE address LIKE ? AND attempts = 0", `%/${ann.id}/%`), {
        timeout: 10_000,
      })
      .toEqual([]);
  } finally {
    broken.mockRestore();
  }
  expect(await holdings(ann)).toMatchObject({ users: 0, files: 0 });
  expect((await objectsOf(ann)).length).toBeGreaterThan(0);
  // The leases of what was claimed run out.
  await rows(
    "UPDATE outbox SET leased_until = 0, next_attempt_at = 0 WHERE address LIKE ? AND status = 'pending'",
    `%/${ann.id}/%`,
  );
  await expectNothingLeft(ann);
});

test("A file that arrives after the account's deletion is not kept.", async () => {
  const ann = await driver();
  const started = { file_name: "car.jpg", file_type: "image/jpeg", car_post_id: await addCar(ann) };
  const { body } = await post("/api/upload/direct/start", started, ann.with);
  await del("/api/user-delete", undefined, ann.with);
  const late = await send(
    new Request(new URL(body.url, "http://caravan.test"), {
      method: "POST",
      body: formOf(body, fileOf(picture())),
      headers: ann.with.headers ?? {},
    }),
  );
  expect(late.status).toBe(401);
  await expectNothingLeft(ann);
});
