/**
 * The senders of pushes against servers on this machine that speak the services' formats and check what is signed: a push
 * service of Web Push, Google's token endpoint with FCM, and Apple's (over HTTP/1.1: the local runtime has no HTTP/2).
 */
import {
  createECDH,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  verify,
} from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import ece from "http_ece";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { sendByApns } from "../../src/modules/notifications/push/services/apns.ts";
import { sendByFcm } from "../../src/modules/notifications/push/services/fcm.ts";
import { newVapidPair } from "../../src/modules/notifications/push/services/signing.ts";
import { sendByWeb } from "../../src/modules/notifications/push/services/web.ts";
import { messageOf } from "../../src/modules/notifications/push/words.ts";
import type { Settings } from "../../src/platform/runtime.ts";

interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
interface Response {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly json?: unknown;
}

// The Worker's runtime has these; Node may not.
const bytes = Uint8Array.prototype as { toBase64?: unknown; toHex?: unknown };
bytes.toHex ??= function (this: Uint8Array) {
  return Buffer.from(this).toString("hex");
};
bytes.toBase64 ??= function (this: Uint8Array) {
  return Buffer.from(this).toString("base64url");
};
(Uint8Array as { fromBase64?: unknown }).fromBase64 ??= (words: string) =>
  new Uint8Array(Buffer.from(words, "base64url"));

