/** Tickets: requested over HTTPS, valid once, for one room, one person and 15 seconds. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runtimeOf } from "../../../src/env.ts";
import { issueTicket, readTicket } from "../../../src/platform/realtime/handshake/tickets.ts";
import { del, get, type Person, person, post } from "../../harness/api.ts";
import { callerOf } from "../../harness/realtime/fake-room.ts";
import { makeRoom, say, tokenUntil } from "../../harness/rooms.ts";
import { connect, dial } from "../../harness/socket.ts";

const buy = async (person: Person, room: string) =>
  (await post("/api/v1/realtime/ticket/", { room }, { token: person.token })).body.ticket as string;

async function statusOf(path: string): Promise<number> {
  const result = await dial(path);
  return "refusal" in result ? result.refusal.status : 101;
}

test("A ticket needs a signed-in caller and lets them write.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const answer = await post("/api/v1/realtime/ticket/", { room: room.name }, { token: ann.token });
  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({ ticket: expect.any(String), expires_in: 15 });
  const socket = await connect(`${room.path}?ticket=${answer.body.ticket}`, { protocols: ["caravan.v1"] });
  expect(socket.protocol).toBe("caravan.v1");
  socket.send(say("r"));
  expect(await socket.next((frame) => frame.t === "entry")).toMatchObject({ by: ann.id });
});

test("A ticket can be requested by uuid, and is for the same room.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  expect(await statusOf(`${room.path}?ticket=${await buy(ann, `event:${room.uuid}`)}`)).toBe(101);
});

test.each([
  ["without sign-in", "event:1", false, 401],
  ["for a room that does not exist", "event:999999999", true, 404],
  ["for a kind of room that does not exist", "kitchen:1", true, 404],
  ["for an empty name", "", true, 400],
])("No ticket is issued %s: %s.", async (_, room, signedIn, status) => {
  const options = signedIn ? { token: (await person()).token } : {};
  expect((await post("/api/v1/realtime/ticket/", { room }, options)).status).toBe(status);
});

test("A ticket works once, even when it is used twice at the same time.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const ticket = await buy(ann, room.name);
  const both = await Promise.all([
    statusOf(`${room.path}?ticket=${ticket}`),
    statusOf(`${room.path}?ticket=${ticket}`),
  ]);
  expect(both.sort()).toEqual([101, 401]);
  expect(await statusOf(`${room.path}?ticket=${ticket}`)).toBe(401);
});

test("A ticket for another room is refused, and stays unused.", async () => {
  const ann = await person();
  const [room, other] = [await makeRoom(ann), await makeRoom(ann)];
  const ticket = await buy(ann, room.name);
  expect(await statusOf(`${other.path}?ticket=${ticket}`)).toBe(401);
  expect(await statusOf(`${room.path}?ticket=${ticket}`)).toBe(101);
});

test("No part of a ticket can be changed.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(ann);
  const parts = (await buy(ann, room.name)).split(".");
  const changes = [
    "another",
    String(bob.id),
    "session",
    String(Date.now() + 1e6),
    String(Date.now() + 1e9),
    "event:1",
    "0",
    `OPERATOR:1:${Date.now()}:${Date.now()}`,
    "0",
  ];
  expect(parts).toHaveLength(changes.length);
  for (const [index, change] of changes.entries()) {
    const forged = parts.with(index, change).join(".");
    expect([index, await statusOf(`${room.path}?ticket=${forged}`)]).toEqual([index, 401]);
  }
  expect(await statusOf(`${room.path}?ticket=${parts.join(".")}`)).toBe(101);
});

test("A ticket ends after 15 seconds, to the millisecond.", async () => {
  const runtime = runtimeOf(env);
  const ticket = await issueTicket(runtime, callerOf(1), "event:1", 1_000_000);
  expect(await readTicket(runtime, ticket, 1_014_999)).toMatchObject({ userId: 1, room: "event:1" });
  expect(await readTicket(runtime, ticket, 1_015_000)).toBeNull();
});

test("A ticket is refused after its session has ended.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const ticket = await buy(ann, room.name);
  const { body } = await get("/api/v1/auth/sessions/", { token: ann.token });
  const [session] = Array.isArray(body) ? body : body.results;
  await del(`/api/v1/auth/sessions/${session.id}/`, undefined, { token: ann.token });
  expect(await statusOf(`${room.path}?ticket=${ticket}`)).toBe(401);
});

test("A socket opened by ticket ends with the token that the ticket was requested with.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  const brief = { ...ann, token: await tokenUntil(ann, Date.now() + 60_000) };
  const socket = await connect(`${room.path}?ticket=${await buy(brief, room.name)}`, {
    protocols: ["caravan.v1"],
  });
  const { ttl } = await socket.next();
  expect(ttl).toBeGreaterThan(50);
  expect(ttl).toBeLessThanOrEqual(60);
});
