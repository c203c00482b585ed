/** Every kind of room opened by ticket, and what a public link's socket shows to a signed-in person. */
import { describe, expect, test } from "vitest";
import { chatters } from "../../chat/friends.ts";
import { move, orderIn, scene } from "../../dispatch/scene.ts";
import { type Person, person, post } from "../../harness/api.ts";
import { makeRoom } from "../../harness/rooms.ts";
import { connect, connectNative, dial } from "../../harness/socket.ts";
import { operator, ticketOf } from "../../support/tickets.ts";

type Way = { readonly room: string; readonly path: string; readonly who: { token?: string; key?: string } };

const ways = {
  async chat() {
    const { one, chat } = await chatters();
    return { room: `chat:${chat}`, path: `/ws/chat/${chat}/`, who: { key: one.key } };
  },
  async event() {
    const who = await person();
    const { name, path } = await makeRoom(who);
    return { room: name, path, who };
  },
  async order() {
    const there = await scene();
    const order = await orderIn(there, "ASSIGNED");
    return {
      room: `order:${order}`,
      path: `/ws/orders/${order}/location/`,
      who: { token: there.client.token },
    };
  },
  async truck() {
    const { truck, driver } = await scene();
    return {
      room: `truck:${truck}`,
      path: `/ws/tow-trucks/${truck}/location/`,
      who: { token: driver.token },
    };
  },
  async user() {
    const who = await person();
    return { room: `user:${who.id}`, path: `/ws/users/${who.id}/location/`, who };
  },
  async location() {
    return { room: "location", path: "/ws/location/", who: await person() };
  },
  async me() {
    return { room: "me", path: "/ws/me/", who: await person() };
  },
  async ticket() {
    const who = await person();
    const id = await ticketOf(who);
    return { room: `ticket:${id}`, path: `/ws/support/tickets/${id}/`, who };
  },
  async ops() {
    return { room: "ops", path: "/ws/ops/", who: await operator() };
  },
};
type Kind = keyof typeof ways;
const kinds = Object.keys(ways) as Kind[];

const buy = (room: string, who: Way["who"]) => post("/api/v1/realtime/ticket/", { room }, who);
const open = (path: string, ticket: string) =>
  dial(`${path}?ticket=${ticket}`, { protocols: ["caravan.v1"] });

describe("tickets", () => {
  test.each(kinds)("A ticket for %s opens that room once.", async (kind) => {
    const { room, path, who }: Way = await ways[kind]();
    const { status, body } = await buy(room, who);
    expect(status).toBe(201);
    const first = await open(path, body.ticket);
    if (!("socket" in first)) throw new Error(`refused with ${first.refusal.status}`);
    expect(await first.socket.next()).toMatchObject({ t: "welcome", recovered: true });
    const second = await open(path, body.ticket);
    // Refused as the app documents it, or before the upgrade.
    if (kind === "location") expect("socket" in second && (await second.socket.closed).code).toBe(4003);
    else expect("refusal" in second && second.refusal.status).toBe(401);
  });

  test.each([
    ["chat", 403],
    ["order", 403],
    ["truck", 403],
    ["user", 404],
    ["ticket", 404],
    ["ops", 403],
  ] as const)("A person without a right gets no ticket for %s: %i.", async (kind, status) => {
    const { room }: Way = await ways[kind]();
    expect((await buy(room, await person())).status).toBe(status);
  });

  test.each(["inbox:7", "ops:all:x", "track:anything", "constructor", "__proto__:1", "me:7"])(
    "A ticket for %s opens no other person's room.",
    async (room) => {
      const who = await person();
      const { status, body } = await buy(room, who);
      if (room !== "me:7") return expect([403, 404]).toContain(status);
      // Whatever follows `me`, it is the caller's own room.
      const own = await open("/ws/me/", body.ticket);
      expect("socket" in own).toBe(true);
    },
  );
});

describe("a public link's socket", () => {
  const shared = async () => {
    const there = await scene();
    const order = await orderIn(there, "ASSIGNED");
    const { body } = await post(`/api/v1/orders/${order}/share/`, {}, { token: there.client.token });
    const link = body.url.slice(body.url.lastIndexOf("/") + 1) as string;
    return { there, order, link };
  };
  const pay = (order: string, { token }: Pick<Person, "token">) =>
    post(
      `/api/v1/orders/${order}/payments/`,
      { amount: "10.00", payment_method: "CARD", status: "PENDING" },
      { token },
    );

  test("A public link's socket shows a signed-in person no payments either.", async () => {
    const { there, order, link } = await shared();
    const stranger = await person();
    const sockets = [
      await connectNative(`/ws/track/${link}/`, stranger.token),
      await connect(`/ws/track/${link}/`, {
        protocols: ["caravan.v1"],
        headers: { authorization: `Bearer ${there.operator.token}` },
      }),
    ];
    expect((await pay(order, there.client)).status).toBe(201);
    await move(there.driver, order, { status: "IN_PROGRESS" });
    for (const socket of sockets) {
      await socket.next(({ kind, body }) => kind === "status" && body.status === "IN_PROGRESS");
      expect(socket.frames.map(({ kind }) => kind)).toContain("hidden");
      expect(socket.frames.map(({ kind }) => kind)).not.toContain("payment");
    }
  });

  test("A public link's room can't be subscribed to or opened by ticket, which would outlive the link.", async () => {
    const { link } = await shared();
    const stranger = await person();
    const socket = await connectNative("/ws/me/", stranger.token);
    socket.send({ t: "subscribe", ref: "t", room: `track:${link}` });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ ref: "t", code: "not_found" });
    expect((await buy(`track:${link}`, stranger)).status).toBe(404);
  });
});