let server: Server;
let origin: string;
let asked: Asked[];
let answer: (request: Asked) => Response;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const one = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(pieces) };
    asked.push(one);
    const { status, headers = {}, json } = answer(one);
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(json === undefined ? "" : JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

const now = Date.now();
const offer = messageOf(
  { words: "offer", subject: null, about: "order:7", message: "", notification: 5, createdAt: now },
  "en",
);
const chat = messageOf(
  {
    words: "chat_message",
    subject: null,
    about: "chat:3",
    message: "Ann: 🚛 привет",
    notification: 6,
    createdAt: now,
  },
  "ru",
);

/** The claims of a token whose signature is right; throws otherwise. */
function claimsOf(token: string, key: KeyObject, alg: "ES256" | "RS256") {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const parse = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  expect(parse(head)).toMatchObject({ alg });
  const options = alg === "ES256" ? { key, dsaEncoding: "ieee-p1363" as const } : { key };
  if (!verify("sha256", Buffer.from(`${head}.${claims}`), options, Buffer.from(signature, "base64url")))
    throw new Error("the signature is wrong");
  return { ...parse(claims), kid: parse(head).kid };
}

const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();

test("A Web Push is signed by VAPID, encrypted for the browser alone, and dead with its offer.", async () => {
  const pair = await newVapidPair();
  const keys = createECDH("prime256v1");
  const publicKey = keys.generateKeys("base64url");
  const auth = randomBytes(16).toString("base64url");
  const settings = {
    publicOrigin: null,
    objectStore: null,
    outboundLoopback: true,
    push: { vapidSubject: "mailto:ops@example.com" },
  } as unknown as Settings;
  const device = { endpoint: `${origin}/send/1`, publicKey, authSecret: auth };
  answer = () => ({ status: 201 });
  expect(await sendByWeb(settings, device, pair, offer, now + 5_000)).toEqual({ is: "sent" });
  await sendByWeb(settings, device, pair, chat, now);
  const [first, second] = asked;
  if (!first || !second) throw new Error("nothing came");
  const [, token = "", key = ""] = /^vapid t=(.+), k=(.+)$/.exec(first.headers.authorization ?? "") ?? [];
  const point = Buffer.from(key, "base64url");
  const [x, y] = [point.subarray(1, 33).toString("base64url"), point.subarray(33).toString("base64url")];
  const signer = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  expect(claimsOf(token, signer, "ES256")).toMatchObject({ aud: origin, sub: "mailto:ops@example.com" });
  expect(first.headers).toMatchObject({ ttl: "15", urgency: "high", "content-encoding": "aes128gcm" });
  const opened = ({ body }: Asked) =>
    JSON.parse(ece.decrypt(body, { version: "aes128gcm", privateKey: keys, authSecret: auth }).toString());
  expect(opened(first)).toMatchObject({
    title: "New order nearby",
    data: { kind: "offers", about: "order:7" },
  });
  expect(opened(second)).toMatchObject({ body: "Ann: 🚛 привет", tag: "chat_messages:chat:3" });
  const other = createECDH("prime256v1");
  other.generateKeys();
  expect(() =>
    ece.decrypt(first.body, { version: "aes128gcm", privateKey: other, authSecret: auth }),
  ).toThrow();
  const elsewhere = { ...settings, outboundLoopback: false };
  expect(await sendByWeb(elsewhere, device, pair, chat, now)).toMatchObject({ is: "ended" });
  expect(asked).toHaveLength(2);
});

const account = generateKeyPairSync("rsa", { modulusLength: 2048 });
const fcm = (name: string) => ({
  url: origin,
  projectId: "caravan-test",
  clientEmail: `${name}@example.com`,
  privateKey: pem(account.privateKey),
  tokenUrl: `${origin}/token`,
});

/** Google's token endpoint and FCM: refuses what is not signed by the account. */
function google(send: (nth: number) => Response) {
  let sent = 0;
  answer = ({ path, headers, body }) => {
    if (path === "/token") {
      const form = new URLSearchParams(body.toString());
      const claims = claimsOf(form.get("assertion") ?? "", account.publicKey, "RS256");
      expect(claims).toMatchObject({
        aud: `${origin}/token`,
        scope: "https://www.googleapis.com/auth/firebase.messaging",
      });
      return { status: 200, json: { access_token: `token-${claims.iss}`, expires_in: 3599 } };
    }
    if (!headers.authorization?.startsWith("Bearer token-")) return { status: 401 };
    return send(sent++);
  };
}

test("FCM gets one access token for many messages, in the format of HTTP v1.", async () => {
  google(() => ({ status: 200, json: { name: "projects/caravan-test/messages/1" } }));
  const settings = fcm("many");
  expect(await sendByFcm(settings, "device-token", offer, now)).toEqual({ is: "sent" });
  expect(await sendByFcm(settings, "device-token", chat, now)).toEqual({ is: "sent" });
  expect(asked.map(({ path }) => path)).toEqual([
    "/token",
    "/v1/projects/caravan-test/messages:send",
    "/v1/projects/caravan-test/messages:send",
  ]);
  const { message } = JSON.parse(asked[1]?.body.toString() ?? "");
  expect(message).toMatchObject({
    token: "device-token",
    notification: { title: "New order nearby" },
    data: { kind: "offers", about: "order:7", notification: "5" },
    android: { priority: "HIGH", ttl: "20s", collapse_key: "offers:order:7" },
    apns: { headers: { "apns-priority": "10", "apns-collapse-id": "offers:order:7" } },
  });
  expect(Object.values(message.data).every((value) => typeof value === "string")).toBe(true);
});

test("FCM's UNREGISTERED ends a subscription; 429, 5xx and a lost access token are tried again; a bad request is not.", async () => {
  const unregistered = {
    error: { status: "NOT_FOUND", details: [{ "@type": "…FcmError", errorCode: "UNREGISTERED" }] },
  };
  const answers: Response[] = [
    { status: 404, json: unregistered },
    { status: 429, headers: { "retry-after": "60" } },
    { status: 503 },
    { status: 401 },
    { status: 400, json: { error: { status: "INVALID_ARGUMENT" } } },
    { status: 404, json: { error: { status: "NOT_FOUND" } } },
  ];
  google((nth) => answers[nth] ?? { status: 500 });
  const outcomes = [];
  for (const _ of answers) outcomes.push(await sendByFcm(fcm("failing"), "t", chat, now));
  expect(outcomes).toMatchObject([
    { is: "ended" },
    { is: "later", wait: 60_000 },
    { is: "later", wait: 0 },
    { is: "later" },
    { is: "refused" },
    { is: "refused" },
  ]);
  // Once at first, and once after the 401.
  expect(asked.filter(({ path }) => path === "/token")).toHaveLength(2);
});

const apple = generateKeyPairSync("ec", { namedCurve: "P-256" });
const apns = (keyId: string) => ({
  url: origin,
  key: pem(apple.privateKey),
  keyId,
  teamId: "TEAM123456",
  topic: "com.example.caravan",
});

test("Apple gets a token that its key has signed, the device in the path, and when the push is worthless.", async () => {
  answer = ({ headers }) => {
    const token = headers.authorization?.replace(/^bearer /, "") ?? "";
    expect(claimsOf(token, apple.publicKey, "ES256")).toMatchObject({ iss: "TEAM123456", kid: "KEY1" });
    return { status: 200 };
  };
  const device = "a1".repeat(32);
  expect(await sendByApns(apns("KEY1"), device, offer, now)).toEqual({ is: "sent" });
  await sendByApns(apns("KEY1"), device, chat, now);
  const [first, second] = asked;
  expect(first?.path).toBe(`/3/device/${device}`);
  expect(first?.headers).toMatchObject({
    "apns-topic": "com.example.caravan",
    "apns-push-type": "alert",
    "apns-priority": "10",
    "apns-collapse-id": "offers:order:7",
    "apns-expiration": String(Math.floor(now / 1000) + 20),
  });
  expect(JSON.parse(first?.body.toString() ?? "")).toMatchObject({
    aps: { alert: { title: "New order nearby" }, "thread-id": "offers:order:7" },
    kind: "offers",
    about: "order:7",
  });
  expect(second?.headers.authorization).toBe(first?.headers.authorization);
});

test("Apple's BadDeviceToken and Unregistered end a subscription, too many requests are tried again, a wrong key is ours to mend.", async () => {
  const answers: Response[] = [
    { status: 400, json: { reason: "BadDeviceToken" } },
    { status: 410, json: { reason: "Unregistered", timestamp: now } },
    { status: 429, json: { reason: "TooManyRequests" }, headers: { "retry-after": "9" } },
    { status: 503, json: { reason: "ServiceUnavailable" } },
    { status: 403, json: { reason: "InvalidProviderToken" } },
    { status: 400, json: { reason: "DeviceTokenNotForTopic" } },
  ];
  const outcomes = [];
  for (const each of answers) {
    answer = () => each;
    outcomes.push(await sendByApns(apns("KEY2"), "a1".repeat(32), chat, now));
  }
  expect(outcomes).toMatchObject([
    { is: "ended" },
    { is: "ended" },
    { is: "later", wait: 9000 },
    { is: "later", wait: 0 },
    { is: "refused" },
    { is: "refused" },
  ]);
});
