/** Requests to take part in an event: literal answers and rights. */
import { describe, expect, test } from "vitest";
import { call, del, get, patch, post, put, rows, staffMember } from "../../harness/api.ts";
import {
  ask,
  change,
  createEvent,
  createRequest,
  decide,
  eventPath,
  guest,
  memberIds,
  PARTICIPATION,
  requestOf,
  toldOf,
} from "../fixtures.ts";

const FORBIDDEN = {
  status: 403,
  body: { detail: "У вас недостаточно прав для выполнения данного действия." },
};
const NOT_FOUND = { status: 404, body: { detail: "Страница не найдена." } };
const REPEATED = { non_field_errors: ["Заявка на участие в мероприятии уже отправлена."] };
const requestsOf = (event: number) => rows("SELECT id FROM participation_requests WHERE event_id = ?", event);

test("A new request is returned with every field in order, and the organizer is told.", async () => {
  const [host, ann] = [await guest(), await guest({ first_name: "Анна", last_name: "Белова" })];
  const event = await createEvent(host, { name: "Бал" });
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

test("The status, sender and decision in a request's body are ignored.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  const body = { event: String(event), status: "Accepted", from_user: host.id, processed_by: ann.id };
  expect((await post(PARTICIPATION, body, ann.with)).body).toMatchObject({
    event,
    status: "Pending",
    from_user: ann.id,
    processed_by: null,
  });
});

test("Accepting a request adds a member once.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host, { name: "Бал" });
  const request = await createRequest(ann, event);
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

test("A declined request stays, prevents another and can't be withdrawn.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host, { name: "Бал" });
  const request = await createRequest(ann, event);
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

describe("rights to requests", () => {
  test("Only organizers and staff may decide on a request, whatever the number of organizers.", async () => {
    const [host, second, ann, bob] = [await guest(), await guest(), await guest(), await guest()];
    const event = await createEvent(host, { members: [{ id: second.id }, { id: bob.id }] });
    await rows(
      "UPDATE event_members SET is_organizer = 1 WHERE event_id = ? AND user_id = ?",
      event,
      second.id,
    );
    const request = await createRequest(ann, event);
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
    const other = await createRequest(carl, event);
    const decided = await call("POST", `${PARTICIPATION}${other}/accept/`, { token: staff.token });
    expect(decided.status).toBe(200);
    expect(await requestOf(carl, other)).toMatchObject({ status: "Accepted", processed_by: staff.id });
  });

  test("Only the applicant may read and withdraw a request.", async () => {
    const [host, ann] = [await guest(), await guest()];
    const request = await createRequest(ann, await createEvent(host));
    const path = `${PARTICIPATION}${request}/`;
    for (const method of ["GET", "DELETE"]) {
      expect(await call(method, path, host.with)).toMatchObject(NOT_FOUND);
      expect((await call(method, path)).status).toBe(401);
    }
    expect((await del(path, undefined, ann.with)).status).toBe(204);
    expect(await get(path, ann.with)).toMatchObject(NOT_FOUND);
    expect(await del(path, undefined, ann.with)).toMatchObject(NOT_FOUND);
  });

  test("Nobody may change a request.", async () => {
    const [host, ann] = [await guest(), await guest()];
    const [event, other] = [await createEvent(host), await createEvent(host)];
    const path = `${PARTICIPATION}${await createRequest(ann, event)}/`;
    for (const answer of [
      await put(path, { event: other }, ann.with),
      await patch(path, { event: other }, ann.with),
    ])
      expect(answer.status).toBe(405);
    expect(await requestsOf(other)).toEqual([]);
  });

  test("A user lists their own requests and those for their event, the newest first.", async () => {
    const [host, ann, bob] = [await guest(), await guest(), await guest()];
    const [one, two] = [await createEvent(host), await createEvent(host)];
    const made = [
      await createRequest(ann, one),
      await createRequest(ann, two),
      await createRequest(bob, one),
    ];
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

test("Many concurrent requests of one person become one.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  const responses = await Promise.all(Array.from({ length: 6 }, () => ask(ann, event)));
  expect(responses.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400, 400]);
  expect(await toldOf(host)).toHaveLength(1);
});

test("A request is accepted when the organizer adds its applicant and declined when the organizer removes them.", async () => {
  const [host, ann, bob] = [await guest(), await guest(), await guest()];
  const event = await createEvent(host);
  const [annAsks, bobAsks] = [await createRequest(ann, event), await createRequest(bob, event)];
  await decide(host, bobAsks, "accept");
  await change(host, event, { members: [{ id: host.id }, { id: ann.id }] });
  expect(await requestOf(ann, annAsks)).toMatchObject({ status: "Accepted", processed_by: host.id });
  expect(await requestOf(bob, bobAsks)).toMatchObject({ status: "Declined", processed_by: host.id });
});

test("Requests are deleted with their event and with their sender.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  await createRequest(ann, event);
  await del(eventPath(event), undefined, host.with);
  expect(await requestsOf(event)).toEqual([]);
});

test("The export of an account has its requests.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  await createRequest(ann, event);
  const { body } = await get("/api/v1/users/me/export/", ann.with);
  expect(body.participation_requests).toMatchObject([{ event, status: "Pending", waiting: false }]);
});
