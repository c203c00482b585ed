/** The handshake: which credentials are accepted, and how a refusal is answered. */
import { beforeAll, expect, test } from "vitest";
import { type Person, person, post } from "../../harness/api.ts";
import { makeRoom, say, tokenUntil } from "../../harness/rooms.ts";
import { connect, dial, type SocketOptions } from "../../harness/socket.ts";

/** A session key for the Token scheme. */
async function keyOf({ username, password }: Person): Promise<string> {
  const { body } = await post("/api/auth/login/", { username, password });
  if (!body.key) throw new Error(JSON.stringify(body));
  return body.key;
}

async function refusal(path: string, options?: SocketOptions): Promise<{ status: number; body: unknown }> {
  const result = await dial(path, options);
  if ("socket" in result) throw new Error("was let in");
  return { status: result.refusal.status, body: await result.refusal.json() };
}

/** One person for the tables, because scrypt is slow on purpose. Each row has its own room. */
let ann: Person;
let key: string;
beforeAll(async () => {
  ann = await person();
  key = await keyOf(ann);
});

type Offer = { query?: string; options?: SocketOptions; echo: string | null };

test.each<[string, (credentials: { access: string; key: string }) => Offer]>([
  [
    "caravan.v1 with a JWT",
    ({ access }) => ({ options: { protocols: ["caravan.v1", `auth.${access}`] }, echo: "caravan.v1" }),
  ],
  [
    "the JWT before caravan.v1",
    ({ access }) => ({ options: { protocols: [`auth.${access}`, "caravan.v1"] }, echo: "caravan.v1" }),
  ],
  [
    "caravan.v1 with a key",
    ({ key }) => ({ options: { protocols: ["caravan.v1", `auth.${key}`] }, echo: "caravan.v1" }),
  ],
  ["Token and a key", ({ key }) => ({ options: { protocols: ["Token", key] }, echo: "Token" })],
  ["Token and a JWT", ({ access }) => ({ options: { protocols: ["Token", access] }, echo: "Token" })],
  ["Bearer and a JWT", ({ access }) => ({ options: { protocols: ["Bearer", access] }, echo: "Bearer" })],
  ["Bearer and a key", ({ key }) => ({ options: { protocols: ["Bearer", key] }, echo: "Bearer" })],
  ["a lone JWT", ({ access }) => ({ options: { protocols: [access] }, echo: access })],
  ["?access= with a JWT", ({ access }) => ({ query: `?access=${access}`, echo: null })],
  ["?access_token= with a JWT", ({ access }) => ({ query: `?access_token=${access}`, echo: null })],
  ["a lone key", ({ key }) => ({ options: { protocols: [key] }, echo: key })],
  ["?token= with a JWT", ({ access }) => ({ query: `?token=${access}`, echo: null })],
  ["?token= with a key", ({ key }) => ({ query: `?token=${key}`, echo: null })],
  [
    "a Bearer header",
    ({ access }) => ({ options: { headers: { authorization: `Bearer ${access}` } }, echo: null }),
  ],
  ["a Token header", ({ key }) => ({ options: { headers: { authorization: `Token ${key}` } }, echo: null })],
  ["the jwt cookie", ({ access }) => ({ options: { headers: { cookie: `jwt=${access}` } }, echo: null })],
])("A handshake with %s lets its owner write, and one offered sub-protocol is echoed.", async (_, offer) => {
  const room = await makeRoom(ann);
  const { query = "", options, echo } = offer({ access: ann.token, key });
  const socket = await connect(`${room.path}${query}`, options);
  expect(socket.protocol).toBe(echo);
  if (echo === "caravan.v1") {
    socket.send(say("r"));
    expect(await socket.next((frame) => frame.t === "ack")).toMatchObject({ ref: "r" });
  } else {
    socket.send({ message: "Hi" });
    expect(await socket.next()).toEqual({ message: "Hi" });
  }
});

