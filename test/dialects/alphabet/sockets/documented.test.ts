/** `ws/events/{id}/` in the documented dialect: notices, `{"message"}` both ways, and anonymous listeners. */
import { describe, expect, test } from "vitest";
import { del, get, person, post, put } from "../../../harness/api.ts";
import { connect, dial, type Socket } from "../../../harness/socket.ts";
import { type Made, makeEvent, noSuchId, rowIdOf } from "../world.ts";

const at = ({ id }: { id: string }) => `/ws/events/${id}/`;
const said = (event: { name: string }, verb: string) => ({
  message: `Event "${event.name}" has been ${verb}.`,
});

/** An event with its creator and an anonymous listener. */
async function watched(changes: object = {}) {
  const ann = await person();
  const event = await makeEvent(ann, changes);
  return { ann, event, listener: await connect(at(event)) };
}

/** Everything that came until the room closed the socket. */
async function framesUntilClosed(socket: Socket) {
  const { code } = await socket.closed;
  return { code, frames: socket.frames.splice(0) };
}

describe("opening", () => {
  test("Opening an event's socket needs no credentials, sends nothing and echoes no sub-protocol.", async () => {
    const { listener } = await watched();
    expect(listener.protocol).toBeNull();
    expect(await listener.silent()).toBe(true);
  });

  test("Opening a socket by the event's numeric id requires a session and leads to the same room.", async () => {
    const { ann, event } = await watched();
    const path = `/ws/events/${await rowIdOf(event.id)}/`;
    expect(await dial(path)).toMatchObject({ refusal: { status: 401 } });
    const socket = await connect(path, { headers: { authorization: `Bearer ${ann.token}` } });
    await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
    expect(await socket.next()).toEqual(said(event, "updated"));
  });

  test.each<[string, (event: Made) => string]>([
    ["with its slash", ({ id }) => `/ws/events/${id}/`],
    ["without", ({ id }) => `/ws/events/${id}`],
    ["in capitals", ({ id }) => `/ws/events/${id.toUpperCase()}/`],
  ])("A socket opens at the path %s, and it is the same room.", async (_, path) => {
    const { ann, event } = await watched();
    const socket = await connect(path(event));
    await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
    expect(await socket.next()).toEqual(said(event, "updated"));
  });

  test.each(["None", "x", "0", "-1", "999999999", noSuchId(), "%20", "event_1", "a%2Fb", "x".repeat(300)])(
    "A socket for an unknown event is refused with a 404: %j.",
    async (id) => {
      const result = await dial(`/ws/events/${id}/`);
      if (!("refusal" in result)) throw new Error("the socket opened");
      expect(result.refusal.status).toBe(404);
      expect(await result.refusal.json()).toBeTypeOf("object");
    },
  );

  test("A socket is refused once the event is deleted.", async () => {
    const { ann, event } = await watched();
    await del(`/api/event/${event.id}/`, undefined, { token: ann.token });
    expect(await dial(at(event))).toMatchObject({ refusal: { status: 404 } });
  });

  test("A request that is not a handshake is told so.", async () => {
    const { event } = await watched();
    const answer = await get(at(event));
    expect(answer.status).toBe(426);
    expect(answer.body).toBeTypeOf("object");
  });

  test("An invalid header is ignored, but a token in the URL must be valid.", async () => {
    const { event } = await watched();
    const headers = { authorization: "Bearer not.a.token" };
    expect("socket" in (await dial(at(event), { headers }))).toBe(true);
    expect(await dial(`${at(event)}?token=not.a.token`)).toMatchObject({ refusal: { status: 401 } });
  });
});

describe("notices", () => {
  test("A change reaches every socket of the event once, and no other event's.", async () => {
    const { ann, event, listener } = await watched();
    const second = await connect(at(event), { headers: { authorization: `Bearer ${ann.token}` } });
    const { listener: elsewhere } = await watched();
    await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
    for (const socket of [listener, second]) expect(await socket.next()).toEqual(said(event, "updated"));
    // The queue repeats each notice; the room knows it by its ref.
    for (const socket of [listener, second, elsewhere])
      expect(await socket.silent(undefined, 1500)).toBe(true);
  });

  test("A change of the name sends the new name.", async () => {
    const { ann, event, listener } = await watched();
    await put(`/api/event/${event.id}/`, { name: 'The "new" name' }, { token: ann.token });
    expect(await listener.next()).toEqual({ message: 'Event "The "new" name" has been updated.' });
  });

  test("A deletion is announced in the event's room, which then closes with 4004.", async () => {
    const { ann, event, listener } = await watched();
    await del(`/api/event/${event.id}/`, undefined, { token: ann.token });
    expect(await framesUntilClosed(listener)).toEqual({ code: 4004, frames: [said(event, "deleted")] });
  });

  test("The changes and deletions of a batch are announced, each in its own room.", async () => {
    const ann = await person();
    const events = [await makeEvent(ann), await makeEvent(ann)];
    const untouched = await makeEvent(ann);
    const sockets = await Promise.all(events.map((event) => connect(at(event))));
    const other = await connect(at(untouched));
    const batch = events.map(({ id }) => ({ id, location: "Moved" }));
    await put("/api/batch_events/", batch, { token: ann.token });
    for (const [index, event] of events.entries())
      expect(await sockets[index]?.next()).toEqual(said(event, "updated"));
    await del(
      "/api/batch_events/",
      events.map(({ id }) => id),
      { token: ann.token },
    );
    for (const [index, event] of events.entries()) {
      const socket = sockets[index] as Socket;
      expect(await framesUntilClosed(socket)).toEqual({ code: 4004, frames: [said(event, "deleted")] });
    }
    expect(await other.silent()).toBe(true);
  });

  test("A batch too large to be announced at once is announced by the queue, once.", async () => {
    const ann = await person();
    const events: Made[] = [];
    for (let made = 0; made < 25; made++) events.push(await makeEvent(ann));
    const [first, last] = [events[0] as Made, events.at(-1) as Made];
    const sockets = [await connect(at(first)), await connect(at(last))] as const;
    const batch = events.map(({ id }) => ({ id, location: "Moved" }));
    await put("/api/batch_events/", batch, { token: ann.token });
    expect(await sockets[0].next(undefined, 10_000)).toEqual(said(first, "updated"));
    expect(await sockets[1].next(undefined, 10_000)).toEqual(said(last, "updated"));
    for (const socket of sockets) expect(await socket.silent(undefined, 500)).toBe(true);
  });

  test("A refused change is not announced.", async () => {
    const { ann, event, listener } = await watched();
    const eve = await person();
    await put(`/api/event/${event.id}/`, { name: "Taken over" }, { token: eve.token });
    await put(`/api/event/${event.id}/`, { name: "" }, { token: ann.token });
    await put("/api/batch_events/", [{ id: event.id, name: "x" }, { id: "bad" }], { token: ann.token });
    await del(`/api/event/${event.id}/`, undefined, { token: eve.token });
    expect(await listener.silent(undefined, 500)).toBe(true);
  });
});

