/** Asking to take part in an event: literal answers, who sees and decides what, and who may not ask. */
import { describe, expect, test } from "vitest";
import { call, del, get, patch, post, put, rows, staffMember } from "../harness/api.ts";
import {
  ask,
  asked,
  birthday,
  change,
  decide,
  eventPath,
  guest,
  held,
  memberIds,
  PARTICIPATION,
  requestOf,
  toldOf,
} from "./fixtures.ts";

const FORBIDDEN = {
  status: 403,
  body: { detail: "У вас недостаточно прав для выполнения данного действия." },
};
const NOT_FOUND = { status: 404, body: { detail: "Страница не найдена." } };
const REPEATED = { non_field_errors: ["Заявка на участие в мероприятии уже отправлена."] };
const requestsOf = (event: number) => rows("SELECT id FROM participation_requests WHERE event_id = ?", event);

test("a request is answered with every field in order, and the organizer is told", async () => {
  const [host, ann] = [await guest(), await guest({ first_name: "Анна", last_name: "Белова" })];
  const event = await held(host, { name: "Бал" });
  const { status, body } = await ask(ann, event);
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual([
    ...["id", "status", "created_at", "updated_at", "from_user", "event", "processed_by", "waiting"],
  ]);
  expect(body).toMatchObject({
    status: "Pending",
    from_user: ann.id,
    event,
    processed_by: null,
    waiting: false,
  });
  expect(await requestOf(ann, body.id)).toEqual(body);
  expect(await toldOf(host)).toEqual([
    {
      type: "PARTICIPATION_REQUEST",
      message: "Анна Белова хочет участвовать в мероприятии «Бал».",
      about: `event:${event}`,
    },
  ]);
  expect(await toldOf(ann)).toEqual([]);
  expect(await memberIds(event)).toEqual([host.id]);
});

test("status, sender and decision in a body are ignored", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host);
  const body = { event: String(event), status: "Accepted", from_user: host.id, processed_by: ann.id };
  expect((await post(PARTICIPATION, body, ann.with)).body).toMatchObject({
    event,
    status: "Pending",
    from_user: ann.id,
    processed_by: null,
  });
});

test("a request that is accepted makes a member, once", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host, { name: "Бал" });
  const request = await asked(ann, event);
  expect(await decide(host, request, "accept")).toMatchObject({
    status: 200,
    body: { message: "Заявка на участие в мероприятии принята." },
  });
  expect(await requestOf(ann, request)).toMatchObject({ status: "Accepted", processed_by: host.id });
  expect(await memberIds(event)).toEqual([ann.id, host.id]);
  expect((await toldOf(ann)).map(({ type, message }) => [type, message])).toEqual([
    ["PARTICIPATION_REQUEST_ACCEPTED", "Ваша заявка на участие в мероприятии «Бал» принята."],
  ]);
  expect((await get("/api/v1/users/my_events/", ann.with)).body).toEqual([{ id: event, name: "Бал" }]);
  expect(await decide(host, request, "accept")).toMatchObject(NOT_FOUND);
  expect(await decide(host, request, "decline")).toMatchObject(NOT_FOUND);
  expect(await toldOf(ann)).toHaveLength(1);
});

test("a request that is declined stays, bars another and can't be taken back", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host, { name: "Бал" });
  const request = await asked(ann, event);
  expect(await decide(host, request, "decline")).toMatchObject({
    status: 200,
    body: { message: "Заявка на участие в мероприятии отклонена." },
  });
  expect(await requestOf(ann, request)).toMatchObject({ status: "Declined", processed_by: host.id });
  expect(await memberIds(event)).toEqual([host.id]);
  expect((await toldOf(ann)).map(({ type, message }) => [type, message])).toEqual([
    ["PARTICIPATION_REQUEST_REJECTED", "Ваша заявка на участие в мероприятии «Бал» отклонена."],
  ]);
  expect(await ask(ann, event)).toMatchObject({ status: 400, body: REPEATED });
  expect(await del(`${PARTICIPATION}${request}/`, undefined, ann.with)).toMatchObject({ status: 400 });
  expect(await decide(host, request, "accept")).toMatchObject(NOT_FOUND);
});

