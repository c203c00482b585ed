/** Photos of tasks: a picture from the place, which completes the task for its uploader. */
import { beforeAll, describe, expect, test } from "vitest";
import { call, del, get, type Person, person, post, rows, staffMember } from "../../../harness/api.ts";
import { photoForm, png, taskRow } from "../../../tracking/fixtures.ts";

const photoPath = (id: number) => `/api/tasks/${id}/upload_photo/`;

let ann: Person;
beforeAll(async () => {
  ann = await person();
});

test("A photo is stored, shown with the task and completes it for its uploader only.", async () => {
  const id = await taskRow();
  const form = photoForm({ latitude: "52.25", longitude: "21" });
  const { status, body } = await post(photoPath(id), form, { token: ann.token });
  expect(status).toBe(201);
  expect(body).toEqual({
    id: expect.any(Number),
    url: expect.stringMatching(/^http:\/\/caravan\.test\/media\/shared\/tasks\//),
    uploaded_at: expect.any(String),
    location: { latitude: 52.25, longitude: 21 },
  });
  const picture = await call("GET", new URL(body.url).pathname);
  expect([picture.status, picture.headers.get("content-type")]).toEqual([200, "image/png"]);
  const hers = (await get(`/api/tasks/${id}/`, { token: ann.token })).body;
  expect(hers).toMatchObject({ user_status: "completed", status: "pending", photos: [body] });
  const { token } = await person();
  const theirs = (await get(`/api/tasks/${id}/`, { token })).body;
  expect(theirs).toMatchObject({ user_status: "pending", photos: [body] });
});

test("The uploader's room is notified once, however many photos they upload.", async () => {
  const id = await taskRow();
  for (let n = 0; n < 2; n++) await post(photoPath(id), photoForm(), { token: ann.token });
  const told = await rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE kind = 'task_notice' AND payload ->> '$.body.task_id' = ?",
    id,
  );
  expect(told.map(({ payload }) => JSON.parse(payload).body)).toEqual([{ task_id: id, status: "completed" }]);
  expect((await get(`/api/tasks/${id}/`, { token: ann.token })).body.photos).toHaveLength(2);
});

test("A photo needs no location.", async () => {
  const { body } = await post(photoPath(await taskRow()), photoForm(), { token: ann.token });
  expect(body.location).toBeNull();
});

describe("what is no photo leaves nothing:", () => {
  const refusals: [string, () => unknown, unknown][] = [
    ["no form", () => ({}), { error: "Nie dostarczono zdjęcia" }],
    ["a text under its name", () => ({ photo: "x" }), { error: "Nie dostarczono zdjęcia" }],
    [
      "words for a place",
      () => photoForm({ latitude: "north", longitude: "1" }),
      { error: "Nieprawidłowy format współrzędnych" },
    ],
    ["half a place", () => photoForm({ latitude: "1" }), { error: "Nieprawidłowy format współrzędnych" }],
    [
      "a text file",
      () => photoForm({}, new TextEncoder().encode("<svg onload=alert(1)>")),
      {
        photo: ["Upload a valid image. The file you uploaded was either not an image or a corrupted image."],
      },
    ],
    ["an empty file", () => photoForm({}, new Uint8Array()), { photo: ["The submitted file is empty."] }],
    [
      "more than 10 MiB",
      () => photoForm({}, new Uint8Array(10 * 1024 * 1024 + 1).fill(1, 12)),
      { photo: ["The image size is too large. Please upload an image that is less than 10MB."] },
    ],
  ];
  test.each(refusals)(
    "An upload that is not a valid photo is refused and stores nothing: %s.",
    async (_, body, errors) => {
      const id = await taskRow();
      const cid = await person();
      const answer = await post(photoPath(id), body(), { token: cid.token });
      expect([answer.status, answer.body]).toEqual([400, errors]);
      expect(await rows("SELECT 1 FROM task_photos WHERE task_id = ?", id)).toEqual([]);
      expect(await rows("SELECT 1 FROM files WHERE owner_id = ?", cid.id)).toEqual([]);
      expect(await rows("SELECT 1 FROM task_states WHERE user_id = ?", cid.id)).toEqual([]);
    },
  );

  test("A photo for an unknown task is refused.", async () => {
    const answer = await post(photoPath(999_999), photoForm(), { token: ann.token });
    expect([answer.status, answer.body]).toEqual([404, { detail: "No Task matches the given query." }]);
  });
});

test("A photo of exactly 10 MiB is accepted.", async () => {
  const whole = new Uint8Array(10 * 1024 * 1024);
  whole.set(png);
  const answer = await post(photoPath(await taskRow()), photoForm({}, whole), { token: ann.token });
  expect(answer.status).toBe(201);
});

test("Deleting a task deletes its photos and their objects.", async () => {
  const { token } = await staffMember();
  const id = await taskRow();
  await post(photoPath(id), photoForm(), { token: ann.token });
  const [file] = await rows<{ key: string }>(
    "SELECT f.key FROM files f JOIN task_photos p ON p.file_id = f.id WHERE p.task_id = ?",
    id,
  );
  await del(`/api/tasks/${id}/`, undefined, { token });
  expect(await rows("SELECT 1 FROM files WHERE key = ?", file?.key)).toEqual([]);
  expect(await rows("SELECT kind FROM outbox WHERE address = ?", file?.key)).toEqual([{ kind: "object" }]);
});
