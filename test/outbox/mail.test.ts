/** Sending letters: once each, with an idempotency key for the provider, retried after failures, up to a limit. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { MAX_ATTEMPTS } from "../../src/platform/db/claims.ts";
import { envWith } from "../harness/api.ts";
import {
  accepted,
  deliver,
  letTimePass,
  OPEN_LETTER,
  outside,
  put,
  refusal,
  SECRET_LETTER,
  stored,
} from "./rows.ts";

const RESEND = envWith({ RESEND_API_KEY: "re_of_the_tests", MAIL_FROM: "Caravan <hello@caravan.example>" });

let warnings: MockInstance<typeof console.warn>;
beforeEach(() => {
  warnings = vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("A letter is sent to the provider under its row's id.", async () => {
  const sent = outside(accepted);
  const id = await put({ address: "ann@example.com" });
  expect(await deliver([id], RESEND)).toEqual({ acked: ["0"], retried: [] });
  expect(sent).toHaveLength(1);
  expect(sent[0]?.url).toBe("https://api.resend.com/emails");
  expect(sent[0]?.headers.get("authorization")).toBe("Bearer re_of_the_tests");
  expect(sent[0]?.headers.get("idempotency-key")).toBe(id);
  expect(sent[0]?.body).toMatchObject({
    from: "Caravan <hello@caravan.example>",
    to: "ann@example.com",
    subject: "Password reset",
    text: "Your code to reset the password: 123456",
  });
  expect(sent[0]?.body.html).toContain("123456");
  expect(await stored(id)).toMatchObject({ status: "sent", attempts: 1, last_error: null });
  expect((await stored(id)).sent_at).toBeGreaterThan(Date.now() - 10_000);
});

test("A letter's file and headers go to the provider in its own words; a plain letter has neither.", async () => {
  const sent = outside(accepted);
  const event = {
    ...{ uid: "u@caravan.example", sequence: 1, createdAt: 0, updatedAt: 0, startsAt: 0, endsAt: null },
    ...{ name: "Прогулка", description: "", location: "", latitude: null, longitude: null },
  };
  const data = {
    ...{ name: "Прогулка", location: "", startsAt: 0, endsAt: null, participants: [], count: 0 },
    invitation: { event, organizer: { name: "Bob", address: "hello@caravan.example" } },
    attendee: { name: "Ann", address: "ann@example.com", accepted: false },
  };
  const unsubscribe = "https://caravan.example/unsubscribe/event_changes?person=1&signature=x";
  const letter = { template: "event.updated", locale: "ru", data, secret: false, unsubscribe };
  await deliver([await put({ letter }), await put()], RESEND);
  const [invitation, plain] = sent.map(({ body }) => body);
  expect(invitation.headers).toEqual({
    "List-Unsubscribe": `<${unsubscribe}>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  });
  expect(invitation.text).toContain(unsubscribe);
  const [file] = invitation.attachments;
  expect([file.filename, file.content_type]).toEqual([
    "invite.ics",
    "text/calendar; charset=utf-8; method=REQUEST",
  ]);
  expect(new TextDecoder().decode(Uint8Array.fromBase64(file.content))).toContain("SUMMARY:Прогулка\r\n");
  expect(Object.keys(plain).sort()).toEqual(["from", "html", "subject", "text", "to"]);
});

test("Another server with the provider's API can replace the provider.", async () => {
  const sent = outside(accepted);
  const id = await put();
  await deliver([id], envWith({ RESEND_API_KEY: "re_x", RESEND_BASE_URL: "https://mail.example" }));
  expect(sent.map(({ url }) => url)).toEqual(["https://mail.example/emails"]);
});

test("A letter is in the language named by its row.", async () => {
  const sent = outside(accepted);
  await deliver([await put({ letter: { ...SECRET_LETTER, locale: "ru" } })], RESEND);
  expect(sent[0]?.body).toMatchObject({
    subject: "Восстановление пароля",
    text: "Ваш код для восстановления пароля: 123456",
  });
});

describe("once", () => {
  test("A redelivered message sends nothing.", async () => {
    const sent = outside(accepted);
    const id = await put();
    await deliver([id], RESEND);
    expect(await deliver([id], RESEND)).toEqual({ acked: ["0"], retried: [] });
    expect(sent).toHaveLength(1);
    expect(await stored(id)).toMatchObject({ status: "sent", attempts: 1 });
  });

  test("A row that is twice in one batch is sent once.", async () => {
    const sent = outside(accepted);
    const id = await put();
    expect((await deliver([id, id], RESEND)).acked).toEqual(["0", "1"]);
    expect(sent).toHaveLength(1);
  });

  test("A message that is delivered again while its first consumer works sends nothing.", async () => {
    let release = () => {};
    const authorizer = new Promise<void>((resolve) => {
      release = resolve;
    });
    const sent = outside(async () => {
      await authorizer;
      return accepted();
    });
    const id = await put();
    const first = deliver([id], RESEND);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(await deliver([id], RESEND, "caravan-jobs", 2)).toEqual({ acked: ["0"], retried: [] });
    release();
    await first;
    expect(sent).toHaveLength(1);
    expect(await stored(id)).toMatchObject({ status: "sent", attempts: 1 });
  });

  test("A retry after a consumer died repeats the same key, so that the provider sends nothing twice.", async () => {
    const sent = outside(accepted);
    const id = await put();
    // What a dead consumer leaves: claimed, not settled, its lease over.
    await env.DB.prepare("UPDATE outbox SET attempts = 1, next_attempt_at = 0, leased_until = 0 WHERE id = ?")
      .bind(id)
      .run();
    await deliver([id], RESEND);
    expect(sent.map(({ headers }) => headers.get("idempotency-key"))).toEqual([id]);
    expect(await stored(id)).toMatchObject({ status: "sent", attempts: 2 });
  });

  test("A message about a deleted row is acknowledged.", async () => {
    const sent = outside(accepted);
    expect((await deliver([crypto.randomUUID()], RESEND)).acked).toEqual(["0"]);
    expect(sent).toEqual([]);
  });
});

describe("a failure", () => {
  test.each([
    ["an answer of 500", refusal(500, "internal_server_error")],
    ["too many requests", refusal(429, "rate_limit_exceeded")],
    ["a wrong key", refusal(401, "missing_api_key")],
    ["no connection", () => Promise.reject(new TypeError("connection lost"))],
  ])("A failure by %s is retried later.", async (_, answer) => {
    outside(answer);
    const id = await put();
    const before = Date.now();
    expect(await deliver([id], RESEND)).toEqual({ acked: [], retried: [{ msgId: "0" }] });
    const row = await stored(id);
    expect(row).toMatchObject({ status: "pending", attempts: 1, leased_until: 0, sent_at: null });
    expect(row.last_error).toMatch(/^DeliveryError: /);
    expect(row.next_attempt_at).toBeGreaterThanOrEqual(before + 10_000);
    expect(row.payload).toContain("123456");
  });

  test("Each failure makes the wait longer, and after the last one the row is dead.", async () => {
    const sent = outside(refusal(500, "internal_server_error"));
    const id = await put();
    const waits: number[] = [];
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      const before = Date.now();
      expect((await deliver([id], RESEND)).retried).toHaveLength(1);
      waits.push(Math.floor((((await stored(id)).next_attempt_at ?? 0) - before) / 1000));
      await letTimePass(id);
    }
    expect(waits).toEqual([10, 20, 40, 80, 160, 320, 640]);
    expect(await deliver([id], RESEND)).toEqual({ acked: ["0"], retried: [] });
    expect(await stored(id)).toMatchObject({ status: "dead", attempts: MAX_ATTEMPTS });
    await letTimePass(id);
    await deliver([id], RESEND);
    expect(sent).toHaveLength(MAX_ATTEMPTS);
  });

  test("A failed letter is not retried before its time, whatever delivers it.", async () => {
    const sent = outside(refusal(500, "internal_server_error"));
    const id = await put();
    await deliver([id], RESEND);
    expect(await deliver([id], RESEND)).toEqual({ acked: ["0"], retried: [] });
    expect(sent).toHaveLength(1);
    expect(await stored(id)).toMatchObject({ status: "pending", attempts: 1 });
  });

  test("A failure of one letter repeats no other.", async () => {
    const sent = outside(({ body }) =>
      body.to.startsWith("bad") ? refusal(500, "internal_server_error")() : accepted(),
    );
    const ids = [await put(), await put({ address: "bad@example.com" }), await put()];
    expect(await deliver(ids, RESEND)).toEqual({
      acked: ["0", "2"],
      retried: [{ msgId: "1" }],
    });
    expect(sent).toHaveLength(3);
    expect(await Promise.all(ids.map(async (id) => (await stored(id)).status))).toEqual([
      "sent",
      "pending",
      "sent",
    ]);
  });

  test("A permanent failure is final at once.", async () => {
    outside(refusal(422, "validation_error"));
    const id = await put();
    expect(await deliver([id], RESEND)).toEqual({ acked: ["0"], retried: [] });
    expect(await stored(id)).toMatchObject({
      status: "dead",
      attempts: 1,
      last_error: "DeliveryError: validation_error: it said validation_error",
    });
  });

  test("A past failure is cleared when the letter is sent after all.", async () => {
    let answer: () => Response = refusal(500, "internal_server_error");
    outside(() => answer());
    const id = await put();
    await deliver([id], RESEND);
    await letTimePass(id);
    answer = accepted;
    await deliver([id], RESEND);
    expect(await stored(id)).toMatchObject({ status: "sent", attempts: 2, last_error: null });
  });
});

test.each([
  ["a letter of no template", { letter: { template: "nobody.knows", data: {} } }],
  ["a row without data", { letter: { template: "identity.reset_code" } }],
  ["a kind that nobody carries out", { kind: "pigeon" }],
])("The outbox row %s is dead and is not sent.", async (_, row) => {
  const sent = outside(accepted);
  const id = await put(row);
  expect((await deliver([id], RESEND)).retried).toEqual([]);
  expect((await stored(id)).status).toBe("dead");
  expect(sent).toEqual([]);
});

describe("a secret", () => {
  test("A secret is erased once the provider accepted the letter; data without a secret is kept.", async () => {
    outside(accepted);
    const [secret, open] = [await put(), await put({ letter: OPEN_LETTER })];
    await deliver([secret, open], RESEND);
    expect(await stored(secret)).toMatchObject({ status: "sent", payload: "{}" });
    expect(JSON.parse((await stored(open)).payload)).toEqual(OPEN_LETTER);
  });

  test("In development a letter keeps its secret to be read there, and no request leaves the machine.", async () => {
    const sent = outside(accepted);
    const id = await put();
    await deliver([id]);
    expect(sent).toEqual([]);
    expect(await stored(id)).toMatchObject({ status: "sent", payload: JSON.stringify(SECRET_LETTER) });
  });

  test("A secret is in no log line of a failure.", async () => {
    outside(refusal(500, "internal_server_error"));
    const id = await put({ address: "somebody@example.com" });
    await deliver([id], RESEND);
    const words = warnings.mock.calls.join("\n");
    expect(words).toContain(id);
    expect(words).not.toMatch(/123456|somebody@|re_of_the_tests/);
  });
});

test("A name in a letter is text, not markup, and the subject is one line.", async () => {
  const sent = outside(accepted);
  const data = { url: 'https://caravan.example/"><script>', username: "<b>Ann</b>\r\nBcc: all@example.com" };
  await deliver([await put({ letter: { ...OPEN_LETTER, data } })], RESEND);
  const { html, subject } = sent[0]?.body ?? {};
  expect(html).not.toMatch(/<b>|<script>/);
  expect(html).toContain("&#60;b&#62;Ann");
  expect(subject).not.toMatch(/[\r\n]/);
});
