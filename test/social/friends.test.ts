/** Deleted friend requests, and friendships: in both lists, ended from either side. */
import { describe, expect, test } from "vitest";
import { call, del, get, patch, put, rows } from "../harness/api.ts";
import {
  ANONYMOUS,
  answer,
  ask,
  befriend,
  FRIENDS,
  friendIds,
  ME,
  type Member,
  member,
  NOT_FOUND,
  pair,
  requests,
  seen,
  send,
} from "./social.ts";

const partsOf = (one: Member, other: Member) =>
  rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE kind = 'chat_rights' AND address = ?",
    `users:${Math.min(one.id, other.id)}-${Math.max(one.id, other.id)}`,
  );

describe("taking a request away", () => {
  const remove = ({ key }: Member, id: number) => del(`${FRIENDS}${id}/`, undefined, { key });

  test("The sender can delete a pending request and send it again.", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    expect((await remove(maria, id)).status).toBe(403);
    expect((await remove(ivan, id)).status).toBe(204);
    expect((await remove(ivan, id)).status).toBe(404);
    expect((await answer("accept", maria, id)).status).toBe(404);
    expect((await send(ivan, maria.id)).status).toBe(201);
  });

  test("Only the receiver can delete a declined request.", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    await answer("decline", maria, id);
    expect((await remove(ivan, id)).status).toBe(403);
    expect((await remove(maria, id)).status).toBe(204);
    expect((await send(ivan, maria.id)).status).toBe(201);
  });

  test("Deleting an accepted request keeps the friendship.", async () => {
    const [ivan, maria] = await pair();
    const id = await befriend(ivan, maria);
    expect((await remove(ivan, id)).status).toBe(204);
    expect(await friendIds(maria)).toEqual([ivan.id]);
  });

  test("Other people's requests are a 404, to read and to delete.", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    const eve = await member();
    expect((await remove(eve, id)).status).toBe(404);
    expect((await get(`${FRIENDS}${id}/`, { key: eve.key })).body).toEqual(NOT_FOUND);
    expect(await requests(eve)).toEqual([]);
  });

  test.each([put, patch])("A request can't be edited.", async (change) => {
    const [ivan, maria] = await pair();
    const eve = await member();
    const id = await befriend(ivan, maria);
    const { status, body } = await change(`${FRIENDS}${id}/`, { to_user: eve.id }, { key: ivan.key });
    expect(status).toBe(405);
    expect(body.detail).toMatch(/^Метод "(PUT|PATCH)" не разрешен\.$/);
    expect(await friendIds(eve)).toEqual([]);
  });
});

describe("a friendship", () => {
  test.each(["the one who asked", "the one who was asked"])(
    "A friendship can be ended by %s.",
    async (side) => {
      const [ivan, maria] = await pair();
      const eve = await member();
      await befriend(ivan, maria);
      const [who, other] = side === "the one who asked" ? [ivan, maria] : [maria, ivan];
      await befriend(who, eve);
      const { status, body } = await patch(ME, { friends: [{ id: eve.id }] }, { key: who.key });
      expect(status).toBe(200);
      expect(body).toMatchObject({ friends: [{ id: eve.id }], friends_count: 1 });
      expect(await friendIds(other)).toEqual([]);
      expect((await partsOf(who, other)).map(({ payload }) => JSON.parse(payload))).toMatchObject([
        { low: Math.min(who.id, other.id), high: Math.max(who.id, other.id) },
      ]);
      expect(await partsOf(who, eve)).toEqual([]);
    },
  );

  test("A list of friends in a profile only removes friends.", async () => {
    const [ivan, maria] = await pair();
    const { status, body } = await patch(ME, { friends: [{ id: maria.id }] }, { key: ivan.key });
    expect([status, body.friends]).toEqual([200, []]);
    expect(await friendIds(maria)).toEqual([]);
  });

  test("A friendship that ended can begin again from the other side.", async () => {
    const [ivan, maria] = await pair();
    await befriend(ivan, maria);
    await patch(ME, { friends: [] }, { key: ivan.key });
    await befriend(maria, ivan);
    expect(await friendIds(ivan)).toEqual([maria.id]);
  });

  test("Friends are in each other's lists, each once.", async () => {
    const [ivan, maria] = await pair();
    const eve = await member();
    await befriend(ivan, maria);
    await befriend(eve, ivan);
    const { status, body } = await get("/api/v1/users/my_friends/", { key: ivan.key });
    expect(status).toBe(200);
    expect(body).toEqual([(await seen(ivan, eve)).body, (await seen(ivan, maria)).body]);
    expect((await get("/api/v1/users/my_friends/", { key: maria.key })).body).toMatchObject([
      { id: ivan.id },
    ]);
  });
});

test.each([
  ["GET", FRIENDS],
  ["POST", FRIENDS],
  ["GET", `${FRIENDS}1/`],
  ["DELETE", `${FRIENDS}1/`],
  ["POST", `${FRIENDS}1/accept/`],
  ["POST", `${FRIENDS}1/decline/`],
  ["GET", "/api/v1/users/my_friends/"],
  ["GET", "/api/v1/users/my_events/"],
])("The request %s %s requires a sign-in.", async (method, path) => {
  const { status, body } = await call(method, path);
  expect([status, body]).toEqual([401, ANONYMOUS]);
});
