/** Seats and the waiting list: never too many members, and the user who waits longest is offered a seat first. */
import { describe, expect, test } from "vitest";
import { sweepWaitlists } from "../../../src/modules/events/index.ts";
import { del, get, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import {
  ask,
  change,
  createEvent,
  createRequest,
  decide,
  eventPath,
  type Guest,
  guest,
  memberIds,
  PARTICIPATION,
  requestOf,
  toldOf,
} from "../fixtures.ts";

const FULL = { status: 400, body: { non_field_errors: ["Свободных мест нет."] } };
const FREE = {
  type: "PARTICIPATION_PLACE_FREE",
  message: "В мероприятии «Бал» освободилось место, ваша заявка ждёт решения организатора.",
};

const leave = (who: Guest, request: number) => del(`${PARTICIPATION}${request}/`, undefined, who.with);
const told = async (who: Guest) =>
  (await toldOf(who))
    .map(({ type, message }) => ({ type, message }))
    .filter(({ type }) => type === FREE.type);

/** A full event with this many places beside its organizer's, and this many people on the waiting list. */
async function crowd(places: number, waiting: number) {
  const host = await guest();
  const event = await createEvent(host, { name: "Бал", max_count_members: places + 1 });
  const people = await Promise.all(Array.from({ length: places + waiting }, () => guest()));
  const requests: { who: Guest; id: number }[] = [];
  for (const [index, who] of people.entries()) {
    const id = await createRequest(who, event);
    requests.push({ who, id });
    if (index < places) await decide(host, id, "accept");
  }
  const waits = async () => {
    const states = await Promise.all(requests.map(({ who, id }) => requestOf(who, id)));
    return states.flatMap(({ waiting }, index) => (waiting ? [index] : []));
  };
  const is = (index: number) => requests[index] as { who: Guest; id: number };
  return { host, event, is, waits };
}

test("A request for a full event goes on the waiting list and can't be accepted.", async () => {
  const { host, event, is, waits } = await crowd(1, 1);
  expect(await waits()).toEqual([1]);
  expect(await requestOf(is(1).who, is(1).id)).toMatchObject({ status: "Pending", waiting: true });
  expect(await decide(host, is(1).id, "accept")).toMatchObject(FULL);
  expect(await requestOf(is(1).who, is(1).id)).toMatchObject({ status: "Pending", processed_by: null });
  expect(await memberIds(event)).toHaveLength(2);
  expect(await told(is(1).who)).toEqual([]);
});

test("A pending request goes on the waiting list once the event is full.", async () => {
  const host = await guest();
  const event = await createEvent(host, { max_count_members: 2 });
  const [ann, bob] = [await guest(), await guest()];
  const requests = [await createRequest(ann, event), await createRequest(bob, event)];
  expect(await requestOf(ann, requests[0] ?? 0)).toMatchObject({ waiting: false });
  await decide(host, requests[1] ?? 0, "accept");
  expect(await requestOf(ann, requests[0] ?? 0)).toMatchObject({ status: "Pending", waiting: true });
});

test("Of many requests accepted at once only as many become members as there are places.", async () => {
  const host = await guest();
  const event = await createEvent(host, { max_count_members: 4 });
  const people = await Promise.all(Array.from({ length: 8 }, () => guest()));
  const requests = await Promise.all(people.map((who) => createRequest(who, event)));
  const responses = await Promise.all(requests.map((id) => decide(host, id, "accept")));
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 200, 200, 400, 400, 400, 400, 400]);
  expect(await memberIds(event)).toHaveLength(4);
});

test("Lowering the number of places while requests are accepted never leaves more members than places.", async () => {
  const host = await guest();
  const event = await createEvent(host, { max_count_members: 6 });
  const people = await Promise.all(Array.from({ length: 5 }, () => guest()));
  const requests = await Promise.all(people.map((who) => createRequest(who, event)));
  const [changed] = await Promise.all([
    change(host, event, { max_count_members: 3 }),
    ...requests.map((id) => decide(host, id, "accept")),
  ]);
  const { body } = await get(eventPath(event));
  expect(changed.status).toBe(body.max_count_members === 3 ? 200 : 400);
  expect(body.members_count).toBeLessThanOrEqual(body.max_count_members);
});

