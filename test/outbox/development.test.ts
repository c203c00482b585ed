/** The outbox on a developer's machine: what it shows, and that it is nowhere else. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, person, post, unique, uniquePhone } from "../harness/api.ts";
import { OPEN_LETTER, put, SECRET_LETTER } from "./rows.ts";

const address = () => `${unique()}@example.com`;

describe("/dev/outbox.json", () => {
  test("is an array of letters, each with all a client needs", async () => {
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
        status: "pending",
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    ]);
  });

  test("lists codes apart from the text", async () => {
    const to = address();
    await put({ address: to });
    const [letter] = await outboxOf(to);
    expect(letter).toMatchObject({ codes: ["123456"], links: [] });
    expect(letter?.text.split(" ").at(-1)).toBe("123456");
  });

  test("is newest first, also within one millisecond", async () => {
    const [to, now] = [address(), Date.now()];
    const second = await put({ address: to, created_at: now });
    const third = await put({ address: to, created_at: now });
    const first = await put({ address: to, created_at: now - 1 });
    expect((await outboxOf(to)).map(({ id }) => id)).toEqual([third, second, first]);
  });

  test("shows everybody's without `to`, the newest of them first", async () => {
    const made = [await put(), await put()];
    const { body } = await get("/dev/outbox.json");
    // Others may have written since, and clocks of other tests run ahead.
    const ids = body.map(({ id }: { id: string }) => id).filter((id: string) => made.includes(id));
    expect(ids).toEqual(made.reverse());
    expect(body.length).toBeLessThanOrEqual(500);
  });

  test("finds an address however it is written, and nothing like it", async () => {
    const to = address();
    await put({ address: to });
    await put({ address: `x${to}` });
    for (const words of [to, to.toUpperCase(), ` ${to} `])
      expect((await get(`/dev/outbox.json?to=${encodeURIComponent(words)}`)).body).toHaveLength(1);
    expect((await get("/dev/outbox.json?to=%25@example.com")).body).toEqual([]);
    expect((await get("/dev/outbox.json?to=nobody@example.com")).body).toEqual([]);
  });

  test("finds a phone, with its plus encoded or not", async () => {
    const phone = uniquePhone();
    await put({ kind: "sms", address: phone, letter: { text: "code 654321", code: "654321" } });
    for (const words of [encodeURIComponent(phone), phone, phone.slice(1)])
      expect((await get(`/dev/outbox.json?to=${words}`)).body).toMatchObject([
        { to: phone, subject: "SMS", text: "code 654321", codes: ["654321"], html: "", links: [] },
      ]);
  });

  test("shows letters only, no other effects", async () => {
    const to = address();
    await put({ address: to, kind: "revoke", letter: { userId: 1 } });
    expect((await get(`/dev/outbox.json?to=${to}`)).body).toEqual([]);
  });

  test("shows a letter before the queue had it, and after", async () => {
    const { email } = await person();
    expect(await outboxOf(email)).toHaveLength(1);
  });

  test("still lists a letter whose secret is forgotten", async () => {
    const to = address();
    await put({ address: to, status: "sent", letter: {} });
    expect(await outboxOf(to)).toMatchObject([{ to, subject: "", text: "", links: [], codes: [] }]);
  });
});

describe("/dev/outbox/", () => {
  test("is the same as a page, where a letter is text and its link can be followed", async () => {
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
  test.each(["/dev/outbox.json", "/dev/outbox/", "/dev/outbox"])("%s is not there", async (path) => {
    const to = address();
    await put({ address: to, letter: SECRET_LETTER });
    const answer = await get(`${path}?to=${to}`, { settings });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ detail: "Not found." });
  });

  test("the sample data can't be loaded, and the start page names no login", async () => {
    expect((await post("/dev/samples/", {}, { settings })).status).toBe(404);
    const { body, status } = await get("/", { settings });
    expect(status).toBe(200);
    expect(body).not.toMatch(/outbox|password|client1|admin@/i);
  });
});

test("with a mail key the outbox is not there in development either, since letters leave the machine", async () => {
  const settings = { RESEND_API_KEY: "re_of_the_tests" };
  expect((await get("/dev/outbox.json", { settings })).status).toBe(404);
  expect((await get("/dev/outbox/", { settings })).status).toBe(404);
  expect((await get("/", { settings })).body).not.toContain("/dev/outbox/");
});

test("the start page of development leads to it", async () => {
  const { body } = await get("/");
  expect(body).toContain('href="/dev/outbox/"');
  expect(body).toContain("client1");
});
