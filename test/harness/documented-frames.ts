/**
 * Compares every frame that a test's socket receives, and every entry that the application writes in a room, with what is
 * documented for its channel. What is not documented, or has a field that is not, fails the test in which it came.
 */
import * as v from "valibot";
import { channels } from "../../src/channels.ts";
import type { Channel, Schema } from "../../src/platform/realtime/documents/channel.ts";
import { type Message, messagesOf } from "../../src/platform/realtime/documents/messages.ts";
import type { Draft } from "../../src/platform/realtime/log/entry.ts";
import { RoomLog } from "../../src/platform/realtime/log/room-log.ts";

interface Known {
  readonly channel: Channel;
  readonly pattern: RegExp;
  readonly messages: readonly Message[];
}

const known: readonly Known[] = channels.map((channel) => ({
  channel,
  pattern: new RegExp(`^${channel.address.replace(/\{\w+\}/g, "[^/]+")}?$`),
  messages: messagesOf(channel),
}));

const complaints: string[] = [];

/** Notes a frame that came in on a socket of this path; one that is not documented is noted as a complaint. */
export function noteFrame(path: string, isNative: boolean, frame: unknown): void {
  const found = known.find(({ pattern }) => pattern.test(path.split("?")[0] ?? ""));
  if (!found) return;
  if (!isDocumented(found, isNative, frame))
    complaints.push(`${found.channel.name}: ${JSON.stringify(frame).slice(0, 600)}`);
}

/** From now on, entries that the application writes are compared too, whether or not a socket receives them. */
export function watchRooms(): void {
  const { publish, retire } = RoomLog.prototype;
  RoomLog.prototype.publish = function (room, draft) {
    noteDraft(room, draft);
    return publish.call(this, room, draft);
  };
  RoomLog.prototype.retire = function (room, draft) {
    noteDraft(room, draft);
    retire.call(this, room, draft);
  };
}

function noteDraft(room: string, { kind, body }: Pick<Draft, "kind" | "body">): void {
  const places = placesOf(room);
  const isKnown = places.some(({ channel }) => {
    const entry = channel.entries[kind];
    return entry !== undefined && isExactly(entry.schema, body);
  });
  if (places.length === 0) complaints.push(`no channel has the room ${room}`);
  else if (!isKnown) complaints.push(`${room}: ${kind} ${JSON.stringify(body).slice(0, 600)}`);
}

/** The channels of a room; an inbox is reached by a person's own socket only. */
const placesOf = (room: string): readonly Known[] =>
  known.filter(({ channel }) =>
    room.startsWith("inbox:") ? channel.isInbox : channel.room?.split(":")[0] === room.split(":")[0],
  );

/** The complaints since the last call. */
export function takeComplaints(): string[] {
  return complaints.splice(0);
}

function isDocumented({ channel, messages }: Known, isNative: boolean, frame: unknown): boolean {
  // On a person's own socket, what comes from another room is documented there.
  const other = channel.isInbox ? roomOf(frame) : null;
  if (other !== null) {
    const { room: _, ...inside } = frame as Record<string, unknown>;
    return placesOf(other).some((place) => isDocumented(place, true, inside));
  }
  const dialect = isNative ? "native" : "documented";
  return messages.some(
    (candidate) =>
      candidate.from === "server" && candidate.dialect === dialect && isExactly(candidate.schema, frame),
  );
}

function roomOf(frame: unknown): string | null {
  if (typeof frame !== "object" || frame === null || !("room" in frame)) return null;
  const { t, room } = frame as { t?: unknown; room: unknown };
  return (t === "entry" || t === "latest") && typeof room === "string" ? room : null;
}

/** Whether a value passes a schema and has no field that the schema does not know. */
export function isExactly(schema: Schema, value: unknown): boolean {
  const parsed = v.safeParse(schema, value);
  return parsed.success && isSame(parsed.output, value);
}

function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null)
    return one === other;
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => isSame(Reflect.get(one, name), Reflect.get(other, name)));
}
