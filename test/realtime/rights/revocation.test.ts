/** Revocation: signing out, blocking or deleting an account closes its sockets in every room at once. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { del, get, type Person, patch, person, post, staffMember } from "../../harness/api.ts";
import { admit, callerOf, listen, note, withRoom } from "../../harness/realtime/fake-room.ts";
import { authorize, connectHalfOpen, journalOf, makeRoom, say } from "../../harness/rooms.ts";
import { connect, dial } from "../../harness/socket.ts";

async function signInAgain({ username, password }: Person): Promise<string> {
  return (await post("/api/auth/signin/", { username, password })).body.access;
}

function sessionOf(token: string): string {
  const [, payload = ""] = token.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))).sid;
}

async function statusWith(path: string, token: string): Promise<number> {
  const result = await dial(path, { protocols: ["caravan.v1", `auth.${token}`] });
  return "refusal" in result ? result.refusal.status : 101;
}

const logout = (token: string) => post("/api/v1/auth/logout/", {}, { token });

test("A sign-out closes the session's sockets in every room and dialect, and no others.", async () => {
  const ann = await person();
  const bob = await person();
  const other = await signInAgain(ann);
  const [room, second] = [await makeRoom(ann), await makeRoom(ann)];
  const meant = [
    await authorize(room, ann.token),
    await authorize(second, ann.token),
    await connect(`${room.path}?token=${ann.token}`),
  ];
  const spared = [await authorize(room, other), await authorize(room, bob.token), await authorize(room)];
  await logout(ann.token);
  for (const socket of meant) expect((await socket.closed).code).toBe(4001);
  await room.stub.publish(room.name, note("still here"));
  for (const socket of spared) expect(await socket.next()).toMatchObject({ t: "entry" });
});

test("A handshake after the sign-out is refused.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  await authorize(room, ann.token);
  await logout(ann.token);
  expect(await statusWith(room.path, ann.token)).toBe(401);
});

test("The person's registry refuses an ended session even when an isolate has it cached.", async () => {
  const ann = await person();
  const room = await makeRoom(ann);
  await authorize(room, ann.token);
  // As another isolate would: it calls the registry, and the session stays cached in this one.
  await env.ROSTERS.getByName(`user:${ann.id}`).revoke({ userId: ann.id, sessionId: sessionOf(ann.token) });
  expect((await get("/api/events/", { token: ann.token })).status).toBe(200);
  expect(await statusWith(room.path, ann.token)).toBe(401);
});

test("Ending another device closes that device's sockets.", async () => {
  const ann = await person();
  const other = await signInAgain(ann);
  const room = await makeRoom(ann);
  const [mine, theirs] = [await authorize(room, ann.token), await authorize(room, other)];
  const path = `/api/v1/auth/sessions/${sessionOf(other)}/`;
  expect((await del(path, undefined, { token: ann.token })).status).toBe(204);
  expect((await theirs.closed).code).toBe(4001);
  mine.send(say("still here"));
  expect(await mine.next()).toMatchObject({ t: "ack" });
});

test("A new password closes the sockets of every other session; a sign-in with it can open sockets at once.", async () => {
  const ann = await person();
  const other = await signInAgain(ann);
  const room = await makeRoom(ann);
  const [mine, theirs] = [await authorize(room, ann.token), await authorize(room, other)];
  const answer = await post(
    "/api/auth/password/change/",
    { old_password: ann.password, new_password1: "alskdj01x", new_password2: "alskdj01x" },
    { token: ann.token },
  );
  expect(answer.status).toBe(200);
  expect((await theirs.closed).code).toBe(4001);
  const again = await authorize(room, await signInAgain({ ...ann, password: "alskdj01x" }));
  // The outbox repeats the revocation a moment later.
  const [row] = (
    await env.DB.prepare("SELECT payload FROM outbox WHERE kind = 'revoke' AND address = ?")
      .bind(`user:${ann.id}`)
      .all<{ payload: string }>()
  ).results;
  await env.ROSTERS.getByName(`user:${ann.id}`).revoke(JSON.parse(row?.payload ?? "{}"));
  for (const socket of [mine, again]) {
    socket.send(say("still here"));
    expect(await socket.next((frame) => frame.t === "ack")).toBeTruthy();
  }
});

test("Blocking an account closes its sockets, and unblocking it lets it connect again.", async () => {
  const ann = await person();
  const staff = await staffMember();
  const room = await makeRoom(ann);
  const socket = await authorize(room, ann.token);
  const path = `/api/admin/users/${ann.id}/`;
  const options = { token: staff.token, headers: { "if-match": "*" } };
  expect((await patch(path, { is_active: false }, options)).status).toBe(200);
  expect((await socket.closed).code).toBe(4001);
  expect(await statusWith(room.path, ann.token)).toBe(401);
  await patch(path, { is_active: true }, options);
  expect(await statusWith(room.path, await signInAgain(ann))).toBe(101);
});

test("Deleting an account closes its sockets.", async () => {
  const ann = await person();
  const bob = await person();
  const room = await makeRoom(bob);
  const socket = await authorize(room, ann.token);
  await del(`/api/user/${ann.id}/`, undefined, { token: ann.token });
  expect((await socket.closed).code).toBe(4001);
  expect(await statusWith(room.path, ann.token)).toBe(401);
});

test("Frames of a closed socket are ignored, even when its client never answers the close, even after an eviction.", async () => {
  const ann = await person();
  const room = await makeRoom(await person());
  const native = await connectHalfOpen(room.path, ["caravan.v1", `auth.${ann.token}`]);
  const key = (await post("/api/auth/login/", { username: ann.username, password: ann.password })).body.key;
  const old = await connectHalfOpen(room.path, ["Token", key]);
  await env.ROSTERS.getByName(`user:${ann.id}`).revoke({ userId: ann.id, at: Date.now() });
  expect([await native.closed, await old.closed]).toEqual([4001, 4001]);
  const listener = await authorize(room);
  const shout = () => {
    native.send(say("after the end"));
    old.send({ message: "after the end" });
  };
  shout();
  expect(await listener.silent()).toBe(true);
  await evictDurableObject(room.stub);
  shout();
  expect(await listener.silent()).toBe(true);
  expect(await journalOf(room)).toHaveLength(1);
});

test.each([
  { why: "a whole person", revocation: {}, caller: {}, refused: true },
  { why: "this session", revocation: { sessionId: "a" }, caller: { sessionId: "a" }, refused: true },
  { why: "another session", revocation: { sessionId: "b" }, caller: { sessionId: "a" }, refused: false },
  { why: "all but this one", revocation: { exceptSession: "a" }, caller: { sessionId: "a" }, refused: false },
  { why: "all but another", revocation: { exceptSession: "b" }, caller: { sessionId: "a" }, refused: true },
  { why: "who signed in before", revocation: { at: 10 }, caller: { signedInAt: 10 }, refused: true },
  { why: "who signed in later", revocation: { at: 10 }, caller: { signedInAt: 11 }, refused: false },
  { why: "who signed in nobody knows when", revocation: { at: 10 }, caller: {}, refused: true },
  { why: "somebody else", revocation: { userId: 2 }, caller: {}, refused: false },
])("A revocation of $why, seen by a room that is entered after it: refused $refused.", async (row) => {
  await withRoom(async (room, world) => {
    room.sockets.revoke({ userId: 1, ...row.revocation }, 4001, "signed out");
    // The handshake was under way, and the object was evicted meanwhile.
    const answer = world.fresh().sockets.open(admit(world, { caller: callerOf(1, row.caller) }));
    expect(answer.status).toBe(row.refused ? 401 : 101);
  });
});

test("A room forgets a revocation after a minute, and deletes its storage when nothing else is in it.", async () => {
  await withRoom(async (room, world) => {
    room.sockets.revoke({ userId: 1 }, 4001, "signed out");
    const alarm = (await world.state.storage.getAlarm()) ?? 0;
    expect(alarm - world.now).toBe(60_000);
    world.now = alarm;
    await world.onSchedule(room);
    expect(
      world.state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'facts'").toArray(),
    ).toEqual([]);
    const { closed } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
    expect(await Promise.race([closed, "open"])).toBe("open");
  });
});

test("A room reports how many sockets it closed.", async () => {
  await withRoom((room, world) => {
    for (const userId of [1, 1, 2]) listen(room.sockets.open(admit(world, { caller: callerOf(userId) })));
    expect(room.sockets.revoke({ userId: 1 }, 4003, "blocked")).toBe(2);
    expect(room.sockets.revoke({ userId: 3 }, 4003, "blocked")).toBe(0);
  });
});

test("A room closes revoked sockets with the given code.", async () => {
  await withRoom(async (room, world) => {
    const { closed } = listen(room.sockets.open(admit(world, { caller: callerOf(1) })));
    room.sockets.revoke({ userId: 1 }, 4003, "blocked");
    expect(await closed).toBe(4003);
  });
});
