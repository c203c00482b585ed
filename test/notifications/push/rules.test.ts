/** What decides whether a push is sent, device by device: the choices, presence, time, the answers of push services. */
import { describe, expect, test } from "vitest";
import { effectHandlers } from "../../../src/jobs.ts";
import type { Notice } from "../../../src/modules/notifications/index.ts";
import { handle } from "../../../src/platform/db/outbox-delivery.ts";
import type { DeliveryError } from "../../../src/platform/mail/mail.ts";
import { get, type Person, person, post, put, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { notify } from "../../harness/notices.ts";
import { connectNative } from "../../harness/socket.ts";
import { browser, register, subscribed } from "./device.ts";

interface Row {
  readonly id: string;
  readonly kind: string;
  readonly address: string;
  readonly payload: string;
}

const rowsOf = ({ id }: Pick<Person, "id">) =>
  rows<Row>("SELECT * FROM outbox WHERE kind = 'push' AND address = ? ORDER BY id", `user:${id}`);

/** Notifies a person, and delivers the push that follows from it as the queue would, after so many milliseconds. */
async function push(who: Person, changes: Partial<Notice> = {}, later = 0): Promise<unknown> {
  await notify(who.id, changes);
  return deliverTo(who, later);
}

async function deliverTo(who: Person, later = 0): Promise<unknown> {
  const row = (await rowsOf(who)).at(-1);
  if (!row) throw new Error("no push was written");
  const { ctx } = jobContext({ now: () => Date.now() + later });
  const effect = { ...row, payload: JSON.parse(row.payload), attempts: 1 };
  return handle(ctx, effectHandlers, effect).catch((error: DeliveryError) => error);
}

async function choose(who: Person, body: object): Promise<void> {
  const answer = await put("/api/v1/notifications/settings/", body, { token: who.token });
  if (answer.status !== 200) throw new Error(`settings: ${answer.status} ${JSON.stringify(answer.body)}`);
}
const clock = (at: number) => new Date(at).toISOString().slice(11, 16);

describe("a push", () => {
  test("It is encrypted for the device, signed by this server, and says what happened in the person's language.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    await rows("UPDATE users SET locale = 'en' WHERE id = ?", ann.id);
    await push(ann, { subject: "Lost key", about: "ticket:7" });
    await rows("UPDATE users SET locale = 'ru' WHERE id = ?", ann.id);
    await push(ann, { subject: "Ключ", about: "ticket:8" });
    expect(received.map(({ payload }) => [payload.title, payload.body])).toEqual([
      ["Support has answered", "There is an answer to “Lost key”."],
      ["Ответ службы поддержки", "Оператор ответил на обращение «Ключ»."],
    ]);
    const { headers, payload } = received[0] ?? { headers: {}, payload: {} };
    expect(payload).toMatchObject({ tag: "tickets:ticket:7", data: { kind: "tickets", about: "ticket:7" } });
    expect(headers).toMatchObject({
      "content-encoding": "aes128gcm",
      urgency: "normal",
      topic: expect.stringMatching(/^[\w-]{32}$/),
    });
    expect(Number(headers.ttl)).toBeGreaterThan(86_000);
    await signedBy((await get("/api/v1/push/services/")).body.web.public_key, headers.authorization ?? "");
  });

  test("Nothing is written for people without a device, for those who turned notifications off, or twice for one act.", async () => {
    const [ann, ben] = await Promise.all([person(), person()]);
    await notify(ann.id);
    expect(await rowsOf(ann)).toEqual([]);
    await subscribed(ben);
    await choose(ben, { receive_notifications: false });
    await notify(ben.id);
    expect(await rowsOf(ben)).toEqual([]);
    await choose(ben, { receive_notifications: true });
    for (const _ of [1, 2]) await notify(ben.id, { ref: "the same act" });
    expect(await rowsOf(ben)).toHaveLength(1);
  });

  test("The longest text fits into the payload that every push service takes.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    expect(await push(ann, { words: "chat_message", message: "🚛".repeat(4000) })).not.toBeInstanceOf(Error);
    expect(received[0]?.payload.body.length).toBeLessThanOrEqual(602);
  });
});

/** Verifies a VAPID header as a push service does (RFC 8292). */
async function signedBy(publicKey: string, authorization: string): Promise<void> {
  const [, token = "", key = ""] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? [];
  expect(key).toBe(publicKey);
  const [head = "", claims = "", signature = ""] = token.split(".");
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const url = { alphabet: "base64url" } as const;
  const point = await crypto.subtle.importKey("raw", Uint8Array.fromBase64(key, url), curve, false, [
    "verify",
  ]);
  const signed = new TextEncoder().encode(`${head}.${claims}`);
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  expect(await crypto.subtle.verify(algorithm, point, Uint8Array.fromBase64(signature, url), signed)).toBe(
    true,
  );
  const { aud, exp, sub } = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(claims, url)));
  expect(aud).toBe("https://push.example.net");
  expect(sub).toMatch(/^mailto:/);
  expect(exp - Date.now() / 1000).toBeLessThanOrEqual(86_400);
}

