/**
 * The AsyncAPI 3 document of the sockets, made from the schemas that the rooms parse with. Runs when the assets are built,
 * not in the Worker.
 */
import { BUILT_ORIGIN } from "../../http/documents/built-origin.ts";
import { PROTOCOL } from "../socket/frames.ts";
import type { Channel } from "./channel.ts";
import { CLOSE_CODES } from "./close-codes.ts";
import { guide } from "./guide.ts";
import { jsonSchema } from "./json-schema.ts";
import { type Message, messagesOf } from "./messages.ts";
import { WAYS } from "./security.ts";

/** The document, of a server whose origin `document-routes.tsx` fills in. */
export function asyncApiDocument(channels: readonly Channel[]): object {
  const described = channels.map((channel) => ({ channel, messages: messagesOf(channel) }));
  const common = described.flatMap(({ messages }) => messages.filter(({ isCommon }) => isCommon));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Caravan sockets",
      version: "1.0.0",
      description: guide(),
      externalDocs: { description: "The same, to read", url: `${BUILT_ORIGIN}/asyncapi/` },
    },
    defaultContentType: "application/json",
    servers: {
      here: {
        host: new URL(BUILT_ORIGIN).host,
        protocol: "wss",
        description: "This server. Trailing slashes are optional.",
      },
    },
    channels: Object.fromEntries(
      described.map(({ channel, messages }) => [channel.name, channelOf(channel, messages)]),
    ),
    operations: Object.fromEntries(
      described.flatMap(({ channel, messages }) => operationsOf(channel, messages)),
    ),
    components: {
      messages: Object.fromEntries(common.map((message) => [message.id, messageOf(message)])),
      securitySchemes: Object.fromEntries(Object.entries(WAYS).map(([name, { scheme }]) => [name, scheme])),
    },
    "x-close-codes": CLOSE_CODES,
  };
}

function channelOf(channel: Channel, messages: readonly Message[]): object {
  const { title, address, description, access, room, documented } = channel;
  const roomText = room ? `\n\nIn \`subscribe\` and in a ticket its name is \`${room}\`.` : "";
  const dialect = documented
    ? `\n\n**Without the sub-protocol:** ${documented.description}`
    : `\n\nIt speaks \`${PROTOCOL}\` only.`;
  return {
    address,
    title,
    summary: description,
    description: `${description}\n\n**Who:** ${access}${roomText}${dialect}`,
    servers: [{ $ref: "#/servers/here" }],
    parameters: parametersOf(channel),
    messages: Object.fromEntries(
      messages.map((message) => [
        message.id,
        message.isCommon ? { $ref: `#/components/messages/${message.id}` } : messageOf(message),
      ]),
    ),
    bindings: { ws: { method: "GET", headers: HEADERS, query: queryOf(channel), bindingVersion: "0.1.0" } },
  };
}

const HEADERS = {
  type: "object",
  properties: {
    "Sec-WebSocket-Protocol": {
      type: "string",
      description: `\`${PROTOCOL}\` for the native dialect, and \`auth.<token>\` to sign in.`,
      examples: [`${PROTOCOL}, auth.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3In0.c2lnbmF0dXJl`],
    },
    Authorization: { type: "string", description: "As in REST, for clients that can set headers." },
  },
};

function queryOf({ credential }: Channel): object {
  const text = (description: string) => ({ type: "string", description });
  const signIn = {
    ticket: text("A one-time ticket for this room."),
    token: text("An access token or session key."),
  };
  return {
    type: "object",
    properties: {
      epoch: text("The epoch that you know the room by."),
      since: { type: "integer", minimum: 0, description: "The position up to which you have everything." },
      ...(credential === "none" ? {} : signIn),
    },
  };
}

function parametersOf({ address, id = "The room's number." }: Channel): Record<string, object> {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, { description: id }]));
}

function messageOf({ title, summary, description, schema, fields, example, id, dialect }: Message): object {
  return {
    name: id,
    title,
    summary,
    ...(description ? { description } : {}),
    contentType: typeof example === "string" ? "text/plain" : "application/json",
    tags: [{ name: dialect }],
    payload: jsonSchema(schema, fields),
    examples: [{ name: "example", payload: example }],
  };
}

/** The frames that answer a client's frame. */
const REPLIES: Readonly<Record<string, readonly string[]>> = {
  say: ["ack", "error"],
  points: ["ack", "error"],
  subscribe: ["subscribed", "error"],
  unsubscribe: ["unsubscribed"],
  ping: ["pong"],
};

type Named = [name: string, operation: object];

/** An operation for each frame of a client, and one for all frames of the server. AsyncAPI names them from the server's side. */
function operationsOf(channel: Channel, messages: readonly Message[]): Named[] {
  const native = messages.filter(({ dialect }) => dialect === "native");
  const fromClient = Map.groupBy(
    native.filter(({ from }) => from === "client"),
    ({ frame }) => frame ?? "",
  );
  const takes = [...fromClient].map(([frame, sent]): Named => {
    const replies = native.filter(({ id }) => REPLIES[frame]?.includes(id));
    const reply = replies.length > 0 ? { reply: listOf(channel, replies) } : {};
    return [
      `${channel.name}.${frame}`,
      operation(channel, "receive", sent, { ...reply, ...mayWrite(channel) }),
    ];
  });
  const sends = operation(
    channel,
    "send",
    native.filter(({ from }) => from === "server"),
    channel.credential === "required" ? { security: SECURITY } : {},
  );
  return [...takes, [`${channel.name}.follow`, sends], ...documentedOperations(channel, messages)];
}

function documentedOperations(channel: Channel, messages: readonly Message[]): Named[] {
  const documented = messages.filter(({ dialect }) => dialect === "documented");
  const fromClient = documented.filter(({ from }) => from === "client");
  const fromServer = documented.filter(({ from }) => from === "server");
  const named = (name: string, action: "receive" | "send", sent: readonly Message[]): Named[] =>
    sent.length > 0
      ? [[`${channel.name}.documented.${name}`, operation(channel, action, sent, mayWrite(channel))]]
      : [];
  return [...named("receive", "receive", fromClient), ...named("send", "send", fromServer)];
}

const SECURITY = Object.keys(WAYS).map((name) => ({ $ref: `#/components/securitySchemes/${name}` }));

const mayWrite = ({ credential }: Channel) => (credential === "none" ? {} : { security: SECURITY });

function operation(
  channel: Channel,
  action: "send" | "receive",
  messages: readonly Message[],
  more: object,
): object {
  const [first] = messages;
  const summary = action === "receive" && messages.length === 1 ? { summary: first?.summary } : {};
  return { action, ...summary, ...listOf(channel, messages), ...more };
}

function listOf({ name }: Channel, messages: readonly Message[]): object {
  return {
    channel: { $ref: `#/channels/${name}` },
    messages: messages.map(({ id }) => ({ $ref: `#/channels/${name}/messages/${id}` })),
  };
}
