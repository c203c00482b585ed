/** Creating, changing and deleting events through Find Friend's API: shapes, rights, refusals and letters. */
import { describe, expect, test } from "vitest";
import { fileOf, filesOf, picture } from "../files/world.ts";
import {
  call,
  del,
  get,
  outboxOf,
  patch,
  post,
  put,
  rows,
  send,
  staffMember,
  unique,
} from "../harness/api.ts";
import {
  change,
  city,
  createEvent,
  EVENTS,
  eventPath,
  guest,
  memberIds,
  plan,
  postEvent,
} from "./fixtures.ts";

const FORBIDDEN = "У вас недостаточно прав для выполнения данного действия.";
const ANONYMOUS = "Учетные данные не были предоставлены.";
const REQUIRED = "Обязательное поле.";

test("A new event is returned with every field in order, and its creator is its first member.", async () => {
  const [host, friend] = [await guest(), await guest()];
  const { id: cityId } = await city();
  const body = plan({
    end_date: "2031-05-02",
    city: cityId,
    address: "Красная площадь, 1",
    event_price: "10.5",
    min_age: 18,
    max_age: 40,
    min_count_members: 2,
    max_count_members: 10,
    members: [{ id: friend.id, is_organizer: true, email: "x" }],
  });
  const { status, body: made } = await post(EVENTS, body, host.with);
  expect(status).toBe(201);
  const { id, ...rest } = made;
  expect(rest).toEqual({
    name: body.name,
    description: "В горы и обратно",
    members: [{ id: friend.id }, { id: host.id }],
    event_type: "Туризм",
    start_date: "2031-05-01T09:00:00.000Z",
    end_date: "2031-05-01T21:00:00.000Z",
    city: cityId,
    address: "Красная площадь, 1",
    event_price: "10.50",
    image: null,
    members_count: 2,
    min_age: 18,
    max_age: 40,
    min_count_members: 2,
    max_count_members: 10,
    time_zone: "UTC",
    reminders: [30],
  });
  expect(Object.keys(made)).toEqual([
    ...["id", "name", "description", "members", "event_type", "start_date", "end_date", "city", "address"],
    ...["event_price", "image", "members_count", "min_age", "max_age", "min_count_members"],
    ...["max_count_members", "time_zone", "reminders"],
  ]);
  expect((await get(eventPath(id))).body).toEqual(made);
  expect(
    await rows("SELECT user_id, is_organizer FROM event_members WHERE event_id = ? ORDER BY user_id", id),
  ).toEqual([
    { user_id: host.id, is_organizer: 1 },
    { user_id: friend.id, is_organizer: 0 },
  ]);
});

test("An event with the required fields only is free, starts now, and has null elsewhere.", async () => {
  const host = await guest();
  const { name, description, event_type } = plan();
  const { body } = await post(EVENTS, { name, description, event_type }, host.with);
  expect(body).toMatchObject({
    end_date: null,
    city: null,
    address: null,
    event_price: "0.00",
    image: null,
    min_age: null,
    max_age: null,
    min_count_members: null,
    max_count_members: null,
  });
  expect(Math.abs(Date.parse(body.start_date) - Date.now())).toBeLessThan(60_000);
});

test("An event may be created and changed by a multipart form, and its picture is stored byte for byte.", async () => {
  const host = await guest();
  const form = new FormData();
  for (const [name, value] of Object.entries(plan({ event_price: "5", min_age: "", end_date: "" })))
    form.append(name, String(value));
  form.append("image", fileOf(picture(90), "a.jpg"));
  const made = await post(EVENTS, form, host.with);
  expect(made).toMatchObject({ status: 201, body: { event_price: "5.00", min_age: null, end_date: null } });
  expect(await (await send(new Request(made.body.image))).bytes()).toEqual(picture(90));
  const { id } = made.body;
  expect((await change(host, id, { image: "" })).body.image).toBe(made.body.image);
  const other = new FormData();
  other.append("image", fileOf(picture(91), "b.jpg"));
  const changed = await patch(eventPath(id), other, host.with);
  expect(changed.body.image).not.toBe(made.body.image);
  expect(await filesOf(host)).toMatchObject([{ size: 91, status: "finished" }]);
  expect((await change(host, id, { image: null })).body.image).toBeNull();
  expect(await filesOf(host)).toEqual([]);
});

test("The picture of a deleted event is deleted.", async () => {
  const host = await guest();
  const form = new FormData();
  for (const [name, value] of Object.entries(plan())) form.append(name, String(value));
  form.append("image", fileOf(picture(90), "a.jpg"));
  const { id } = (await post(EVENTS, form, host.with)).body;
  expect((await del(eventPath(id), undefined, host.with)).status).toBe(204);
  expect((await get(eventPath(id))).status).toBe(404);
  expect(await filesOf(host)).toEqual([]);
});

test("Members can be named by number only.", async () => {
  const host = await guest();
  const [hash] = await rows<{ digits: string }>("SELECT substr(password_hash, 1, 3) AS digits FROM users");
  const spy = { id: host.id, auth_token__key__startswith: "ab", password__startswith: hash?.digits };
  const responses = [
    await postEvent(host, { members: [spy] }),
    await postEvent(host, { members: [{ id: host.id }] }),
  ];
  expect(responses.map(({ status, body }) => [status, body.members])).toEqual([
    [201, [{ id: host.id }]],
    [201, [{ id: host.id }]],
  ]);
  expect((await postEvent(host, { members: [{ email: host.email }] })).status).toBe(400);
});

