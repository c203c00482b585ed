/** Accepting a membership and leaving an event, for every way in which a user becomes a member. */
import { expect, test } from "vitest";
import { makeEvent, rowIdOf } from "../../dialects/alphabet/world.ts";
import { person, post, put, rows, staffMember } from "../../harness/api.ts";
import {
  change,
  createEvent,
  createRequest,
  decide,
  guest,
  memberIds,
  requestOf,
  toldOf,
} from "../fixtures.ts";

const acceptedAt = async (event: number, user: number): Promise<number | null | undefined> => {
  const [row] = await rows<{ accepted_at: number | null }>(
    "SELECT accepted_at FROM event_members WHERE event_id = ? AND user_id = ?",
    event,
    user,
  );
  return row?.accepted_at;
};

const path = (event: number | string, verb: "accept" | "leave") => `/api/v1/events/${event}/${verb}/`;

test("The creator of an event takes part by their own act, and the people they name do not.", async () => {
  const [host, friend] = [await guest(), await guest()];
  const event = await createEvent(host, { members: [{ id: friend.id }] });
  expect(await acceptedAt(event, host.id)).toEqual(expect.any(Number));
  expect(await acceptedAt(event, friend.id)).toBeNull();
  const [ann, bob] = [await person(), await person()];
  const id = await rowIdOf((await makeEvent(ann, { participants: [ann.username, bob.username] })).id);
  expect(await acceptedAt(id, ann.id)).toEqual(expect.any(Number));
  expect(await acceptedAt(id, bob.id)).toBeNull();
});

test("A user who asked takes part by their own act, whether accepted by decision or by a new member set.", async () => {
  const [host, ann, eve] = [await guest(), await guest(), await guest()];
  const event = await createEvent(host);
  await decide(host, await createRequest(ann, event), "accept");
  expect(await acceptedAt(event, ann.id)).toEqual(expect.any(Number));
  await createRequest(eve, event);
  await change(host, event, { members: [host, ann, eve].map(({ id }) => ({ id })) });
  expect(await acceptedAt(event, eve.id)).toEqual(expect.any(Number));
});

test("A named user accepts by number or uuid, accepting again changes nothing, and a replaced set keeps the acceptance.", async () => {
  const [ann, bob, eve] = [await person(), await person(), await person()];
  const { id: uuid } = await makeEvent(ann, { participants: [bob.username, eve.username] });
  const id = await rowIdOf(uuid);
  expect((await post(path(uuid, "accept"), undefined, { token: bob.token })).status).toBe(204);
  const first = await acceptedAt(id, bob.id);
  expect(first).toEqual(expect.any(Number));
  expect((await post(path(id, "accept"), undefined, { token: bob.token })).status).toBe(204);
  await put(`/api/event/${uuid}/`, { participants: [eve.username, bob.username] }, { token: ann.token });
  expect(await acceptedAt(id, bob.id)).toBe(first);
  expect(await acceptedAt(id, eve.id)).toBeNull();
});

test("Accepting or leaving is a 404 for an unknown event and for a user who is not a member.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { id } = await makeEvent(ann);
  for (const verb of ["accept", "leave"] as const)
    for (const event of [id, crypto.randomUUID(), 999_999_999, "x", "0"])
      expect((await post(path(event, verb), undefined, { token: bob.token })).status).toBe(404);
});

test("A member who leaves is removed, the organizer is told, and the member may ask again.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  await decide(host, await createRequest(ann, event), "accept");
  expect((await post(path(event, "leave"), undefined, ann.with)).status).toBe(204);
  expect(await memberIds(event)).toEqual([host.id]);
  expect((await post(path(event, "leave"), undefined, ann.with)).status).toBe(404);
  expect((await toldOf(host)).at(-1)).toMatchObject({ type: "PARTICIPATION_LEFT" });
  await createRequest(ann, event);
});

test("The seat of a member who leaves is offered to the user who waits longest.", async () => {
  const [host, ann, bob, eve] = [await guest(), await guest(), await guest(), await guest()];
  const event = await createEvent(host, { members: [{ id: ann.id }], max_count_members: 2 });
  const [first, second] = [await createRequest(bob, event), await createRequest(eve, event)];
  expect((await requestOf(bob, first)).waiting).toBe(true);
  await post(path(event, "leave"), undefined, ann.with);
  expect((await requestOf(bob, first)).waiting).toBe(false);
  expect((await requestOf(eve, second)).waiting).toBe(true);
  expect((await toldOf(bob)).at(-1)).toMatchObject({ type: "PARTICIPATION_PLACE_FREE" });
});

test("A member added in the console is only named, however often the console changes the row.", async () => {
  const [host, ann] = [await guest(), await guest()];
  const event = await createEvent(host);
  const staff = await staffMember();
  const made = await post("/api/admin/event-members/", { event, user: ann.id }, { token: staff.token });
  expect(made.status).toBe(201);
  expect(await acceptedAt(event, ann.id)).toBeNull();
});
