/** Friend requests taken away and friendships: in both lists, ended from either side. */
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

  test("is the sender's while it waits, and lets them ask again", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    expect((await remove(maria, id)).status).toBe(403);
    expect((await remove(ivan, id)).status).toBe(204);
    expect((await remove(ivan, id)).status).toBe(404);
    expect((await answer("accept", maria, id)).status).toBe(404);
    expect((await send(ivan, maria.id)).status).toBe(201);
  });

  test("is the receiver's once they declined: the sender keeps their no", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    await answer("decline", maria, id);
    expect((await remove(ivan, id)).status).toBe(403);
    expect((await remove(maria, id)).status).toBe(204);
    expect((await send(ivan, maria.id)).status).toBe(201);
  });

  test("leaves the friendship that came of it", async () => {
    const [ivan, maria] = await pair();
    const id = await befriend(ivan, maria);
    expect((await remove(ivan, id)).status).toBe(204);
    expect(await friendIds(maria)).toEqual([ivan.id]);
  });

  test("of others is a 404 like any other look at it", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    const eve = await member();
    expect((await remove(eve, id)).status).toBe(404);
    expect((await get(`${FRIENDS}${id}/`, { key: eve.key })).body).toEqual(NOT_FOUND);
    expect(await requests(eve)).toEqual([]);
  });

  test.each([put, patch])("is all there is: a request is not edited", async (change) => {
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
  test.each(["the one who asked", "the one who was asked"])("ends from either side: %s", async (side) => {
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
  });

  test("does not come of a list: it only takes away", async () => {
    const [ivan, maria] = await pair();
    const { status, body } = await patch(ME, { friends: [{ id: maria.id }] }, { key: ivan.key });
    expect([status, body.friends]).toEqual([200, []]);
    expect(await friendIds(maria)).toEqual([]);
  });

  test("that ended can begin anew from the other side", async () => {
    const [ivan, maria] = await pair();
    await befriend(ivan, maria);
    await patch(ME, { friends: [] }, { key: ivan.key });
    await befriend(maria, ivan);
    expect(await friendIds(ivan)).toEqual([maria.id]);
  });

  test("is in both sides' friends, each once", async () => {
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
])("%s %s asks for a sign-in", async (method, path) => {
  const { status, body } = await call(method, path);
  expect([status, body]).toEqual([401, ANONYMOUS]);
});
