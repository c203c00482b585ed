/** Erasure of a deleted account's messages in event rooms. */
import { expect, test, vi } from "vitest";
import { del, get, person, post, rows } from "../harness/api.ts";
import { connectNative } from "../harness/socket.ts";

async function eventOf(token: string): Promise<string> {
  const event = {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  };
  return (await post("/api/events/", event, { token })).body.id;
}

test("The messages of a deleted account are erased, and their positions stay.", async () => {
  const host = await person();
  const guest = await person();
  const id = await eventOf(host.token);
  const socket = await connectNative(`/ws/events/${id}/`, guest.token);
  socket.send({ t: "say", ref: "a", kind: "message", body: { text: "my secret" } });
  const { seq } = await socket.next((frame) => frame.t === "ack");
  const archived = () =>
    rows("SELECT kind, body, author_id FROM event_entries WHERE author_id = ?", guest.id);
  await vi.waitUntil(async () => (await archived()).length === 1, { timeout: 10_000 });
  const exported = await get("/api/v1/users/me/export/", { token: guest.token });
  expect(exported.body.event_messages).toMatchObject([{ body: { text: "my secret" } }]);

  await del("/api/v1/auth/profile/", undefined, { token: guest.token });
  await vi.waitUntil(async () => (await archived()).length === 0, { timeout: 10_000 });

  const later = await connectNative(`/ws/events/${id}/?since=${seq - 1}`, host.token);
  expect((await later.next()).recovered).toBe(false);
  const whole = await connectNative(`/ws/events/${id}/?since=0`, host.token);
  await whole.next((frame) => frame.t === "welcome");
  const entry = await whole.next((frame) => frame.seq === seq);
  expect(entry).toMatchObject({ kind: "erased", by: null, body: {} });
  expect(await rows("SELECT 1 FROM event_entries WHERE body LIKE '%my secret%'")).toEqual([]);
});

test("Messages that were not archived yet are erased too.", async () => {
  const host = await person();
  const guest = await person();
  const id = await eventOf(host.token);
  const socket = await connectNative(`/ws/events/${id}/`, guest.token);
  socket.send({ t: "say", ref: "a", kind: "message", body: { text: "my last words" } });
  const { seq } = await socket.next((frame) => frame.t === "ack");
  await del("/api/v1/auth/profile/", undefined, { token: guest.token });
  const seen = async () => {
    const whole = await connectNative(`/ws/events/${id}/?since=0`, host.token);
    await whole.next((frame) => frame.t === "welcome");
    const entry = await whole.next((frame) => frame.seq === seq);
    whole.close();
    return entry;
  };
  await vi.waitUntil(async () => (await seen()).kind === "erased", { timeout: 10_000, interval: 300 });
  expect(await seen()).toMatchObject({ kind: "erased", by: null, body: {} });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(await rows("SELECT 1 FROM event_entries WHERE body LIKE '%my last words%'")).toEqual([]);
});
