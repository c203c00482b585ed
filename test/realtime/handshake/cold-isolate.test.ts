/**
 * Sockets of every kind and dialect that open in an isolate which has just started: with a signed token and a right that
 * is held, the database is not asked. What can't be signed or held is, and the tables below say what it costs.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ticketOf } from "../../authorization/tables/support.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { costs, quiet, startCounting } from "../../budgets/cost.ts";
import { chatters } from "../../chat/friends.ts";
import { orderIn, scene } from "../../dispatch/scene.ts";
import { patch, person, post, rows, staffMember } from "../../harness/api.ts";
import { accessOf, cold } from "../../harness/cold.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { makeRoom } from "../../harness/rooms.ts";
import { connectNative } from "../../harness/socket.ts";
import { befriend, member } from "../../social/social.ts";
import { allow, eventOf, eventOnNow } from "../../tracking/visibility/relations.ts";

const meter = counted();

interface Visitor {
  readonly path: string;
  readonly token: string;
}

/** How a client sends its token, and whether it speaks `caravan.v1`. */
const DIALECTS: Readonly<
  Record<string, (visitor: Visitor) => [path: string, headers: Record<string, string>]>
> = {
  "natively, by sub-protocol": ({ path, token }) => [
    path,
    { "sec-websocket-protocol": `caravan.v1, auth.${token}` },
  ],
  "natively, by header": ({ path, token }) => [
    path,
    { "sec-websocket-protocol": "caravan.v1", authorization: `Bearer ${token}` },
  ],
  "in the documented dialect, by URL": ({ path, token }) => [`${path}?token=${token}`, {}],
  "in the documented dialect, by cookie": ({ path, token }) => [path, { cookie: `jwt=${token}` }],
};

/** Opens a socket and closes it; what the Worker asked for. */
async function open(dialect: string, visitor: Visitor, status = 101) {
  const [path, headers] = DIALECTS[dialect]?.(visitor) ?? [visitor.path, {}];
  const { bill, response } = await charge(meter, status, "GET", path, {
    headers: { upgrade: "websocket", ...headers },
  });
  response.webSocket?.accept();
  response.webSocket?.close();
  return bill;
}

const friends = async () => {
  const [owner, watcher] = [await member(), await member()];
  await befriend(owner, watcher);
  await allow(owner);
  return { owner, watcher };
};

const onOrder = async (who: "client" | "operator" | "driver"): Promise<Visitor> => {
  const there = await scene();
  const id = await orderIn(there, "ASSIGNED");
  return { path: `/ws/orders/${id}/location/`, token: there[who].token };
};

const asMember = async (path: string, { id }: { id: number }): Promise<Visitor> => ({
  path,
  token: await accessOf(id),
});

/** Every kind of socket, and who opens it. */
const KINDS: Readonly<Record<string, () => Promise<Visitor>>> = {
  "an event's socket by uuid": async () => {
    const owner = await person();
    return { path: (await makeRoom(owner)).path, token: owner.token };
  },
  "an event's socket by number": async () => {
    const owner = await person();
    return { path: `/ws/events/${(await makeRoom(owner)).id}/`, token: (await person()).token };
  },
  "a chat": async () => {
    const { one, chat } = await chatters();
    return asMember(`/ws/chat/${chat}/`, one);
  },
  "a chat that staff reads": async () => {
    const { chat } = await chatters();
    return { path: `/ws/chat/${chat}/`, token: (await staffMember()).token };
  },
  "one's own socket": async () => ({ path: "/ws/me/", token: (await person()).token }),
  "one's own track": async () => ({ path: "/ws/location/", token: (await person()).token }),
  "a friend's track": async () => {
    const { owner, watcher } = await friends();
    return asMember(`/ws/users/${owner.id}/location/`, watcher);
  },
  "a fellow participant's track": async () => {
    const [owner, watcher] = [await member(), await member()];
    await allow(owner);
    await eventOf(owner, { id: watcher.id, credential: { key: watcher.key } }, eventOnNow());
    return asMember(`/ws/users/${owner.id}/location/`, watcher);
  },
  "an order's socket of its client": () => onOrder("client"),
  "an order's socket of an operator": () => onOrder("operator"),
  "a truck's socket of its driver": async () => {
    const { truck, driver } = await scene();
    return { path: `/ws/tow-trucks/${truck}/location/`, token: driver.token };
  },
  "a truck's socket of an operator": async () => {
    const { truck, operator } = await scene();
    return { path: `/ws/tow-trucks/${truck}/location/`, token: operator.token };
  },
  "the operators' socket": async () => ({ path: "/ws/ops/", token: (await newPerson("operator")).token }),
  "a ticket's socket of its author": async () => {
    const author = await newPerson("owner");
    return { path: `/ws/support/tickets/${await ticketOf(author as Person)}/`, token: author.token };
  },
};

/** Documented sockets of orders and trucks are greeted by the truck's place, which the authorizer reads. */
const isGreeted = (kind: string, dialect: string) =>
  /order|truck/.test(kind) && dialect.includes("documented");

