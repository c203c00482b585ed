/** Everything that ends a right or a room reaches sockets in relays as it reaches the room's own, within a second. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { registryOf } from "../../../src/platform/realtime/handshake/connection-registry.ts";
import { del, type Person, person, post } from "../../harness/api.ts";
import { knownRelays, note, relayOf, seqsOf, sleep, withRelaysOf } from "../../harness/realtime/relays.ts";
import { authorize, type EventRoomHandle, makeRoom, say, tokenUntil, until } from "../../harness/rooms.ts";
import { connect, connectNative, dial, type Socket } from "../../harness/socket.ts";
import { within } from "../../security/watchers.ts";

type End = (who: Person, room: EventRoomHandle, owner: Person) => Promise<unknown>;

/** What ends it, and the code that each socket of the person is closed with. */
const ENDS: Readonly<Record<string, readonly [End, number]>> = {
  "the session is ended": [({ token }) => post("/api/auth/logout/", {}, { token }), 4001],
  "the person's right to the room is revoked": [
    ({ id }, { stub }) => stub.revoke({ userId: id, rightsBefore: Date.now() }, 4003, "out"),
    4003,
  ],
  "all sessions are revoked in the registry": [
    ({ id }) => registryOf(env.ROSTERS as never, id).revoke({ userId: id }),
    4001,
  ],
  "the event is deleted": [
    (_, { uuid }, owner) => del(`/api/event/${uuid}/`, undefined, { token: owner.token }),
    4004,
  ],
};

/** The sockets of a person in the room itself and in a relay, in both dialects; the relay may have lost its memory. */
async function everywhere(room: EventRoomHandle, who: Person): Promise<Socket[]> {
  const native = await authorize(room, who.token);
  const documented = await connect(`${room.path}?token=${who.token}`);
  const relayed = [await authorize(room, who.token), await connect(`${room.path}?token=${who.token}`)];
  return [native, documented, ...relayed];
}

describe("sockets in the room and in relays", () => {
  test.each(
    Object.entries(ENDS).flatMap(([name, [end, code]]) =>
      [false, true].map((asleep) => ({ name, end, code, asleep })),
    ),
  )("All are closed within a second when $name (relays asleep: $asleep).", ({ end, code, asleep }) =>
    withRelaysOf(2, async () => {
      const [owner, who] = [await person(), await person()];
      const room = await makeRoom(owner);
      const sockets = await everywhere(room, who);
      const [relay = 0] = await knownRelays(room);
      expect(relay).toBeGreaterThan(0);
      if (asleep) await sleep(room, relay);
      const ends = sockets.map(({ closed }) => within(closed));
      await end(who, room, owner);
      const codes = (await Promise.all(ends)).map((ended) => (ended === "late" ? ended : ended.code));
      expect(codes).toEqual(sockets.map(() => code));
    }),
  );

  test("A credential that expires closes the socket in a relay.", () =>
    withRelaysOf(1, async () => {
      const who = await person();
      const room = await makeRoom(who);
      await authorize(room);
      const socket = await authorize(room, await tokenUntil(who, Date.now() + 2000));
      expect(await within(socket.closed, 4000)).toMatchObject({ code: 4001 });
    }));
});

test("A session that was ended before the relay began does not get into it.", () =>
  withRelaysOf(1, async () => {
    const who = await person();
    const room = await makeRoom(who);
    await authorize(room);
    // As a handshake that was under way when the session ended: the registry let it pass before.
    await room.stub.revoke({ userId: who.id }, 4001, "out");
    expect(await dial(room.path, { protocols: ["caravan.v1", `auth.${who.token}`] })).toMatchObject({
      refusal: { status: 401 },
    });
    expect(await knownRelays(room)).toEqual([]);
  }));

test("A relay that lost its memory learns of revocations before it lets anybody in.", () =>
  withRelaysOf(2, async () => {
    const [owner, who] = [await person(), await person()];
    const room = await makeRoom(owner);
    for (let count = 0; count < 3; count++) await authorize(room);
    const [relay = 0] = await knownRelays(room);
    await room.stub.revoke({ userId: who.id }, 4001, "out");
    await sleep(room, relay);
    expect(await dial(room.path, { protocols: ["caravan.v1", `auth.${who.token}`] })).toMatchObject({
      refusal: { status: 401 },
    });
  }));

test("After a deletion nobody gets into a relay, and the last notice came before the end.", () =>
  withRelaysOf(1, async () => {
    const owner = await person();
    const room = await makeRoom(owner);
    await authorize(room);
    const socket = await authorize(room, owner.token);
    await del(`/api/event/${room.uuid}/`, undefined, { token: owner.token });
    expect((await socket.closed).code).toBe(4004);
    expect(socket.frames.at(-1)).toMatchObject({ t: "entry", body: { action: "deleted" } });
    await until(async () => (await knownRelays(room)).length === 0);
    expect(await dial(room.path)).toMatchObject({ refusal: { status: 404 } });
  }));

test("What was erased is not shown to a client that resumes in a relay.", () =>
  withRelaysOf(2, async () => {
    const [owner, who] = [await person(), await person()];
    const room = await makeRoom(owner);
    for (let count = 0; count < 2; count++) await authorize(room);
    const writer = await authorize(room, who.token);
    writer.send(say("secret"));
    await writer.next(({ t }) => t === "ack");
    await room.stub.erase(who.id);
    const { epoch } = await room.stub.latest(room.name, 1);
    const later = await connectNative(`${room.path}?epoch=${epoch}&since=1`);
    expect(await later.next()).toMatchObject({ recovered: true });
    expect(await later.next()).toMatchObject({ seq: 2, kind: "erased", body: {} });
  }));

test("A relay that its room does not know sends its clients away, and they come back without a gap.", () =>
  withRelaysOf(1, async () => {
    const owner = await person();
    const room = await makeRoom(owner);
    await authorize(room);
    const socket = await authorize(room, owner.token);
    await room.stub.publish(room.name, note("a"));
    await until(() => seqsOf(socket).length === 1);
    const { token } = (await room.stub.attachRelay({ number: 1, seq: 2, sockets: 1 })) ?? { token: "" };
    await room.stub.detachRelay(1, token);
    socket.send(say("b"));
    expect((await socket.closed).code).toBe(1012);
    expect(socket.frames.filter(({ t }) => t === "ack")).toEqual([]);
    await relayOf(room, 1).push({ epoch: "00000000", entries: [] });
  }));
