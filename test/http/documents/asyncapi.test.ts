/** The document of the sockets: AsyncAPI 3, complete, with every mounted socket and every frame. */
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { authorizers } from "../../../src/app.ts";
import { channels } from "../../../src/channels.ts";
import { messagesOf } from "../../../src/platform/realtime/documents/messages.ts";
import { CLOSE } from "../../../src/platform/realtime/socket/frames.ts";
import { get } from "../../harness/api.ts";
import { isExactly } from "../../harness/documented-frames.ts";
import { findReferences, resolve } from "../references.ts";
import { handlerOf } from "./handlers.ts";

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
interface Message {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly payload: Schema;
  readonly examples: readonly { readonly payload: unknown }[];
}
interface Document {
  readonly asyncapi: string;
  readonly info: Record<string, string>;
  readonly servers: Record<string, { host: string; protocol: string }>;
  readonly channels: Record<
    string,
    {
      readonly address: string;
      readonly parameters: Record<string, unknown>;
      readonly messages: Record<string, unknown>;
    }
  >;
  readonly operations: Record<
    string,
    {
      action: string;
      channel: { $ref: string };
      messages: { $ref: string }[];
      security?: unknown;
      reply?: { messages: { $ref: string }[] };
    }
  >;
  readonly components: { readonly securitySchemes: Record<string, unknown> };
  readonly "x-close-codes": Record<string, unknown>;
}

const { body: document } = (await get("/asyncapi.json")) as unknown as { body: Document };
const documented = Object.entries(document.channels);

function messageOf(value: unknown): Message {
  const reference = (value as { $ref?: string }).$ref;
  return (reference ? resolve(document, reference) : value) as Message;
}
const messagesIn = (name: string): [string, Message][] =>
  Object.entries(document.channels[name]?.messages ?? {}).map(([id, value]) => [id, messageOf(value)]);

const addressOf = (path: string) => `${path.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`;

test("The document is AsyncAPI 3 and names this server.", () => {
  expect(document.asyncapi).toBe("3.0.0");
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  expect(document.servers.here).toMatchObject({ host: "caravan.test", protocol: "ws" });
  expect(JSON.stringify(document)).not.toContain("origin.invalid");
});

test("The protocol is wss when the origin is https.", async () => {
  const { body } = await get("/asyncapi.json", { settings: { PUBLIC_ORIGIN: "https://caravan.example" } });
  expect(body.servers.here).toMatchObject({ host: "caravan.example", protocol: "wss" });
  expect(body.info.description).toContain("wss://caravan.example/ws/me/");
});

test("Every mounted socket is a channel, and every channel is a mounted socket.", () => {
  const mounted = authorizers.map(({ path }) => addressOf(path));
  expect(documented.map(([, { address }]) => address).sort()).toEqual(mounted.sort());
});

test.each(documented)(
  "The channel %s describes each parameter of its address.",
  (_, { address, parameters }) => {
    const named = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parameters ?? {}).sort()).toEqual(named.sort());
  },
);

describe.each(channels.map((channel) => [channel.name, channel] as const))(
  "the channel %s",
  (name, channel) => {
    const handler = handlerOf(name);

    test("It takes and sends what its room's handler does.", () => {
      expect(Object.keys(channel.says).sort()).toEqual(Object.keys(handler.says).sort());
      for (const [kind, { schema }] of Object.entries(channel.says)) expect(schema).toBe(handler.says[kind]);
      expect(channel.isSocial ?? false).toBe(handler.social ?? false);
      expect(channel.isInbox ?? false).toBe(handler.authorizeSubscription !== undefined);
      const authorizer = authorizers.find(({ path }) => addressOf(path) === channel.address);
      expect(channel.refusedWith).toBe(authorizer?.refusedWith);
      expect(channel.credential === "none").toBe(authorizer?.anonymous ?? false);
    });

    test("Its own name in subscriptions is the one by which rooms are found.", () => {
      const kinds = authorizers.filter(({ anonymous }) => !anonymous).map(({ kind }) => kind);
      if (channel.room) expect(kinds).toContain(channel.room.split(":")[0]);
      else expect(channel.isInbox || channel.credential === "none").toBe(true);
    });

    test("Every message has a name, a sentence, and a description of each field.", () => {
      const messages = messagesIn(name);
      expect(messages.length).toBeGreaterThan(4);
      for (const [id, { name: own, title, summary, payload }] of messages) {
        expect(own).toBe(id);
        expect([title, summary].every(Boolean), id).toBe(true);
        expect(undescribed(payload), id).toEqual([]);
        expect(payload).not.toHaveProperty("$schema");
      }
    });

    test("Every example is exactly a frame that its schema accepts.", () => {
      for (const { id, schema, example, from } of messagesOf(channel)) {
        expect(messagesIn(name).find(([own]) => own === id)?.[1].examples[0]?.payload, id).toEqual(example);
        // What a client sends is completed when it is parsed.
        const passes = from === "server" ? isExactly(schema, example) : v.is(schema, example);
        expect(passes, id).toBe(true);
      }
    });
  },
);