describe("no push is sent", () => {
  test("None of a kind that the person does not want, and none in their quiet hours by the clock of their zone.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    await choose(ann, { kinds: { tickets: { push: false } } });
    await push(ann);
    expect(received).toHaveLength(0);
    await push(ann, { words: "order_confirmed" });
    expect(received).toHaveLength(1);
    const [from, to] = [clock(Date.now() - 3600_000), clock(Date.now() + 3600_000)];
    await choose(ann, { quiet_hours: { from, to } });
    await push(ann, { words: "order_confirmed" });
    expect(received).toHaveLength(1);
    await rows("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = ?", ann.id);
    await push(ann, { words: "order_confirmed" });
    expect(received).toHaveLength(2);
  });

  test("None while a socket of the person was heard within a minute, in their inbox or in a room.", async () => {
    const [ann, ben] = await Promise.all([person(), person()]);
    const [hers, his] = [await subscribed(ann), await subscribed(ben)];
    const inbox = await connectNative("/ws/me/", ann.token);
    await inbox.next();
    const track = await connectNative("/ws/location/", ben.token);
    await track.next();
    await Promise.all([push(ann), push(ben)]);
    expect([hers, his]).toEqual([[], []]);
    inbox.close();
    track.close();
    await Promise.all([inbox.closed, track.closed]);
    await Promise.all([push(ann), push(ben)]);
    expect([hers.length, his.length]).toEqual([1, 1]);
  });

  test("None about what was read meanwhile, was replaced by something newer, or is too old.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    const id = await notify(ann.id);
    await post(`/api/v1/notifications/${id}/read/`, {}, { token: ann.token });
    await deliverTo(ann);
    await push(ann, {}, 25 * 3600_000);
    await notify(ann.id, { ref: "again" });
    await rows(
      "UPDATE notifications SET created_at = created_at + 5 WHERE user_id = ? AND ref = 'again'",
      ann.id,
    );
    await deliverTo(ann);
    expect(received).toEqual([]);
  });

  test("None to a device whose session has ended.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    await notify(ann.id);
    await post("/api/v1/auth/logout/", {}, { token: ann.token });
    await deliverTo(ann);
    expect(received).toEqual([]);
  });
});

describe("the answer of a push service", () => {
  const answering =
    (status: number, headers: Record<string, string> = {}) =>
    () =>
      new Response(null, { status, headers });
  const devicesOf = ({ id }: Person) => rows("SELECT * FROM push_subscriptions WHERE user_id = ?", id);

  test.each([404, 410])("After %d the subscription is over.", async (status) => {
    const ann = await person();
    const received = await subscribed(ann, answering(status));
    expect(await push(ann)).not.toBeInstanceOf(Error);
    expect([received.length, await devicesOf(ann)]).toEqual([1, []]);
  });

  test("After a device has registered anew, an end of its former subscription means nothing.", async () => {
    const ann = await person();
    const next = browser();
    await register(
      browser(async () => {
        await register(next, ann);
        return new Response(null, { status: 410 });
      }),
      ann,
    );
    await push(ann);
    expect(await devicesOf(ann)).toMatchObject([{ address: next.body.endpoint }]);
  });

  test("An answer 429 is tried again after the time that it names, and only for the device that it is about.", async () => {
    const ann = await person();
    const again = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
    const fine = await subscribed(ann);
    const busy = await subscribed({ token: again.body.access }, (nth) =>
      nth === 0
        ? new Response(null, { status: 429, headers: { "retry-after": "120" } })
        : new Response(null, { status: 201 }),
    );
    expect(await push(ann)).toMatchObject({ name: "DeliveryError", final: false, retryAfter: 120 });
    await deliverTo(ann, 120_000);
    expect([fine.length, busy.length]).toEqual([1, 2]);
  });

  test("Answers 5xx and a service that can't be reached are tried again; a refusal of ours is not.", async () => {
    const [ann, ben, eve] = await Promise.all([person(), person(), person()]);
    await subscribed(ann, answering(503));
    await subscribed(ben, () => Promise.reject(new TypeError("connection refused")));
    await subscribed(eve, answering(403));
    expect(await push(ann)).toMatchObject({ final: false, retryAfter: undefined });
    expect(await push(ben)).toMatchObject({ final: false });
    expect(await push(eve)).toMatchObject({ final: true });
    expect(await devicesOf(eve)).toHaveLength(1);
  });

  test("An endpoint that the rule for URLs refuses by now is not asked, and its subscription is over.", async () => {
    const ann = await person();
    const received = await subscribed(ann);
    await rows("UPDATE push_subscriptions SET address = 'https://127.0.0.1/send' WHERE user_id = ?", ann.id);
    await push(ann);
    expect([received, await devicesOf(ann)]).toEqual([[], []]);
  });
});