test("A request that is accepted twice at once adds one member and sends one notice.", async () => {
  const host = await guest();
  const event = await createEvent(host, { max_count_members: 5 });
  const ann = await guest();
  const request = await createRequest(ann, event);
  const responses = await Promise.all([1, 2, 3].map(() => decide(host, request, "accept")));
  expect(responses.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  expect(await toldOf(ann)).toHaveLength(1);
});

describe("a free seat is offered to the user who waits longest", () => {
  test("A seat is offered when a member leaves.", async () => {
    const { host, event, is } = await crowd(1, 2);
    expect((await leave(is(0).who, is(0).id)).status).toBe(204);
    expect(await memberIds(event)).toEqual([host.id]);
    expect((await toldOf(host)).at(-1)).toEqual({
      type: "PARTICIPATION_LEFT",
      message: "Тестовый Юзер больше не участвует в мероприятии «Бал».",
      about: `event:${event}`,
    });
    expect(await told(is(1).who)).toEqual([FREE]);
    expect(await told(is(2).who)).toEqual([]);
    expect((await requestOf(is(1).who, is(1).id)).waiting).toBe(false);
    expect((await requestOf(is(2).who, is(2).id)).waiting).toBe(true);
    expect((await decide(host, is(1).id, "accept")).status).toBe(200);
    expect(await memberIds(event)).toEqual([is(1).who.id, host.id]);
    // A member who left may ask again, at the end of the waiting list.
    expect((await ask(is(0).who, event)).body).toMatchObject({ status: "Pending", waiting: true });
  });

  test("A seat is offered when the organizer removes members.", async () => {
    const { host, event, is, waits } = await crowd(2, 3);
    await change(host, event, { members: [{ id: host.id }] });
    expect(await waits()).toEqual([4]);
    expect(await told(is(2).who)).toEqual([FREE]);
    expect(await told(is(3).who)).toEqual([FREE]);
  });

  test("Seats are offered when the number of places is raised.", async () => {
    const { host, event, waits } = await crowd(1, 3);
    await change(host, event, { max_count_members: 3 });
    expect(await waits()).toEqual([2, 3]);
    await change(host, event, { max_count_members: null });
    expect(await waits()).toEqual([]);
  });

  test("A seat is offered again when the user who was offered it is declined or withdraws.", async () => {
    const { host, is, waits } = await crowd(1, 3);
    await leave(is(0).who, is(0).id);
    await decide(host, is(1).id, "decline");
    expect(await waits()).toEqual([3]);
    expect(await told(is(2).who)).toEqual([FREE]);
    await leave(is(2).who, is(2).id);
    expect(await told(is(3).who)).toEqual([FREE]);
  });

  test("No seat is offered when a user on the waiting list withdraws, nor to a user whom the organizer added.", async () => {
    const { host, event, is } = await crowd(1, 3);
    await leave(is(1).who, is(1).id);
    expect(await told(is(2).who)).toEqual([]);
    await change(host, event, { members: [{ id: host.id }, { id: is(2).who.id }] });
    expect(await told(is(2).who)).toEqual([]);
    expect(await told(is(3).who)).toEqual([]);
    expect(await requestOf(is(2).who, is(2).id)).toMatchObject({ status: "Accepted", waiting: false });
    expect(await requestOf(is(3).who, is(3).id)).toMatchObject({ status: "Pending", waiting: true });
  });

  test("When several members leave at once each seat is offered once.", async () => {
    const { event, is, waits } = await crowd(3, 4);
    const responses = await Promise.all([0, 1, 2].map((index) => leave(is(index).who, is(index).id)));
    expect(responses.map(({ status }) => status)).toEqual([204, 204, 204]);
    expect(await memberIds(event)).toHaveLength(1);
    expect(await waits()).toEqual([6]);
    for (const index of [3, 4, 5]) expect(await told(is(index).who)).toEqual([FREE]);
    expect(await told(is(6).who)).toEqual([]);
  });
});

test("An event that the organizer fills puts pending requests on the waiting list.", async () => {
  const host = await guest();
  const event = await createEvent(host, { max_count_members: 2 });
  const [ann, bob] = [await guest(), await guest()];
  const request = await createRequest(ann, event);
  await change(host, event, { members: [{ id: host.id }, { id: bob.id }] });
  expect(await requestOf(ann, request)).toMatchObject({ status: "Pending", waiting: true });
  expect(await decide(host, request, "accept")).toMatchObject(FULL);
});

describe("the nightly sweep", () => {
  test("The nightly sweep offers a seat that became free by another way, once.", async () => {
    const { event, is } = await crowd(2, 3);
    await rows("DELETE FROM users WHERE id = ?", is(0).who.id);
    await rows("DELETE FROM event_members WHERE event_id = ? AND user_id = ?", event, is(1).who.id);
    const { ctx, finished } = jobContext();
    await sweepWaitlists(ctx);
    await sweepWaitlists(ctx);
    await finished();
    expect(await told(is(2).who)).toEqual([FREE]);
    expect(await told(is(3).who)).toEqual([FREE]);
    expect(await told(is(4).who)).toEqual([]);
    expect(await requestOf(is(4).who, is(4).id)).toMatchObject({ waiting: true });
  });

  test("The nightly sweep offers no seat of a full event or of one that has started.", async () => {
    const full = await crowd(1, 1);
    const begun = await crowd(1, 1);
    await rows("DELETE FROM event_members WHERE event_id = ?", begun.event);
    await rows("UPDATE events SET starts_at = 0 WHERE id = ?", begun.event);
    await sweepWaitlists(jobContext().ctx);
    expect(await told(full.is(1).who)).toEqual([]);
    expect(await told(begun.is(1).who)).toEqual([]);
  });
});
