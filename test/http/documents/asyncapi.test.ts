/** The document of the sockets: AsyncAPI 3, complete, with every mounted socket. */
import { expect, test } from "vitest";
import { authorizers } from "../../../src/app.ts";
import { get } from "../../harness/api.ts";
import { findReferences, resolve } from "../references.ts";

interface Message {
  readonly name: string;
  readonly payload: Record<string, unknown>;
}
interface Channel {
  readonly address: string;
  readonly parameters: Record<string, unknown>;
  readonly messages: Record<string, Message>;
}
interface Document {
  readonly asyncapi: string;
  readonly info: Record<string, string>;
  readonly servers: Record<string, { host: string; protocol: string }>;
  readonly channels: Record<string, Channel>;
  readonly operations: Record<
    string,
    { action: string; channel: { $ref: string }; messages: { $ref: string }[] }
  >;
}

const { body: document } = (await get("/asyncapi.json")) as unknown as { body: Document };
const channels = Object.entries(document.channels);

test("The document is AsyncAPI 3 and names this server.", () => {
  expect(document.asyncapi).toBe("3.0.0");
  expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  expect(document.servers).toEqual({ here: { host: "caravan.test", protocol: "ws" } });
});

test("The protocol is wss when the origin is https.", async () => {
  const { body } = await get("/asyncapi.json", { settings: { PUBLIC_ORIGIN: "https://caravan.example" } });
  expect(body.servers).toEqual({ here: { host: "caravan.example", protocol: "wss" } });
});

test.each(authorizers.map((authorizer) => [authorizer.path, authorizer] as const))(
  "The socket %s is documented.",
  (path) => {
    const address = `${path.replace(/:(\w+)(\{[^}]+\})?/g, "{$1}")}/`;
    expect(channels.map(([, channel]) => channel.address)).toContain(address);
  },
);

test.each(channels)(
  "The channel %s describes each parameter of its address.",
  (_, { address, parameters }) => {
    const named = [...address.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parameters ?? {}).sort()).toEqual(named.sort());
  },
);

test.each(channels)(
  "The channel %s has every message under its own name, with a schema.",
  (_, { messages }) => {
    expect(Object.keys(messages).length).toBeGreaterThan(0);
    for (const [key, message] of Object.entries(messages)) {
      expect(message.name).toBe(key);
      expect(message.payload).toEqual(expect.objectContaining({}));
      expect(Object.keys(message.payload).length).toBeGreaterThan(0);
      expect(message.payload).not.toHaveProperty("$schema");
    }
  },
);

test.each(channels)("The channel %s has the native frames.", (_, { messages }) => {
  const client = ["say", "points", "read", "typing", "subscribe", "unsubscribe", "auth", "ping"];
  const server = ["welcome", "entry", "ack", "presence", "typing_notice", "read_notice", "error", "pong"];
  for (const frame of [...client, ...server, "subscribed", "unsubscribed"])
    expect(Object.keys(messages)).toContain(`native.${frame}`);
});

test("Every reference has a target, and an operation's messages are its channel's.", () => {
  for (const reference of findReferences(document)) expect(resolve(document, reference)).toBeDefined();
  for (const { action, channel, messages } of Object.values(document.operations)) {
    expect(["send", "receive"]).toContain(action);
    for (const { $ref } of messages) expect($ref.startsWith(`${channel.$ref}/messages/`)).toBe(true);
  }
});

test("Every message is sent or received by an operation.", () => {
  const used = new Set(
    Object.values(document.operations).flatMap(({ messages }) => messages.map(({ $ref }) => $ref)),
  );
  for (const [name, { messages }] of channels)
    for (const key of Object.keys(messages)) expect(used).toContain(`#/channels/${name}/messages/${key}`);
});
