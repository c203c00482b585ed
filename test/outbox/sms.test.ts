/** Text messages: one POST to the gateway of the settings. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { envWith, outboxOf, post, uniquePhone } from "../harness/api.ts";
import { deliver, letTimePass, outside, put, stored } from "./rows.ts";

const GATEWAY = envWith({ SMS_GATEWAY_URL: "https://sms.example/send", SMS_GATEWAY_TOKEN: "gateway-token" });
const message = { text: "Caravan: your code is 123456", code: "123456" };

const put123456 = (phone = uniquePhone()) => put({ kind: "sms", address: phone, letter: message });

beforeEach(() => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("The gateway gets number and text, the token as Bearer, and the row's id as key.", async () => {
  const sent = outside(() => new Response("queued", { status: 202 }));
  const id = await put123456("+79001112233");
  expect(await deliver([id], GATEWAY)).toEqual({ acked: ["0"], retried: [] });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.url).toBe("https://sms.example/send");
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer gateway-token");
  expect(sent[0]?.headers.get("idempotency-key")).toBe(id);
  expect(sent[0]?.headers.get("content-type")).toBe("application/json");
  expect(sent[0]?.body).toEqual({ to: "+79001112233", text: "Caravan: your code is 123456" });
});

test("The code is erased once the gateway accepted the message.", async () => {
  outside(() => new Response(null, { status: 200 }));
  const id = await put123456();
  await deliver([id], GATEWAY);
  expect(await stored(id)).toMatchObject({ status: "sent", payload: "{}" });
});

test.each([401, 404, 429, 500, 503])("A text message answered with %i is retried.", async (status) => {
  const sent = outside(() => new Response("no", { status }));
  const id = await put123456();
  expect((await deliver([id], GATEWAY)).retried).toHaveLength(1);
  expect(await stored(id)).toMatchObject({
    status: "pending",
    last_error: `DeliveryError: the SMS gateway answered ${status}`,
  });
  await letTimePass(id);
  await deliver([id], GATEWAY);
  expect(sent.map(({ headers }) => headers.get("idempotency-key"))).toEqual([id, id]);
});

test("A text message answered with 400 is not retried.", async () => {
  outside(() => new Response("no such number", { status: 400 }));
  const id = await put123456();
  expect((await deliver([id], GATEWAY)).retried).toEqual([]);
  expect((await stored(id)).status).toBe("dead");
});

test("A text message is retried when the gateway can't be reached.", async () => {
  outside(() => Promise.reject(new TypeError("connection lost")));
  const id = await put123456();
  expect((await deliver([id], GATEWAY)).retried).toHaveLength(1);
  expect(await stored(id)).toMatchObject({ status: "pending", attempts: 1 });
});

test("Without a gateway in development a text message stays on the machine, to be read there.", async () => {
  const sent = outside(() => new Response());
  const phone = uniquePhone();
  const id = await put123456(phone);
  await deliver([id]);
  expect(sent).toEqual([]);
  expect(await stored(id)).toMatchObject({ status: "sent", payload: JSON.stringify(message) });
  expect(await outboxOf(phone)).toMatchObject([{ subject: "SMS", text: message.text, codes: ["123456"] }]);
});

test("Without a gateway in production a text message waits and says why.", async () => {
  const sent = outside(() => new Response());
  const production = { APP_ENV: "production", PUBLIC_ORIGIN: "https://a.example", RESEND_API_KEY: "re_x" };
  const id = await put123456();
  expect((await deliver([id], envWith(production))).retried).toHaveLength(1);
  expect((await stored(id)).last_error).toBe("DeliveryError: SMS_GATEWAY_URL is not set");
  expect(sent).toEqual([]);
});

test("A reset by phone writes its message in the language of the request.", async () => {
  const phone = uniquePhone();
  const password = "securepassword123";
  const account = {
    phone,
    password,
    password_confirm: password,
    first_name: "Ann",
    last_name: "Smith",
    user_type: "CLIENT",
  };
  expect((await post("/api/v1/auth/register/", account)).status).toBe(201);
  const body = { phone, new_password: "another-secret-9", new_password_confirm: "another-secret-9" };
  await post("/api/v1/auth/password/reset/", body);
  await post("/api/v1/auth/password/reset/", body, { headers: { "accept-language": "en" } });
  const letters = await outboxOf(phone);
  const plain = (text: string) => text.replace(/\d{6}/, "N").replace(/http\S+$/, "LINK");
  expect(letters.map(({ text }) => plain(text))).toEqual([
    "Caravan: your code is N. Or enter it here: LINK",
    "Caravan: код подтверждения N. Или введите его здесь: LINK",
  ]);
});