test.each<[string, Offer]>([
  ["?token= of nobody", { query: "?token=nonsense", echo: null }],
  ["?token= of 40 digits", { query: `?token=${"0".repeat(40)}`, echo: null }],
  ["a sub-protocol with a token of nobody", { options: { protocols: ["caravan.v1", "auth.x"] }, echo: null }],
  ["a key of nobody", { options: { protocols: ["Token", "f".repeat(40)] }, echo: null }],
  ["a lone key of nobody", { options: { protocols: ["f".repeat(40)] }, echo: null }],
  ["Bearer and a token of nobody", { options: { protocols: ["Bearer", "a.b.c"] }, echo: null }],
  ["a lone token of nobody", { options: { protocols: ["a.b.c"] }, echo: null }],
  ["a forged ticket", { query: "?ticket=a.b.c.d.e.f.g", echo: null }],
])("A handshake with %s is refused with 401 before the upgrade.", async (_, { query = "", options }) => {
  const room = await makeRoom(ann);
  const { status } = await refusal(`${room.path}${query}`, options);
  expect(status).toBe(401);
});

test("A stale header or cookie counts as none: a public room opens as for anybody.", async () => {
  const room = await makeRoom(ann);
  const stale = await tokenUntil(ann, Date.now() - 1000);
  const ways: Record<string, string>[] = [{ authorization: `Bearer ${stale}` }, { cookie: `jwt=${stale}` }];
  for (const headers of ways) {
    const socket = await connect(room.path, { headers });
    socket.send({ message: "Hi" });
    expect(await socket.next()).toMatchObject({ type: "error", code: "unauthenticated" });
  }
});

test.each([
  "/ws/events/0/",
  "/ws/events/999999999/",
  "/ws/events/None/",
  "/ws/events/x'y/",
  `/ws/events/${crypto.randomUUID()}/`,
])("A handshake for %s is a 404.", async (path) => {
  const { token } = await person();
  expect((await refusal(path, { protocols: ["caravan.v1", `auth.${token}`] })).status).toBe(404);
});

test("A handshake from a page of another origin is refused, from our own origin it is not.", async () => {
  const room = await makeRoom(ann);
  expect((await refusal(room.path, { headers: { origin: "https://evil.example" } })).status).toBe(403);
  await connect(room.path, { headers: { origin: "http://caravan.test" } });
  await connect(room.path, { headers: { origin: "http://localhost:5173" } });
});

test.each(["-1", "1.5", "x", "1e3", "9".repeat(16), ""])(
  "The position since=%s is refused as no position: 400.",
  async (since) => {
    const room = await makeRoom(ann);
    const { status, body } = await refusal(`${room.path}?since=${since}`, { protocols: ["caravan.v1"] });
    expect({ status, body }).toEqual({
      status: 400,
      body: { since: ["A position is a whole number from 0."] },
    });
  },
);

test.each(["%D1%8F", "%0d%0ax-caravan-admission:%20{}", "x".repeat(5000), "%F0%9F%9A%9A", ""])(
  "An epoch of %s is a foreign one.",
  async (epoch) => {
    const room = await makeRoom(ann);
    const socket = await connect(`${room.path}?since=0&epoch=${epoch}`, { protocols: ["caravan.v1"] });
    expect(await socket.next()).toMatchObject({ t: "welcome", recovered: false });
  },
);

test("A client can't forge an admission.", async () => {
  const room = await makeRoom(ann);
  const forged = JSON.stringify({
    room: room.name,
    caller: { userId: 1, sessionId: "s", userType: "OPERATOR", isStaff: true, expiresAt: Date.now() + 1e6 },
    native: false,
    protocol: null,
    epoch: null,
    since: null,
  });
  const socket = await connect(room.path, { headers: { "x-caravan-admission": forged } });
  socket.send({ message: "I am the operator" });
  expect(await socket.next()).toMatchObject({ type: "error", code: "unauthenticated" });
});

test("A request without an upgrade is answered with 426.", async () => {
  const { stub } = await makeRoom(ann);
  expect((await stub.fetch("https://room/")).status).toBe(400);
});