describe("who may", () => {
  test("decide: organizers and staff, whatever the number of organizers; nobody else", async () => {
    const [host, second, ann, bob] = [await guest(), await guest(), await guest(), await guest()];
    const event = await held(host, { members: [{ id: second.id }, { id: bob.id }] });
    await rows(
      "UPDATE event_members SET is_organizer = 1 WHERE event_id = ? AND user_id = ?",
      event,
      second.id,
    );
    const request = await asked(ann, event);
    for (const verb of ["accept", "decline"] as const) {
      expect(await decide(ann, request, verb)).toMatchObject(FORBIDDEN);
      expect(await decide(bob, request, verb)).toMatchObject(FORBIDDEN);
      expect((await call("POST", `${PARTICIPATION}${request}/${verb}/`)).status).toBe(401);
      expect(await decide(host, 99_999_999, verb)).toMatchObject(NOT_FOUND);
      expect((await call("POST", `${PARTICIPATION}x/${verb}/`, host.with)).status).toBe(404);
    }
    expect(await requestOf(ann, request)).toMatchObject({ status: "Pending", processed_by: null });
    expect((await toldOf(second)).map(({ type }) => type)).toEqual(["PARTICIPATION_REQUEST"]);
    expect((await decide(second, request, "accept")).status).toBe(200);
    const [staff, carl] = [await staffMember(), await guest()];
    const other = await asked(carl, event);
    const decided = await call("POST", `${PARTICIPATION}${other}/accept/`, { token: staff.token });
    expect(decided.status).toBe(200);
    expect(await requestOf(carl, other)).toMatchObject({ status: "Accepted", processed_by: staff.id });
  });

  test("read and take back: the applicant only", async () => {
    const [host, ann] = [await guest(), await guest()];
    const request = await asked(ann, await held(host));
    const path = `${PARTICIPATION}${request}/`;
    for (const method of ["GET", "DELETE"]) {
      expect(await call(method, path, host.with)).toMatchObject(NOT_FOUND);
      expect((await call(method, path)).status).toBe(401);
    }
    expect((await del(path, undefined, ann.with)).status).toBe(204);
    expect(await get(path, ann.with)).toMatchObject(NOT_FOUND);
    expect(await del(path, undefined, ann.with)).toMatchObject(NOT_FOUND);
  });

  test("change one: nobody", async () => {
    const [host, ann] = [await guest(), await guest()];
    const [event, other] = [await held(host), await held(host)];
    const path = `${PARTICIPATION}${await asked(ann, event)}/`;
    for (const answer of [
      await put(path, { event: other }, ann.with),
      await patch(path, { event: other }, ann.with),
    ])
      expect(answer.status).toBe(405);
    expect(await requestsOf(other)).toEqual([]);
  });

  test("list: one's own, the newest first, and those for one's event", async () => {
    const [host, ann, bob] = [await guest(), await guest(), await guest()];
    const [one, two] = [await held(host), await held(host)];
    const made = [await asked(ann, one), await asked(ann, two), await asked(bob, one)];
    const ids = async (who: typeof ann, query = "") =>
      (await get(`${PARTICIPATION}${query}`, who.with)).body.map(({ id }: { id: number }) => id);
    expect(await ids(ann)).toEqual([made[1], made[0]]);
    expect(await ids(host)).toEqual([]);
    expect(await ids(host, `?event=${one}`)).toEqual([made[2], made[0]]);
    expect(await get(`${PARTICIPATION}?event=${one}`, ann.with)).toMatchObject(FORBIDDEN);
    expect(await get(`${PARTICIPATION}?event=99999999`, host.with)).toMatchObject(NOT_FOUND);
    expect((await get(`${PARTICIPATION}?event=x`, host.with)).status).toBe(400);
    expect((await get(PARTICIPATION)).status).toBe(401);
    const { token } = await staffMember();
    expect((await get(`${PARTICIPATION}?event=${two}`, { token })).body).toHaveLength(1);
  });
});

