/** Whatever a room archives is written by its archivist, in one transaction with what other rooms archive. */
import { expect, test } from "vitest";
import { chatRoomHandler } from "../../../src/modules/chat/index.ts";
import { opsRoomHandler, orderRoomHandler, truckRoomHandler } from "../../../src/modules/dispatch/index.ts";
import { eventRoomHandler } from "../../../src/modules/events/index.ts";
import { inboxRoomHandler } from "../../../src/modules/notifications/index.ts";
import { ticketRoomHandler } from "../../../src/modules/support/index.ts";
import { trackRoomHandler } from "../../../src/modules/tracking/index.ts";
import type { RoomHandler } from "../../../src/platform/realtime/handler.ts";
import type { RequestContext } from "../../../src/platform/runtime.ts";
import { person } from "../../harness/api.ts";
import { sources } from "../../harness/architecture/sources.ts";
import { counted } from "../../harness/counting/counted.ts";
import { jobContext } from "../../harness/job-context.ts";
import { operator, ticketOf } from "../../support/tickets.ts";

type Factory = (openRequestContext: () => RequestContext) => RoomHandler;

/** Each kind of room: a room of it, and an entry that it archives. A room without an archive has no entry. */
interface Sample {
  readonly handler: Factory;
  readonly room?: () => Promise<string> | string;
  readonly author?: () => Promise<number>;
  readonly kind?: string;
  readonly body?: Record<string, unknown>;
}

const place = { latitude: -48.876, longitude: -123.393 };
const point = { ...place, at: Date.now(), accuracy: null, speed: null, heading: null, flag: null };
const someone = async () => (await person()).id;

const SAMPLES: Record<string, Sample> = {
  chatRoomHandler: {
    handler: chatRoomHandler,
    room: () => "chat:999999999",
    author: someone,
    kind: "message",
    body: { text: "Hello" },
  },
  eventRoomHandler: {
    handler: eventRoomHandler,
    room: () => "event:999999999",
    author: someone,
    kind: "message",
    body: { text: "Hello" },
  },
  orderRoomHandler: {
    handler: orderRoomHandler,
    room: () => `order:${crypto.randomUUID()}`,
    kind: "status",
    body: { status: "ASSIGNED" },
  },
  truckRoomHandler: {
    handler: truckRoomHandler,
    room: () => "truck:999999999",
    kind: "points",
    body: { points: [point] },
  },
  ticketRoomHandler: {
    handler: ticketRoomHandler,
    room: async () => `ticket:${await ticketOf(await person())}`,
    author: async () => (await operator()).id,
    kind: "message",
    body: { id: crypto.randomUUID(), body: "Hello" },
  },
  trackRoomHandler: {
    handler: trackRoomHandler,
    room: async () => `user:${await someone()}`,
    kind: "points",
    body: { first: 1, points: [point] },
  },
  inboxRoomHandler: { handler: inboxRoomHandler(async () => ({ kind: "fault" }) as never) },
  opsRoomHandler: { handler: opsRoomHandler },
};

test("Every kind of room of the Worker has a sample here.", () => {
  const named = [...(sources["src/index.ts"] ?? "").matchAll(/\b(\w+RoomHandler)\b/g)].map(
    ([, name]) => name,
  );
  expect(named.length).toBeGreaterThan(5);
  expect([...new Set(named)].sort()).toEqual(Object.keys(SAMPLES).sort());
});

test.each(Object.entries(SAMPLES))(
  "What a %s archives is written by one call of its archivist, and by nothing else.",
  async (_, sample) => {
    const meter = counted();
    const handler = sample.handler(() => jobContext({}, meter.env).ctx);
    expect(handler.archive === undefined).toBe(sample.room === undefined);
    if (!handler.archive || !sample.room) return;
    const room = await sample.room();
    const author = (await sample.author?.()) ?? 0;
    const { kind = "", body = {} } = sample;
    await handler.archive(room, "e1", [{ seq: 1, at: Date.now(), author, ref: null, kind, body }], new Set());
    const { objectCalls, written } = meter.read();
    expect(objectCalls.filter((call) => call.startsWith("ARCHIVISTS."))).toEqual(["ARCHIVISTS.write"]);
    expect(written).toEqual([]);
  },
);