describe("a change of an event", () => {
  test("A change writes only the given fields, also after the event has started.", async () => {
    const host = await guest();
    const id = await createEvent(host, { start_date: "2020-01-01T10:00Z", event_price: "7.00", min_age: 5 });
    const before = (await get(eventPath(id))).body;
    const changed = await change(host, id, { address: "Невский, 1", min_age: null });
    expect(changed).toMatchObject({ status: 200, body: { ...before, address: "Невский, 1", min_age: null } });
    const { name, description, event_type } = before;
    const whole = { name: `${name}!`, description, event_type };
    expect((await put(eventPath(id), whole, host.with)).body).toEqual({ ...changed.body, name: `${name}!` });
    expect((await put(eventPath(id), { name }, host.with)).body).toEqual({
      description: [REQUIRED],
      event_type: [REQUIRED],
    });
  });

  test("A change of members replaces the whole set, and organizers stay organizers.", async () => {
    const [host, ann, bob] = [await guest(), await guest(), await guest()];
    const id = await createEvent(host, { members: [{ id: ann.id }] });
    const members = [host, bob].map((who) => ({ id: who.id }));
    expect((await change(host, id, { members })).body.members).toEqual([{ id: bob.id }, { id: host.id }]);
    expect(await rows("SELECT user_id FROM event_members WHERE event_id = ? AND is_organizer", id)).toEqual([
      { user_id: host.id },
    ]);
    expect((await change(host, id, { members: [] })).body).toMatchObject({ members: [], members_count: 0 });
    // The creator may change it although no longer a member.
    expect((await change(host, id, { name: "Снова" })).status).toBe(200);
  });

  test("A change to an end before the start, or to fewer places than members, is refused.", async () => {
    const [host, ann] = [await guest(), await guest()];
    const id = await createEvent(host, { members: [{ id: ann.id }] });
    expect((await change(host, id, { end_date: "2030-01-01" })).body).toEqual({
      end_date: ["Дата окончания должна быть позже даты начала."],
    });
    expect((await change(host, id, { max_count_members: 1 })).status).toBe(400);
    expect((await change(host, id, { max_count_members: 2 })).status).toBe(200);
    const more = [host, ann, await guest()].map((who) => ({ id: who.id }));
    expect((await change(host, id, { members: more })).status).toBe(400);
    expect(await memberIds(id)).toEqual([ann.id, host.id]);
  });

  test("Only organizers and staff may change an event; others get 403, anonymous callers 401.", async () => {
    const [host, ann] = [await guest(), await guest()];
    const id = await createEvent(host, { members: [{ id: ann.id }] });
    const staff = await staffMember();
    for (const method of ["PUT", "PATCH", "DELETE"]) {
      const body = method === "DELETE" ? undefined : plan();
      expect(await call(method, eventPath(id), { body, ...ann.with })).toMatchObject({
        status: 403,
        body: { detail: FORBIDDEN },
      });
      const anonymous = await call(method, eventPath(id), {
        body: "x",
        headers: { "content-type": "application/octet-stream" },
      });
      expect(anonymous).toMatchObject({ status: 401, body: { detail: ANONYMOUS } });
      expect(anonymous.headers.get("www-authenticate")).toBe("Token");
      expect((await call(method, eventPath(99_999_999), { body, ...host.with })).status).toBe(404);
    }
    expect((await patch(eventPath(id), { name: "От админа" }, { token: staff.token })).status).toBe(200);
    expect(await rows("SELECT action FROM audit_log WHERE subject = ?", `event:${id}`)).toEqual([
      { action: "event.change" },
    ]);
    expect((await del(eventPath(id), undefined, { token: staff.token })).status).toBe(204);
  });
});

test("Members get letters when somebody else creates their event, and when it is changed or deleted; others do not.", async () => {
  const [host, ann, bob] = [await guest(), await guest(), await guest()];
  const name = unique("Бал");
  const id = await createEvent(host, { name, members: [{ id: ann.id }] });
  await change(host, id, { address: "Дворец" });
  await del(eventPath(id), undefined, host.with);
  const subjects = async (email: string) =>
    (await outboxOf(email)).map(({ subject }) => subject).filter((subject) => subject.includes(name));
  expect((await subjects(ann.email)).map((subject) => subject.split(" - ")[1]).sort()).toEqual(
    ["Отменено", "Изменено", "Создано"].sort(),
  );
  expect(await subjects(host.email)).toHaveLength(2);
  expect(await subjects(bob.email)).toEqual([]);
});

test("AlphaBet reads and changes an event that Find Friend created.", async () => {
  const host = await guest();
  const id = await createEvent(host, { address: "Мост" });
  const [{ uuid } = { uuid: "" }] = await rows<{ uuid: string }>("SELECT uuid FROM events WHERE id = ?", id);
  const read = await get(`/api/event/${uuid}/`, host.with);
  expect(read.body.event).toMatchObject({ location: "Мост", end_time: null });
  expect((await put(`/api/event/${uuid}/`, { location: "Порт" }, host.with)).status).toBe(200);
  expect((await get(eventPath(id))).body.address).toBe("Порт");
});
