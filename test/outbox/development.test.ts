/** The development outbox: what it shows, and that it exists in development only. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, person, post, unique, uniquePhone } from "../harness/api.ts";
import { OPEN_LETTER, put, SECRET_LETTER } from "./rows.ts";

const address = () => `${unique()}@example.com`;

describe("/dev/outbox.json", () => {
  test("The development outbox is an array of letters with all that a client needs.", async () => {
    const to = address();
    const id = await put({ address: to, letter: OPEN_LETTER });
    const answer = await get(`/dev/outbox.json?to=${to}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toContain("application/json");
    expect(answer.body).toEqual([
      {
        id,
        to,
        subject: "[Caravan] Password Reset Email",
        text: expect.stringContaining("https://caravan.example/a"),
        html: expect.stringContaining("<!doctype html>"),
        links: ["https://caravan.example/a"],
        codes: [],
        attachments: [],
        headers: {},
        status: "pending",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
  });

  test("The development outbox lists codes apart from the text.", async () => {
    const to = address();
    await put({ address: to });
    const [letter] = await outboxOf(to);
    expect(letter).toMatchObject({ codes: ["123456"], links: [] });
    expect(letter?.text.split(" ").at(-1)).toBe("123456");
  });

  test("The development outbox has the newest letter first, also within one millisecond.", async () => {
    const [to, now] = [address(), Date.now()];
    const second = await put({ address: to, created_at: now });
    const third = await put({ address: to, created_at: now });
    const first = await put({ address: to, created_at: now - 1 });
    expect((await outboxOf(to)).map(({ id }) => id)).toEqual([third, second, first]);
  });

  test("The development outbox has everybody's letters without `to`, the newest first.", async () => {
    const made = [await put(), await put()];
    const { body } = await get("/dev/outbox.json");
    // Others may have written since, and clocks of other tests run ahead.
    const ids = body.map(({ id }: { id: string }) => id).filter((id: string) => made.includes(id));
    expect(ids).toEqual(made.reverse());
    expect(body.length).toBeLessThanOrEqual(500);
  });

  test("The development outbox finds an address in any case, and no similar one.", async () => {
    const to = address();
    await put({ address: to });
    await put({ address: `x${to}` });
    for (const words of [to, to.toUpperCase(), ` ${to} `])
      expect((await get(`/dev/outbox.json?to=${encodeURIComponent(words)}`)).body).toHaveLength(1);
    expect((await get("/dev/outbox.json?to=%25@example.com")).body).toEqual([]);
    expect((await get("/dev/outbox.json?to=nobody@example.com")).body).toEqual([]);
  });

  test("The development outbox finds a phone, with its plus encoded or not.", async () => {
    const phone = uniquePhone();
    await put({ kind: "sms", address: phone, letter: { text: "code 654321", code: "654321" } });
    for (const words of [encodeURIComponent(phone), phone, phone.slice(1)])
      expect((await get(`/dev/outbox.json?to=${words}`)).body).toMatchObject([
        { to: phone, subject: "SMS", text: "code 654321", codes: ["654321"], html: "", links: [] },
      ]);
  });

  test("The development outbox shows letters and no other effects.", async () => {
    const to = address();
    await put({ address: to, kind: "revoke", letter: { userId: 1 } });
    expect((await get(`/dev/outbox.json?to=${to}`)).body).toEqual([]);
  });

  test("The development outbox shows a letter before and after the queue delivered it.", async () => {
    const { email } = await person();
    expect(await outboxOf(email)).toHaveLength(1);
  });

  test("The development outbox lists a letter whose secret was erased.", async () => {
    const to = address();
    await put({ address: to, status: "sent", letter: {} });
    expect(await outboxOf(to)).toMatchObject([{ to, subject: "", text: "", links: [], codes: [] }]);
  });
});

describe("/dev/outbox/", () => {
  test("The development outbox's page shows letters as text, with links to follow.", async () => {
    const to = address();
    const data = { url: "https://caravan.example/a?b=1&c=2", username: "<script>alert(1)</script>" };
    await put({ address: to, letter: { ...OPEN_LETTER, data } });
    const { body } = await get(`/dev/outbox/?to=${to}`);
    expect(body).toContain(to);
    expect(body).toContain('<a href="https://caravan.example/a?b=1&amp;c=2">');
    expect(body).not.toContain("<script>alert");
    expect((await get("/dev/outbox/?to=nobody@example.com")).body).toContain("Nothing here yet.");
  });
});

const LIVE = { PUBLIC_ORIGIN: "https://caravan.example", RESEND_API_KEY: "re_of_the_tests" };

describe.each([
  ["production", { ...LIVE, APP_ENV: "production" }],
  ["staging", { ...LIVE, APP_ENV: "staging" }],
])("in %s", (_, settings) => {
  test.each(["/dev/outbox.json", "/dev/outbox/", "/dev/outbox"])(
    "The path %s does not exist outside development.",
    async (path) => {
      const to = address();
      await put({ address: to, letter: SECRET_LETTER });
      const answer = await get(`${path}?to=${to}`, { settings });
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual({ detail: "Not found." });
    },
  );

  test("Outside development the sample data can't be loaded, and the start page names no login.", async () => {
    expect((await post("/dev/samples/", {}, { settings })).status).toBe(404);
    expect((await get("/dev/samples/", { settings })).body).toEqual({ detail: "Not found." });
    const { body, status } = await get("/", { settings });
    expect(status).toBe(200);
    expect(body).not.toMatch(/outbox|password|client1|admin@/i);
  });
});

test("With a mail key the development outbox does not exist, because letters leave the machine.", async () => {
  const settings = { RESEND_API_KEY: "re_of_the_tests" };
  expect((await get("/dev/outbox.json", { settings })).status).toBe(404);
  expect((await get("/dev/outbox/", { settings })).status).toBe(404);
  expect((await get("/", { settings })).body).not.toContain("/dev/outbox/");
});

test("The start page in development links to the outbox.", async () => {
  const { body } = await get("/");
  expect(body).toContain('href="/dev/outbox/"');
  expect(body).toContain("client1");
});