describe("In a cold isolate", () => {
  const walks = Object.keys(KINDS).flatMap((kind) =>
    Object.keys(DIALECTS).map((dialect) => [kind, dialect] as const),
  );
  test.each(walks.filter(([kind, dialect]) => !isGreeted(kind, dialect)))(
    "In a cold isolate %s resumes %s without a statement and with two object calls.",
    async (kind, dialect) => {
      const visitor = (await KINDS[kind]?.()) as Visitor;
      await open(dialect, visitor);
      const bill = await cold(() => open(dialect, visitor));
      expect(bill).toMatchObject({ statements: [], roundTrips: 0, queueSends: [] });
      expect(bill.objectCalls).toEqual(["ROSTERS.admit", expect.stringMatching(/^[A-Z]+_ROOMS\.fetch$/)]);
    },
  );

  test.each(walks.filter(([kind, dialect]) => isGreeted(kind, dialect)))(
    "In a cold isolate %s resumes %s with one statement, which reads the truck's place.",
    async (kind, dialect) => {
      const visitor = (await KINDS[kind]?.()) as Visitor;
      await open(dialect, visitor);
      const { statements } = await cold(() => open(dialect, visitor));
      expect(statements).toEqual([expect.stringMatching(/latitude/)]);
    },
  );

  test("A first socket to a room that needs no look-up makes no statement in the Worker before its answer either.", async () => {
    for (const path of ["/ws/me/", "/ws/location/"]) {
      const { token } = await person();
      const { statements } = await cold(() => open("natively, by header", { path, token }));
      expect(statements.filter((sql) => !/insert into "rooms"/.test(sql))).toEqual([]);
    }
  });

  test("A key of the Token scheme costs the one statement that says whose it is; the right is held for it, too.", async () => {
    const { one, chat } = await chatters();
    const headers = { upgrade: "websocket", authorization: `Token ${one.key}` };
    const dial = () => charge(meter, 101, "GET", `/ws/chat/${chat}/`, { headers });
    await dial();
    const { bill } = await cold(dial);
    expect(bill.statements).toEqual([expect.stringMatching(/key_hash/)]);
  });

  test("A ticket opens a socket without a statement: it signs who asked for it.", async () => {
    const owner = await person();
    const room = await makeRoom(owner);
    const buy = async () =>
      (await post("/api/v1/realtime/ticket/", { room: room.name }, { token: owner.token })).body.ticket;
    const dial = async (ticket: string) =>
      (
        await charge(meter, 101, "GET", `/ws/events/${room.id}/?ticket=${ticket}`, {
          headers: { upgrade: "websocket" },
        })
      ).bill;
    await dial(await buy());
    const ticket = await buy();
    expect((await cold(() => dial(ticket))).statements).toEqual([]);
  });

  test("A person's own socket subscribes again to its rooms without a statement.", async () => {
    const { one, other, chat } = await chatters();
    await allow(other);
    const token = await accessOf(one.id);
    const rooms = [`chat:${chat}`, `user:${other.id}`];
    const subscribe = async () => {
      const socket = await connectNative("/ws/me/", token);
      for (const room of rooms) {
        socket.send({ t: "subscribe", room });
        await socket.next(({ t }) => t === "subscribed");
      }
      socket.close();
      await socket.closed;
    };
    await subscribe();
    await quiet();
    startCounting();
    await cold(subscribe);
    expect(costs()).toMatchObject({ trips: 0, d1Rows: 0 });
  });

  test("A driver's right to an order is looked up each time, because the truck may get another driver after the job.", async () => {
    const visitor = await onOrder("driver");
    await open("natively, by header", visitor);
    const { statements } = await cold(() => open("natively, by header", visitor));
    expect(statements).toEqual([expect.stringMatching(/FROM orders/)]);
  });

  test("Each look of staff at a track is looked up and leaves an audit row.", async () => {
    const { owner } = await friends();
    const staff = await staffMember();
    const visitor = { path: `/ws/users/${owner.id}/location/`, token: staff.token };
    for (let looks = 1; looks <= 3; looks++) {
      await cold(() => open("natively, by header", visitor));
      const [found] = await rows<{ count: number }>(
        "SELECT count(*) AS count FROM audit_log WHERE action = 'track.look' AND subject = ?",
        `user:${owner.id}`,
      );
      expect(found?.count).toBe(looks);
    }
  });

  test("A friend who becomes staff does not look by the friend's right: the look leaves its audit row.", async () => {
    const { owner, watcher } = await friends();
    const path = `/ws/users/${owner.id}/location/`;
    await open("natively, by header", await asMember(path, watcher));
    await rows("UPDATE users SET is_staff = 1 WHERE id = ?", watcher.id);
    await cold(async () => open("natively, by header", await asMember(path, watcher)));
    const looks = await rows(
      "SELECT id FROM audit_log WHERE action = 'track.look' AND subject = ?",
      `user:${owner.id}`,
    );
    expect(looks).toHaveLength(1);
  });

  test("A role that is younger than the token opens what it may: a refusal asks the database first.", async () => {
    const someone = await person();
    const operators = { path: "/ws/ops/", token: someone.token };
    await cold(() => open("natively, by header", operators, 403));
    const staff = { token: (await staffMember()).token, headers: { "if-match": "*" } };
    await patch(`/api/admin/users/${someone.id}/`, { is_staff: true }, staff);
    await cold(() => open("natively, by header", operators));
  });

  test("A room that has deleted itself, and so knows of no end of a right, has it looked up.", async () => {
    const { owner, watcher } = await friends();
    const visitor = await asMember(`/ws/users/${owner.id}/location/`, watcher);
    await open("natively, by header", visitor);
    const room = env.USER_ROOMS.getByName(`user:${owner.id}`);
    await runInDurableObject(room, async (_, { storage }) => {
      await storage.deleteAlarm();
      await storage.deleteAll();
    });
    await evictDurableObject(room, { webSockets: "close" });
    const first = await cold(() => open("natively, by header", visitor));
    expect(first.statements.length).toBeGreaterThan(0);
    expect((await cold(() => open("natively, by header", visitor))).statements).toEqual([]);
  });
});
