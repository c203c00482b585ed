/** Field tasks: everybody sees them, staff writes them, and each person has their own state. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  call,
  del,
  get,
  type Person,
  patch,
  person,
  post,
  put,
  rows,
  staffMember,
} from "../../../harness/api.ts";
import { newTask, taskRow, warsaw } from "../../../tracking/fixtures.ts";

const PATH = "/api/tasks/";

let ann: Person;
let staff: Person;
beforeAll(async () => {
  [ann, staff] = await Promise.all([person(), staffMember()]);
});

const idsOf = async (who: Person, list = ""): Promise<number[]> =>
  (await get(`${PATH}${list}`, { token: who.token })).body.map(({ id }: { id: number }) => id);

const titled = (title: string) => rows("SELECT id FROM tasks WHERE title = ?", title);

describe("a new task", () => {
  test("A new task is returned with all fields, in Polish.", async () => {
    const body = newTask();
    const answer = await post(PATH, { ...body, radius: 50 }, { token: staff.token });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.any(Number),
      ...body,
      radius: 50,
      status: "pending",
      status_display: "Oczekujące",
      user_status: "pending",
      user_arrived_at: null,
      assigned_to: null,
      created_at: expect.any(String),
      updated_at: answer.body.created_at,
      photos: [],
    });
    expect((await get(`${PATH}${answer.body.id}/`, { token: ann.token })).body).toEqual(answer.body);
  });

  test.each([
    ["pending", "Oczekujące"],
    ["in_progress", "W trakcie"],
    ["completed", "Ukończone"],
  ])("A new task may have the state %s, shown as %s.", async (status, display) => {
    const { body } = await post(PATH, { ...newTask(), status }, { token: staff.token });
    expect(body).toMatchObject({ status, status_display: display, user_status: "pending" });
  });

  test("Only staff creates tasks; faults of the body are reported first.", async () => {
    const body = newTask();
    const refused = await post(PATH, body, { token: ann.token });
    expect([refused.status, refused.body]).toEqual([
      403,
      { detail: "Tylko administratorzy mogą tworzyć zadania." },
    ]);
    expect((await post(PATH, { ...body, title: "" }, { token: ann.token })).status).toBe(400);
    expect(await titled(body.title)).toEqual([]);
  });

  test.each<[string, object, unknown]>([
    ["no title", { title: undefined }, { title: ["This field is required."] }],
    ["a blank title", { title: " " }, { title: ["This field may not be blank."] }],
    [
      "a long title",
      { title: "x".repeat(256) },
      { title: ["Ensure this field has no more than 255 characters."] },
    ],
    ["no description", { description: undefined }, { description: ["This field is required."] }],
    ["no place", { location: undefined }, { location: ["This field is required."] }],
    ["null for a place", { location: null }, { location: ["This field may not be null."] }],
    [
      "half a place",
      { location: { latitude: 5 } },
      { location: { location: "Wymagane są oba pola: latitude i longitude." } },
    ],
    ["another state", { status: "zzz" }, { status: ['"zzz" is not a valid choice.'] }],
    ["no circle", { radius: 0 }, { radius: ["Ensure this value is greater than or equal to 1."] }],
  ])("A new task with %s is refused.", async (_, change, errors) => {
    const answer = await post(PATH, { ...newTask(), ...change }, { token: staff.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
  });

  test("A new task leaves an audit row.", async () => {
    const { body } = await post(PATH, newTask(), { token: staff.token });
    expect(await rows("SELECT action, actor_id FROM audit_log WHERE subject = ?", `task:${body.id}`)).toEqual(
      [{ action: "task.add", actor_id: staff.id }],
    );
  });
});

describe("create-task", () => {
  const flat = () => ({ ...newTask(), location: undefined, latitude: "52.5", longitude: 21 });

  test("The route create-task accepts flat fields, also numbers as text, as JSON and as a form.", async () => {
    const json = await post(`${PATH}create-task/`, flat(), { token: staff.token });
    expect(json.status).toBe(201);
    expect(json.body).toMatchObject({ status: "pending", location: { latitude: 52.5, longitude: 21 } });
    const form = new URLSearchParams({ title: "t", description: "d", latitude: "1.5", longitude: "-2" });
    const formed = await post(`${PATH}create-task/`, form, { token: staff.token });
    expect([formed.status, formed.body.location]).toEqual([201, { latitude: 1.5, longitude: -2 }]);
  });

  test("The route create-task is for staff only, whatever the body.", async () => {
    const answer = await post(`${PATH}create-task/`, {}, { token: ann.token });
    expect([answer.status, answer.body]).toEqual([
      403,
      { detail: "Tylko administratorzy mogą tworzyć zadania." },
    ]);
  });

  const NEEDED = "Wymagane są pola: title, description";
  const NO_PLACE = "Nie podano współrzędnych (latitude, longitude)";
  const BAD_PLACE = "Nieprawidłowy format współrzędnych";
  test.each<[string, object, string]>([
    ["no title", { title: undefined }, NEEDED],
    ["no description", { description: "" }, NEEDED],
    ["no latitude", { latitude: undefined }, NO_PLACE],
    ["no longitude", { longitude: null }, NO_PLACE],
    ["words for a place", { latitude: "north" }, BAD_PLACE],
    ["a place that is nowhere", { latitude: 91 }, BAD_PLACE],
    ["a list for a place", { longitude: [1] }, BAD_PLACE],
  ])("A new task with %s is refused.", async (_, change, error) => {
    const answer = await post(`${PATH}create-task/`, { ...flat(), ...change }, { token: staff.token });
    expect([answer.status, answer.body]).toEqual([400, { error }]);
  });
});

describe("who sees which:", () => {
  test("A new user sees open tasks, and not those completed before.", async () => {
    const [open, done] = [await taskRow(), await taskRow({ status: "completed" })];
    const late = await person();
    expect(await idsOf(late)).toContain(open);
    expect(await idsOf(late)).not.toContain(done);
    const answer = await get(`${PATH}${done}/`, { token: late.token });
    expect([answer.status, answer.body]).toEqual([404, { detail: "No Task matches the given query." }]);
    expect(await idsOf(staff)).toContain(done);
    expect(await idsOf(staff, "my_tasks/")).not.toContain(
      await taskRow({ status: "completed", createdAt: 1 }),
    );
  });

  test("A user keeps seeing tasks completed after their registration.", async () => {
    const early = await person();
    const task = await taskRow({ status: "completed" });
    expect(await idsOf(early)).toContain(task);
    expect(await idsOf(early, "my_tasks/")).toContain(task);
  });

  test("The route completed/ lists tasks that are completed, and those that the caller completed.", async () => {
    const cid = await person();
    const [own, general, open] = [await taskRow(), await taskRow({ status: "completed" }), await taskRow()];
    await patch(`${PATH}${own}/update_status/`, { status: "completed" }, { token: cid.token });
    const ids = await idsOf(cid, "completed/");
    expect(ids).toEqual(expect.arrayContaining([own, general]));
    expect(ids).not.toContain(open);
    expect(await idsOf(ann, "completed/")).not.toContain(own);
  });

  test("A task may have no place, and names its assignee.", async () => {
    const id = await taskRow();
    await rows("UPDATE tasks SET latitude = NULL, assigned_to = ? WHERE id = ?", ann.id, id);
    const { body } = await get(`${PATH}${id}/`, { token: ann.token });
    expect(body).toMatchObject({ location: null, assigned_to: ann.username });
  });
});

describe("a change", () => {
  test("A change by staff is applied, partial or complete.", async () => {
    const id = await taskRow({ radius: 10 });
    const path = `${PATH}${id}/`;
    const partial = await patch(path, { status: "completed" }, { token: staff.token });
    expect(partial.body).toMatchObject({ status: "completed", status_display: "Ukończone", radius: 10 });
    const whole = { ...newTask(), location: { latitude: 1.5, longitude: 2.5 } };
    expect((await put(path, whole, { token: staff.token })).body).toMatchObject(whole);
    expect((await put(path, { title: "only" }, { token: staff.token })).body).toEqual({
      description: ["This field is required."],
      location: ["This field is required."],
    });
  });

  test.each(["PUT", "PATCH", "DELETE"])(
    "The method %s on a task by others is refused in Polish and changes nothing.",
    async (method) => {
      const id = await taskRow();
      const before = await rows("SELECT * FROM tasks WHERE id = ?", id);
      const answer = await call(method, `${PATH}${id}/`, {
        token: ann.token,
        ...(method === "DELETE" ? {} : { body: newTask() }),
      });
      expect([answer.status, answer.body]).toEqual([403, { detail: "Brak uprawnień administratora." }]);
      expect(await rows("SELECT * FROM tasks WHERE id = ?", id)).toEqual(before);
    },
  );

  test("Deleting a task deletes everybody's states of it.", async () => {
    const id = await taskRow();
    await patch(`${PATH}${id}/update_status/`, { status: "in_progress" }, { token: ann.token });
    expect((await del(`${PATH}${id}/`, undefined, { token: staff.token })).status).toBe(204);
    expect((await get(`${PATH}${id}/`, { token: staff.token })).status).toBe(404);
    expect(await rows("SELECT 1 FROM task_states WHERE task_id = ?", id)).toEqual([]);
    expect((await del(`${PATH}${id}/`, undefined, { token: staff.token })).status).toBe(404);
  });
});

test("The same tasks are available under Caravan's own prefix.", async () => {
  const id = await taskRow();
  expect((await get(`/api/v1/tasks/${id}/`, { token: ann.token })).body).toMatchObject({
    id,
    location: warsaw,
  });
});
