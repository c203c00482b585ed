/** A writer of a room can't send anything that holds up the entries of others. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { person, post, rows, unique } from "../harness/api.ts";
import { connect, connectNative } from "../harness/socket.ts";

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

async function room() {
  const ann = await person();
  const { body } = await post(
    "/api/events/",
    {
      name: unique("Ride"),
      starting_time: "2031-01-01T10:00Z",
      end_time: "2031-01-01T11:00Z",
      location: "Bridge",
    },
    { token: ann.token },
  );
  const [row] = await rows<{ id: number }>("SELECT id FROM events WHERE uuid = ?", body.id);
  const stub = env.EVENT_ROOMS.getByName(`event:${row?.id}`);
  const archived = async () => {
    await runDurableObjectAlarm(stub);
    const entries = await rows<{ body: string }>(
      "SELECT body FROM event_entries WHERE event_id = ? AND kind = 'message' ORDER BY seq",
      row?.id,
    );
    return entries.map((entry) => JSON.parse(entry.body));
  };
  return { ann, path: `/ws/events/${body.id}/`, archived };
}

test.each([65, 1001, 7000])(
  "A native frame nested %i levels deep is refused, and archiving continues.",
  async (depth) => {
    const { ann, path, archived } = await room();
    const socket = await connectNative(path, ann.token);
    socket.send(`{"t":"say","ref":"deep","kind":"message","body":{"data":${nested(depth)}}}`);
    expect(await socket.next(({ t }) => t === "error")).toEqual({
      t: "error",
      ref: "deep",
      code: "bad_frame",
      detail: "Nested too deeply.",
    });
    socket.send({ t: "say", ref: "flat", kind: "message", body: { text: "hello" } });
    expect(await socket.next(({ t }) => t === "ack")).toMatchObject({ ref: "flat", seq: 2 });
    await vi.waitFor(async () => expect(await archived()).toEqual([{ text: "hello" }]), 5000);
  },
);

test("A documented frame nested too deep is refused.", async () => {
  const { ann, path } = await room();
  const socket = await connect(`${path}?token=${ann.token}`);
  socket.send(`{"message":${nested(1001)}}`);
  expect(await socket.next()).toEqual({ type: "error", code: "bad_frame", detail: "Nested too deeply." });
});

test("A frame nested to the maximum depth is stored and archived.", async () => {
  const { ann, path, archived } = await room();
  const socket = await connectNative(path, ann.token);
  const data = JSON.parse(nested(63));
  socket.send({ t: "say", ref: "fair", kind: "message", body: { data } });
  expect(await socket.next(({ t }) => t === "ack")).toMatchObject({ ref: "fair" });
  await vi.waitFor(async () => expect(await archived()).toEqual([{ data }]), 5000);
});
