/** Which frames a channel has: those of the native dialect that its room takes and sends, and those of the documented one. */
import * as v from "valibot";
import { DocumentedError } from "../socket/server-frames.ts";
import type { Body, Channel, Described, Schema } from "./channel.ts";
import {
  AT,
  type ClientFrameName,
  FROM_CLIENT,
  FROM_SERVER,
  type Frame,
  REF,
  type ServerFrameName,
} from "./frames.ts";

export interface Message {
  /** `entry.status`; unique in its channel. */
  readonly id: string;
  readonly from: "client" | "server";
  readonly dialect: "native" | "documented";
  /** Its native frame; null in the documented dialect. */
  readonly frame: ClientFrameName | ServerFrameName | null;
  /** The same in all channels that have it. */
  readonly isCommon: boolean;
  readonly title: string;
  readonly summary: string;
  readonly description?: string | undefined;
  readonly schema: Schema;
  readonly fields: Readonly<Record<string, string>>;
  readonly example: unknown;
}

type Entries = v.ObjectEntries;

/** All frames of a channel. */
export function messagesOf(channel: Channel): Message[] {
  return [...nativeFromClient(channel), ...nativeFromServer(channel), ...documentedMessages(channel)];
}

function nativeFromClient(channel: Channel): Message[] {
  const { isInbox = false, isSocial = false, says, credential } = channel;
  const { points, ...kinds } = says;
  const common = (name: ClientFrameName) => commonMessage(channel, name, "client", FROM_CLIENT[name]);
  return [
    ...(isInbox ? [common("subscribe"), common("unsubscribe"), common("say"), common("points")] : []),
    ...Object.entries(kinds).map(([kind, body]) => sayMessage(kind, body)),
    ...(points ? [pointsMessage(points)] : []),
    ...(isSocial || isInbox ? [common("read"), common("typing")] : []),
    ...(credential === "none" ? [] : [common("auth")]),
    common("ping"),
  ];
}

function nativeFromServer(channel: Channel): Message[] {
  const { isInbox = false, isSocial = false, showsPresence = false, says, entries, latest = {} } = channel;
  const common = (name: ServerFrameName) => commonMessage(channel, name, "server", FROM_SERVER[name]);
  const writes = isInbox || Object.keys(says).length > 0;
  return [
    common("welcome"),
    ...Object.entries(entries).map(([kind, body]) => entryMessage(kind, body)),
    ...Object.entries(latest).map(([kind, body]) => latestMessage(kind, body)),
    ...(isInbox ? [common("entry"), common("latest"), common("subscribed"), common("unsubscribed")] : []),
    ...(writes ? [common("ack")] : []),
    ...(isSocial || isInbox || showsPresence ? [common("presence")] : []),
    ...(isSocial || isInbox ? [common("typing_notice"), common("read_notice")] : []),
    common("error"),
    common("pong"),
  ];
}

/** Frames that never name a room, so that they are the same on a person's own socket. */
const ROOMLESS = new Set<string>(["welcome", "subscribe", "unsubscribe", "subscribed", "unsubscribed"]);
/** On a person's own socket an error may be about a frame without a room. */
const MAY_NAME_ROOM = new Set<string>(["error"]);

/** A frame that is not particular to a kind. Only on a person's own socket it names a room. */
function commonMessage(
  { isInbox = false }: Channel,
  name: ClientFrameName | ServerFrameName,
  from: Message["from"],
  frame: Frame,
): Message {
  const { room, ...rest } = entriesOf(frame.schema);
  const named = room !== undefined && !ROOMLESS.has(name);
  const isNamed = named && isInbox;
  const schema = !named
    ? frame.schema
    : v.object(isNamed ? { ...rest, room: MAY_NAME_ROOM.has(name) ? room : v.string() } : rest);
  const { room: _, ...example } = frame.example;
  return {
    id: name,
    from,
    dialect: "native",
    frame: name,
    isCommon: !isNamed,
    title: frame.title,
    summary: frame.summary,
    description: frame.description,
    schema: schema as Schema,
    fields: frame.fields,
    example: isNamed ? { ...example, room: frame.example.room ?? "chat:3" } : named ? example : frame.example,
  };
}

