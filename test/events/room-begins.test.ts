/** An event and an order are made without their rooms; the first to enter finds everything that was told, once and in order. */
import { listDurableObjectIds } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { eventNotice } from "../../src/modules/events/index.ts";
import { move, orderIn, scene } from "../dispatch/scene.ts";
import { del, person, put, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { type EventRoomHandle, entriesOf, makeRoom, until, upTo } from "../harness/rooms.ts";
import { connect, connectNative, dial, type Socket } from "../harness/socket.ts";

const exists = async (namespace: DurableObjectNamespace<never>, name: string) => {
  const id = namespace.idFromName(name);
  return (await listDurableObjectIds(namespace)).some((each) => each.equals(id));
};
const hasRoom = ({ name }: EventRoomHandle) => exists(env.EVENT_ROOMS as never, name);

const rename = (room: EventRoomHandle, token: string, name: string) =>
  put(`/api/event/${room.uuid}/`, { name }, { token });

/** Everything from position 0, as a native client sees it. */
async function replay(path: string, token?: string): Promise<Socket> {
  const socket = await connectNative(`${path}?since=0`, token);
  await socket.next(({ t }) => t === "welcome");
  return socket;
}
const texts = (socket: Socket) =>
  socket.frames.filter(({ t }) => t === "entry").map(({ body }) => body.text as string);

describe("an event", () => {
  test("Making and changing an event opens no object; the first to enter gets the notices in order.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    expect((await rename(room, ann.token, "Second")).status).toBe(200);
    expect((await rename(room, ann.token, "Third")).status).toBe(200);
    expect(await hasRoom(room)).toBe(false);
    const socket = await replay(room.path, ann.token);
    await until(() => entriesOf(socket).length === 3);
    expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(upTo(3));
    expect(texts(socket)).toEqual([
      'Event "Ride" has been created.',
      'Event "Second" has been updated.',
      'Event "Third" has been updated.',
    ]);
    expect(socket.frames[0]).toMatchObject({
      kind: "notice",
      by: null,
      ref: expect.any(String),
      body: { action: "created", event: room.uuid },
    });
  });

  test("After somebody entered, a change reaches native and documented sockets once, and the archive has no gap.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const [native, documented] = [await replay(room.path, ann.token), await connect(room.path)];
    expect((await rename(room, ann.token, "Second")).status).toBe(200);
    await until(() => entriesOf(native).length === 2);
    expect(await documented.next()).toEqual({ message: 'Event "Second" has been updated.' });
    const stored = () =>
      rows("SELECT seq, epoch FROM event_entries WHERE event_id = ? ORDER BY seq", room.id);
    const epoch = room.uuid.slice(0, 8);
    await until(async () => (await stored()).length === 2);
    expect(await stored()).toEqual([
      { seq: 1, epoch },
      { seq: 2, epoch },
    ]);
  });

  test("Whoever enters while changes land, everybody sees every notice once and in the same order.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const sockets: Socket[] = [];
    const enter = async () => void sockets.push(await replay(room.path, ann.token));
    const change = (n: number) => rename(room, ann.token, `Name ${n}`);
    await Promise.all([change(1), enter(), change(2), enter(), change(3), enter(), change(4)]);
    await until(() => sockets.every((socket) => entriesOf(socket).length === 5));
    for (const socket of sockets) {
      expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(upTo(5));
      expect(texts(socket)).toEqual(texts(sockets[0] as Socket));
    }
    expect(new Set(texts(sockets[0] as Socket)).size).toBe(5);
  });

  test("A notice that the outbox repeats after the room began is not told twice.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    const socket = await replay(room.path, ann.token);
    await socket.next(({ t }) => t === "entry");
    const [stored] = await rows<{ ref: string }>("SELECT ref FROM event_entries WHERE event_id = ?", room.id);
    const notice = { eventId: room.id, uuid: room.uuid, action: "created", name: "Ride" } as const;
    await eventNotice.run(jobContext().ctx, { ...notice, ref: stored?.ref ?? "" });
    expect(await socket.silent(({ t }) => t === "entry")).toBe(true);
  });

  test("Nobody enters the room of an event that was deleted before anybody had.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    expect((await del(`/api/event/${room.uuid}/`, undefined, { token: ann.token })).status).toBe(200);
    const result = await dial(room.path, { protocols: ["caravan.v1"] });
    expect("refusal" in result && result.refusal.status).toBe(404);
  });

  test("A room from before, whose event waits for nobody, goes on with its journal.", async () => {
    const ann = await person();
    const room = await makeRoom(ann);
    // As it was made by an earlier version: the journal has the notice, the archive its copy without a ref.
    await rows("UPDATE events SET room_waits = 0 WHERE id = ?", room.id);
    await rows("UPDATE event_entries SET ref = NULL WHERE event_id = ?", room.id);
    await room.stub.publish(room.name, {
      kind: "notice",
      ref: "old",
      body: { text: "old", action: "created", event: crypto.randomUUID() },
    });
    expect((await rename(room, ann.token, "New")).status).toBe(200);
    const socket = await replay(room.path, ann.token);
    await until(() => entriesOf(socket).length === 2);
    expect(texts(socket)).toEqual(["old", 'Event "New" has been updated.']);
  });
});

describe("an order", () => {
  test("An order's steps open no room; its client finds them all from position 0.", async () => {
    const there = await scene();
    const id = await orderIn(there, "COMPLETED");
    expect(await exists(env.ORDER_ROOMS as never, `order:${id}`)).toBe(false);
    const socket = await replay(`/ws/orders/${id}/location/`, there.client.token);
    await until(() => entriesOf(socket).length === 5);
    expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(upTo(5));
    expect(socket.frames.filter(({ t }) => t === "entry").map(({ body }) => body.status)).toEqual([
      "PENDING",
      "CONFIRMED",
      "ASSIGNED",
      "IN_PROGRESS",
      "COMPLETED",
    ]);
  });

  test("Steps after somebody entered come to them, after those from before.", async () => {
    const there = await scene();
    const id = await orderIn(there, "CONFIRMED");
    const socket = await replay(`/ws/orders/${id}/location/`, there.client.token);
    await until(() => entriesOf(socket).length === 2);
    expect((await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck })).status).toBe(200);
    await until(() => entriesOf(socket).filter(({ seq }) => seq === 3).length === 1);
    expect(entriesOf(socket).map(({ seq }) => seq)).toEqual(upTo(3));
  });
});