describe("is refused in words", () => {
  async function refused(changes: object, born?: string) {
    const [host, ann] = [await guest(), await guest()];
    if (born) await birthday(ann, born);
    const event = await held(host, changes);
    const { status, body } = await ask(ann, event);
    if (status === 201) return null;
    expect(await requestsOf(event)).toEqual([]);
    expect(await toldOf(host)).toEqual([]);
    return { status, body };
  }
  const said = (words: string) => ({ status: 400, body: { non_field_errors: [words] } });
  const bornYearsAgo = (years: number, days = 0) => {
    const day = new Date(Date.now() + days * 24 * 3600_000);
    day.setUTCFullYear(day.getUTCFullYear() - years);
    return day.toISOString().slice(0, 10);
  };
  const OVER = said("Мероприятие уже прошло.");
  const AGE = said("Ваш возраст не подходит для этого мероприятия.");
  const UNKNOWN = said("У мероприятия есть ограничение по возрасту: укажите дату рождения в профиле.");

  test.each<[string, object, string | undefined, object | null]>([
    ["an event that is over", { start_date: "2020-01-01", end_date: "2020-01-02" }, undefined, OVER],
    ["an event of last year without an end", { start_date: "2020-01-01" }, undefined, OVER],
    ["one too young", { min_age: 18 }, bornYearsAgo(18, 1), AGE],
    ["one too old", { max_age: 18 }, bornYearsAgo(19), AGE],
    ["one of no known age", { min_age: 18 }, undefined, UNKNOWN],
  ])("%s", async (_, changes, born, answer) => {
    expect(await refused(changes, born)).toEqual(answer);
  });

  test.each<[string, object, string | undefined]>([
    ["an event that goes on", { start_date: "2020-01-01", end_date: "2041-01-02" }, undefined],
    ["an event that begins now", { start_date: undefined }, undefined],
    ["one just old enough", { min_age: 18 }, bornYearsAgo(18)],
    ["one just young enough", { max_age: 18 }, bornYearsAgo(19, 1)],
    ["one of no known age where none is asked", {}, undefined],
  ])("but not %s", async (_, changes, born) => {
    expect(await refused(changes, born)).toBeNull();
  });

  test("one's own event, a second request, and a member's", async () => {
    const [host, ann, bob] = [await guest(), await guest(), await guest()];
    const event = await held(host, { members: [{ id: bob.id }] });
    expect(await ask(host, event)).toMatchObject(said("Вы организатор этого мероприятия."));
    await asked(ann, event);
    expect(await ask(ann, event)).toMatchObject({ status: 400, body: REPEATED });
    expect(await ask(bob, event)).toMatchObject({ status: 400, body: REPEATED });
    expect(await requestsOf(event)).toHaveLength(1);
    expect(await toldOf(host)).toHaveLength(1);
  });

  test.each<[unknown, string]>([
    [undefined, "Обязательное поле."],
    [null, "Это поле не может быть пустым."],
    [99_999_999, 'Недопустимый первичный ключ "99999999" - объект не существует.'],
    ["бал", "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
  ])("event %j", async (event, words) => {
    expect(await post(PARTICIPATION, { event }, (await guest()).with)).toMatchObject({
      status: 400,
      body: { event: [words] },
    });
  });

  test("an anonymous one", async () => {
    expect((await post(PARTICIPATION, { event: await held(await guest()) })).status).toBe(401);
  });
});

test("many requests of one person at once are one", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host);
  const responses = await Promise.all(Array.from({ length: 6 }, () => ask(ann, event)));
  expect(responses.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
  expect(await toldOf(host)).toHaveLength(1);
});

test("whom the organizer puts in or takes out need ask no more, and the request says so", async () => {
  const [host, ann, bob] = [await guest(), await guest(), await guest()];
  const event = await held(host);
  const [annAsks, bobAsks] = [await asked(ann, event), await asked(bob, event)];
  await decide(host, bobAsks, "accept");
  await change(host, event, { members: [{ id: host.id }, { id: ann.id }] });
  expect(await requestOf(ann, annAsks)).toMatchObject({ status: "Accepted", processed_by: host.id });
  expect(await requestOf(bob, bobAsks)).toMatchObject({ status: "Declined", processed_by: host.id });
});

test("requests go with their event and with their sender", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host);
  await asked(ann, event);
  await del(eventPath(event), undefined, host.with);
  expect(await requestsOf(event)).toEqual([]);
});

test("a person's export has their requests", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await held(host);
  await asked(ann, event);
  const { body } = await get("/api/v1/users/me/export/", ann.with);
  expect(body.participation_requests).toMatchObject([{ event, status: "Pending", waiting: false }]);
});
