/**
 * The AsyncAPI 3 document of the sockets, made from the schemas that the rooms parse with. Runs when the assets are built,
 * not in the Worker.
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { BUILT_ORIGIN } from "../http/documents/built-origin.ts";
import {
  AckFrame,
  AuthFrame,
  EntryFrame,
  ErrorFrame,
  LatestFrame,
  PingFrame,
  PointsFrame,
  PongFrame,
  PROTOCOL,
  PresenceFrame,
  ReadFrame,
  ReadNotice,
  SayFrame,
  SubscribedFrame,
  SubscribeFrame,
  TypingFrame,
  TypingNotice,
  UnsubscribedFrame,
  UnsubscribeFrame,
  WelcomeFrame,
} from "./socket/frames.ts";

type Schema = v.GenericSchema;

/** The part of the document that differs from one kind of socket to the next. */
export interface SocketDocument {
  /** `events`. */
  readonly name: string;
  /** `/ws/events/{id}/`. */
  readonly address: string;
  /** What the id in the address is, when it is not the room's number. */
  readonly id?: string;
  readonly description: string;
  /** The schemas of bodies by kind: of what a client may `say`, and of other entries. */
  readonly says: Readonly<Record<string, Schema>>;
  readonly entries: Readonly<Record<string, Schema>>;
  /** The schemas of bodies by kind, of `latest` frames. */
  readonly latest?: Readonly<Record<string, Schema>>;
  /** Frames of the documented dialect, which a socket without a sub-protocol uses. */
  readonly documented: {
    readonly fromClient: Readonly<Record<string, Schema>>;
    readonly fromServer: Readonly<Record<string, Schema>>;
  };
}

const FROM_CLIENT = {
  say: SayFrame,
  points: PointsFrame,
  read: ReadFrame,
  typing: TypingFrame,
  subscribe: SubscribeFrame,
  unsubscribe: UnsubscribeFrame,
  auth: AuthFrame,
  ping: PingFrame,
};
const FROM_SERVER = {
  welcome: WelcomeFrame,
  entry: EntryFrame,
  latest: LatestFrame,
  ack: AckFrame,
  presence: PresenceFrame,
  typing_notice: TypingNotice,
  read_notice: ReadNotice,
  subscribed: SubscribedFrame,
  unsubscribed: UnsubscribedFrame,
  error: ErrorFrame,
  pong: PongFrame,
};

/** The document, of a server whose origin `document-routes.tsx` fills in. */
export function asyncApiDocument(sockets: readonly SocketDocument[]): object {
  const channels: Record<string, object> = {};
  const operations: Record<string, object> = {};
  for (const socket of sockets) {
    const fromClient = {
      ...prefixed("native", FROM_CLIENT),
      ...prefixed("documented", socket.documented.fromClient),
    };
    const fromServer = {
      ...prefixed("native", FROM_SERVER),
      ...prefixed("body", { ...socket.says, ...socket.entries, ...socket.latest }),
      ...prefixed("documented", socket.documented.fromServer),
    };
    channels[socket.name] = {
      address: socket.address,
      description: socket.description,
      parameters: parametersOf(socket),
      messages: messagesOf({ ...fromClient, ...fromServer }),
      bindings: {
        ws: {
          query: {
            type: "object",
            properties: { ticket: TEXT, token: TEXT, epoch: TEXT, since: { type: "integer", minimum: 0 } },
          },
        },
      },
    };
    // AsyncAPI names operations from the point of view of the server.
    operations[`${socket.name}.receive`] = operation("receive", socket.name, Object.keys(fromClient));
    operations[`${socket.name}.send`] = operation("send", socket.name, Object.keys(fromServer));
  }
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Caravan sockets",
      version: "1.0.0",
      description: `With the sub-protocol ${PROTOCOL} a socket speaks the native frames; without one, the frames that the older app documents.`,
    },
    servers: { here: { host: new URL(BUILT_ORIGIN).host, protocol: "wss" } },
    channels,
    operations,
  };
}

const TEXT = { type: "string" };

function parametersOf({ address, id = "The room's number." }: SocketDocument): Record<string, object> {
  const names = [...address.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, { description: id }]));
}

function prefixed(prefix: string, schemas: Readonly<Record<string, Schema>>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [`${prefix}.${name}`, schema]));
}

function messagesOf(schemas: Readonly<Record<string, Schema>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [name, { name, payload: withoutDialect(schema) }]),
  );
}

function withoutDialect(schema: Schema): object {
  const { $schema: _, ...payload } = toJsonSchema(schema, {
    errorMode: "ignore",
    // JSON Schema counts characters (code points) too, not UTF-16 units.
    overrideAction: ({ valibotAction, jsonSchema }) =>
      valibotAction.type === "max_code_points"
        ? { ...jsonSchema, maxLength: (valibotAction as unknown as { requirement: number }).requirement }
        : undefined,
  });
  return payload;
}

function operation(action: "send" | "receive", channel: string, names: readonly string[]): object {
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  };
}
