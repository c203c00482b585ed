/** `ws/events/{id}/` in the native dialect, beside documented clients in the same room. */
import { describe, expect, test } from "vitest";
import { del, person, put } from "../../../harness/api.ts";
import { connect, connectNative, dial } from "../../../harness/socket.ts";
import { makeEvent, noSuchId } from "../world.ts";

const at = ({ id }: { id: string }) => `/ws/events/${id}/`;

test("A native socket sends hello first and speaks the native protocol.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const socket = await connectNative(at(event), ann.token);
  expect(socket.protocol).toBe("caravan.v1");
  expect(await socket.next()).toMatchObject({
    t: "welcome",
    epoch: expect.any(String),
    seq: 1,
    recovered: true,
  });
});

test.each(["None", noSuchId()])(
  "A native socket for an unknown event is refused with a 404: %j.",
  async (id) => {
    const { token } = await person();
    const result = await dial(`/ws/events/${id}/`, { protocols: ["caravan.v1", `auth.${token}`] });
    expect(result).toMatchObject({ refusal: { status: 404 } });
  },
);

test("A native socket with an invalid token is refused with a 401.", async () => {
  const event = await makeEvent(await person());
  const result = await dial(at(event), { protocols: ["caravan.v1", "auth.not.a.token"] });
  expect(result).toMatchObject({ refusal: { status: 401 } });
});

test("A listener without a token receives notices as entries.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const socket = await connectNative(at(event));
  expect(await socket.next()).toMatchObject({ t: "welcome", ttl: null });
  await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
  expect(await socket.next()).toMatchObject({
    t: "entry",
    seq: 2,
    kind: "notice",
    by: null,
    body: { text: `Event "${event.name}" has been updated.`, action: "updated", event: event.id },
  });
});

test("A client that reconnects gets all missed entries: created, updated and messages.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const sender = await connect(at(event), { headers: { authorization: `Bearer ${ann.token}` } });
  sender.send({ message: "see you there" });
  await sender.next();
  await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
  const socket = await connectNative(`${at(event)}?since=0`, ann.token);
  expect(await socket.next()).toMatchObject({ t: "welcome", recovered: true });
  const entries = [await socket.next(), await socket.next(), await socket.next()];
  expect(entries.map(({ seq, kind, by }) => [seq, kind, by])).toEqual([
    [1, "notice", null],
    [2, "message", ann.id],
    [3, "notice", null],
  ]);
  expect(entries[0].body.action).toBe("created");
  expect(entries[1].body).toEqual({ text: "see you there" });
  expect(await socket.silent()).toBe(true);
});

test("The native and the documented dialect receive each other's messages.", async () => {
  const [ann, bob] = [await person(), await person()];
  const event = await makeEvent(ann);
  const native = await connectNative(at(event), ann.token);
  const old = await connect(at(event), { headers: { authorization: `Bearer ${bob.token}` } });
  await native.next();
  native.send({ t: "say", ref: "a1", kind: "message", body: { text: "hello" } });
  expect(await native.next(({ t }) => t === "ack")).toMatchObject({ ref: "a1", seq: 2 });
  expect(await old.next()).toEqual({ message: "hello" });
  old.send({ message: { any: ["json"] } });
  const heard = await native.next(({ t, by }) => t === "entry" && by === bob.id);
  expect(heard).toMatchObject({ kind: "message", body: { data: { any: ["json"] } } });
});

describe("a repeated send", () => {
  test("A repeated send with the same ref is stored and delivered once.", async () => {
    const ann = await person();
    const event = await makeEvent(ann);
    const [native, old] = [await connectNative(at(event), ann.token), await connect(at(event))];
    for (const _ of [1, 2, 3])
      native.send({ t: "say", ref: "once", kind: "message", body: { text: "hello" } });
    const acks = [];
    for (const _ of [1, 2, 3]) acks.push((await native.next(({ t }) => t === "ack")).seq);
    expect(acks).toEqual([2, 2, 2]);
    expect(await old.next()).toEqual({ message: "hello" });
    expect(await old.silent()).toBe(true);
  });
});

test.each<[string, unknown]>([
  ["no JSON", "hello"],
  ["a frame of the documented dialect", { message: "hello" }],
  ["a kind of the system", { t: "say", ref: "1", kind: "notice", body: { text: "fake", action: "deleted" } }],
  ["a kind that is none", { t: "say", ref: "1", kind: "constructor", body: { text: "x" } }],
  ["more than a text", { t: "say", ref: "1", kind: "message", body: { text: "x", by: 1 } }],
  ["no ref", { t: "say", kind: "message", body: { text: "x" } }],
])("A native frame with %s gets an error frame and reaches nobody.", async (_, frame) => {
  const ann = await person();
  const event = await makeEvent(ann);
  const [native, old] = [await connectNative(at(event), ann.token), await connect(at(event))];
  await native.next();
  native.send(frame);
  expect(await native.next()).toMatchObject({
    t: "error",
    code: expect.any(String),
    detail: expect.any(String),
  });
  expect(await old.silent()).toBe(true);
});

test("A socket without a token may not write.", async () => {
  const event = await makeEvent(await person());
  const [native, old] = [await connectNative(at(event)), await connect(at(event))];
  await native.next();
  native.send({ t: "say", ref: "1", kind: "message", body: { text: "x" } });
  expect(await native.next()).toMatchObject({ t: "error", ref: "1", code: "unauthenticated" });
  expect(await old.silent()).toBe(true);
});

test("A deletion is the last entry before the socket closes with 4004.", async () => {
  const ann = await person();
  const event = await makeEvent(ann);
  const native = await connectNative(at(event), ann.token);
  await native.next();
  await del(`/api/event/${event.id}/`, undefined, { token: ann.token });
  expect((await native.closed).code).toBe(4004);
  expect(native.frames).toHaveLength(1);
  expect(native.frames[0]).toMatchObject({ t: "entry", kind: "notice", body: { action: "deleted" } });
});

test("An account's deletion closes its sockets with 4001 and leaves the others.", async () => {
  const [ann, bob] = [await person(), await person()];
  const event = await makeEvent(ann);
  const mine = await connectNative(at(event), bob.token);
  const other = await connectNative(at(event), ann.token);
  await other.next();
  await del(`/api/user/${bob.id}/`, undefined, { token: bob.token });
  expect((await mine.closed).code).toBe(4001);
  await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
  expect((await other.next()).body.action).toBe("updated");
});