describe("what clients send", () => {
  test.each<[string, unknown]>([
    ["a text", "hello"],
    ["Cyrillic and an emoji", "Привет 👋"],
    ["an empty text", ""],
    ["a number", 0],
    ["false", false],
    ["null", null],
    ["a list", [1, "two", { three: 3 }]],
    ["an object", { text: "hello", nested: { deep: [] } }],
  ])(
    "A message from a signed-in user that is %s is sent verbatim to everybody, including the sender.",
    async (_, message) => {
      const { event, listener } = await watched();
      const bob = await person();
      const sender = await connect(at(event), { headers: { authorization: `Bearer ${bob.token}` } });
      sender.send({ message, also: "dropped", type: "system" });
      for (const socket of [sender, listener]) expect(await socket.next()).toEqual({ message });
    },
  );

  test.each<[string, (token: string) => { query?: string; protocols?: string[] }]>([
    ["as ?token=", (token) => ({ query: `?token=${token}` })],
    ["as a sub-protocol beside Token", (token) => ({ protocols: ["Token", token] })],
  ])("A sender may authenticate %s.", async (_, way) => {
    const { ann, event, listener } = await watched();
    const { query = "", protocols } = way(ann.token);
    const sender = await connect(`${at(event)}${query}`, protocols ? { protocols } : {});
    sender.send({ message: "hello" });
    expect(await listener.next()).toEqual({ message: "hello" });
  });

  test("A one-time ticket authenticates a sender once.", async () => {
    const { ann, event, listener } = await watched();
    const room = `event:${await rowIdOf(event.id)}`;
    const { body } = await post("/api/v1/realtime/ticket/", { room }, { token: ann.token });
    const path = `${at(event)}?ticket=${body.ticket}`;
    const sender = await connect(path);
    sender.send({ message: "hello" });
    expect(await listener.next()).toEqual({ message: "hello" });
    expect(await dial(path)).toMatchObject({ refusal: { status: 401 } });
  });

  test("A message without a session reaches nobody and gets an error frame.", async () => {
    const { event, listener } = await watched();
    const stranger = await connect(at(event));
    stranger.send({ message: "hello" });
    expect(await stranger.next()).toEqual({
      type: "error",
      code: "unauthenticated",
      detail: expect.any(String),
    });
    expect(await listener.silent()).toBe(true);
  });

  test.each<[string, unknown]>([
    ["no JSON", "hello"],
    ["a bare text", '"hello"'],
    ["a list", "[]"],
    ["null", "null"],
    ["no message", '{"text":"hello"}'],
    ["an empty object", "{}"],
    ["bytes", new TextEncoder().encode('{"message":"x"}').buffer],
    ["a frame of 17 KiB", JSON.stringify({ message: "x".repeat(17 * 1024) })],
    ["a text of 1,001 characters", { message: "x".repeat(1001) }],
    ["a frame of the other dialect", { t: "say", ref: "1", kind: "message", body: { text: "x" } }],
  ])(
    "A documented frame with %s gets an error frame; the socket stays open and others receive nothing.",
    async (_, frame) => {
      const { ann, event, listener } = await watched();
      const sender = await connect(at(event), { headers: { authorization: `Bearer ${ann.token}` } });
      sender.send(frame);
      expect(await sender.next()).toEqual({
        type: "error",
        code: expect.any(String),
        detail: expect.any(String),
      });
      sender.send({ message: "still here" });
      expect(await listener.next()).toEqual({ message: "still here" });
    },
  );

  test("The third bad frame in a row closes only that socket, with 4400.", async () => {
    const { ann, event, listener } = await watched();
    const sender = await connect(at(event));
    for (const _ of [1, 2, 3]) sender.send("{");
    expect((await sender.closed).code).toBe(4400);
    await put(`/api/event/${event.id}/`, { location: "Moved" }, { token: ann.token });
    expect(await listener.next()).toEqual(said(event, "updated"));
  });

  test("A message for one event does not reach another.", async () => {
    const { ann, event } = await watched();
    const { listener: elsewhere } = await watched();
    const sender = await connect(at(event), { headers: { authorization: `Bearer ${ann.token}` } });
    sender.send({ message: "hello" });
    await sender.next();
    expect(await elsewhere.silent()).toBe(true);
  });
});