function sayMessage(kind: string, body: Body): Message {
  const { room: _, ...entries } = entriesOf(FROM_CLIENT.say.schema);
  return {
    ...particular("say", "client", kind, body),
    description: FROM_CLIENT.say.description,
    schema: v.object({ ...entries, kind: v.literal(kind), body: body.schema }) as Schema,
    fields: { ...FROM_CLIENT.say.fields, ...within("body", body.fields) },
    example: { t: "say", ref: REF, kind, body: body.example },
  };
}

function pointsMessage(body: Body): Message {
  const { room: _, ...entries } = entriesOf(FROM_CLIENT.points.schema);
  return {
    ...particular("points", "client", null, body),
    description: FROM_CLIENT.points.description,
    schema: v.object({ ...entries, ...entriesOf(body.schema) }) as Schema,
    fields: { ...FROM_CLIENT.points.fields, ...body.fields },
    example: { t: "points", ref: REF, ...body.example },
  };
}

function entryMessage(kind: string, body: Body): Message {
  const { room: _, ...entries } = entriesOf(FROM_SERVER.entry.schema);
  const author = body.byPerson ? { by: 7, ref: REF } : { by: null };
  return {
    ...particular("entry", "server", kind, body),
    schema: v.object({ ...entries, kind: v.literal(kind), body: body.schema }) as Schema,
    fields: { ...FROM_SERVER.entry.fields, ...within("body", body.fields) },
    example: { t: "entry", seq: 42, kind, at: AT, ...author, body: body.example },
  };
}

function latestMessage(kind: string, body: Body): Message {
  const { room: _, ...entries } = entriesOf(FROM_SERVER.latest.schema);
  return {
    ...particular("latest", "server", kind, body),
    description: FROM_SERVER.latest.description,
    schema: v.object({ ...entries, kind: v.literal(kind), body: body.schema }) as Schema,
    fields: { ...FROM_SERVER.latest.fields, ...within("body", body.fields) },
    example: { t: "latest", kind, at: AT, body: body.example },
  };
}

function particular(
  frame: ClientFrameName | ServerFrameName,
  from: Message["from"],
  kind: string | null,
  { summary }: Body,
) {
  const [id, title] = kind === null ? [frame, frame] : [`${frame}.${kind}`, `${frame} · ${kind}`];
  return { id, from, dialect: "native", frame, isCommon: false, title, summary } as const;
}

const ERROR: Described = {
  schema: DocumentedError,
  summary: "What you sent was not accepted. The third faulty frame in a row closes the socket with 4400.",
  example: { type: "error", code: "bad_frame", detail: "Send a JSON object." },
  fields: { code: "For programs.", detail: "For people who write programs, in English." },
};

function documentedMessages({ documented }: Channel): Message[] {
  const { fromClient = {}, fromServer = {} } = documented ?? {};
  const message = (from: Message["from"], name: string, frame: Described): Message => ({
    id: `documented.${from === "client" ? "" : "from_server."}${name}`,
    from,
    dialect: "documented",
    frame: null,
    isCommon: name === "error",
    title: name,
    fields: {},
    ...frame,
  });
  return [
    ...Object.entries(fromClient).map(([name, frame]) => message("client", name, frame)),
    ...Object.entries({ ...fromServer, error: ERROR }).map(([name, frame]) => message("server", name, frame)),
  ];
}

function within(prefix: string, fields: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([path, text]) => [`${prefix}.${path}`, text]));
}

function entriesOf(schema: Schema): Entries {
  return (schema as v.ObjectSchema<Entries, undefined>).entries;
}