/** Paths of the fields without a description. */
function undescribed({ properties = {}, items, anyOf = [], oneOf = [] }: Schema, path = ""): string[] {
  return [
    ...Object.entries(properties).flatMap(([name, property]) => [
      ...(property.description ? [] : [`${path}.${name}`]),
      ...undescribed(property, `${path}.${name}`),
    ]),
    ...(items ? undescribed(items, path) : []),
    ...[...anyOf, ...oneOf].flatMap((choice) => undescribed(choice, path)),
  ];
}

test("A channel has only the frames that its room takes.", () => {
  const idsOf = (name: string) => messagesIn(name).map(([id]) => id);
  expect(idsOf("order").filter((id) => /^(say|points|read|typing|subscribe|ack)/.test(id))).toEqual([]);
  expect(idsOf("order")).toContain("presence");
  expect(idsOf("shared")).not.toContain("presence");
  expect(idsOf("events").filter((id) => /^(points|read|typing|subscribe|presence|latest)/.test(id))).toEqual(
    [],
  );
  expect(idsOf("chat")).toEqual(expect.arrayContaining(["say.message", "read", "typing", "ack", "presence"]));
  expect(idsOf("me")).toEqual(
    expect.arrayContaining(["subscribe", "unsubscribe", "say", "points", "subscribed"]),
  );
  expect(idsOf("shared")).not.toContain("auth");
});

test("On a person's own socket frames of other rooms name the room; elsewhere no frame has one.", () => {
  for (const { name, isInbox } of channels)
    for (const [id, { payload }] of messagesIn(name)) {
      const named = Object.keys(payload.properties ?? {}).includes("room");
      const isAboutRooms = [
        "say",
        "points",
        "read",
        "typing",
        "entry",
        "latest",
        "ack",
        "presence",
        "typing_notice",
        "read_notice",
        "error",
        "subscribe",
        "unsubscribe",
        "subscribed",
        "unsubscribed",
      ].includes(id);
      expect(named, `${name} ${id}`).toBe(Boolean(isInbox) && isAboutRooms);
    }
});

test("Every reference has a target, and an operation's messages are its channel's.", () => {
  for (const reference of findReferences(document)) expect(resolve(document, reference)).toBeDefined();
  for (const { action, channel, messages, reply } of Object.values(document.operations)) {
    expect(["send", "receive"]).toContain(action);
    for (const { $ref } of [...messages, ...(reply?.messages ?? [])])
      expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
  }
});

test("Every message is sent or received by an operation.", () => {
  const used = new Set(
    Object.values(document.operations).flatMap(({ messages }) => messages.map(({ $ref }) => $ref)),
  );
  for (const [name, { messages }] of documented)
    for (const key of Object.keys(messages)) expect(used).toContain(`#/channels/${name}/messages/${key}`);
});

test("Operations name every way to sign in, except where sockets are anonymous.", () => {
  const ways = Object.keys(document.components.securitySchemes);
  expect(ways).toEqual(["subprotocol", "tokenPair", "ticket", "query", "bearer", "key", "cookie"]);
  for (const [name, { security, action }] of Object.entries(document.operations)) {
    const isOpen = name.startsWith("shared.") || (name === "events.follow" && action === "send");
    expect(Array.isArray(security) ? security.length : 0, name).toBe(isOpen ? 0 : ways.length);
  }
});

test("Every code with which the server closes is documented.", () => {
  expect(Object.keys(document["x-close-codes"])).toEqual(
    expect.arrayContaining(Object.values(CLOSE).map(String)),
  );
  for (const code of Object.values(CLOSE)) expect(document.info.description).toContain(`| ${code} |`);
});
