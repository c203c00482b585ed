/** What the Tow Truck password reset refuses: too many requests, too many guesses, and invalid bodies. */
import { describe, expect, test } from "vitest";
import { outboxOf, post, uniquePhone } from "../../../harness/api.ts";
import { english, notText, rubbish, stranger } from "../../../identity/requests.ts";
import { codeFor, otherThan, PASSWORD, registered } from "../people.ts";
import { ask, CONFIRM, confirm, form, RESET } from "./resets.ts";

describe("limits of password resets", () => {
  test("One phone gets ten codes an hour, and an unknown phone gets the same answers.", async () => {
    const { phone } = await registered();
    for (const number of [phone, uniquePhone()]) {
      const statuses: number[] = [];
      for (let time = 0; time < 11; time += 1) statuses.push((await ask(number)).status);
      expect(statuses).toEqual([...Array(10).fill(200), 429]);
    }
    expect(await outboxOf(phone)).toHaveLength(10);
  });

  test("The settings limit requests and guesses from one address.", async () => {
    const { phone } = await registered();
    const settings = { RATE_RESET: "2/900", RATE_CODE_GUESS: "3/900" };
    const headers = stranger();
    expect((await ask(phone, {}, { headers, settings })).status).toBe(200);
    expect((await ask(uniquePhone(), {}, { headers, settings })).status).toBe(200);
    const refused = await ask(uniquePhone(), {}, { headers, settings });
    expect(refused).toMatchObject({ status: 429, body: { detail: "Запрос был проигнорирован." } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    const code = await codeFor(phone);
    for (const number of [phone, uniquePhone(), uniquePhone()])
      expect((await confirm(number, otherThan(code), {}, { headers, settings })).status).toBe(400);
    expect((await confirm(phone, code, {}, { headers, settings })).status).toBe(429);
    expect((await confirm(phone, code, {}, { headers: stranger(), settings })).status).toBe(200);
  });

  test("By default guesses from one address end in 429 within 61.", async () => {
    const headers = stranger();
    const phone = uniquePhone();
    const statuses: number[] = [];
    for (let guess = 0; guess < 61; guess += 1)
      statuses.push((await confirm(phone, String(100_000 + guess), {}, { headers })).status);
    expect(statuses).toEqual([...Array(60).fill(400), 429]);
  });
});

describe("requesting and confirming refuse", () => {
  const ROUTES = [
    ["requesting", RESET, {}],
    ["confirming", CONFIRM, { code: "123456" }],
  ] as const;

  test.each(ROUTES)("Passwords that differ are refused when %s a reset.", async (_name, path, more) => {
    const body = form(uniquePhone(), { ...more, new_password_confirm: PASSWORD });
    expect(await post(path, body, { headers: stranger() })).toMatchObject({
      status: 400,
      body: { non_field_errors: ["Пароли не совпадают."] },
    });
    expect((await post(path, body, { headers: { ...english, ...stranger() } })).body).toEqual({
      non_field_errors: ["The two password fields didn't match."],
    });
  });

  test.each(ROUTES)(
    "A weak password is refused when %s a reset, for known and unknown phones.",
    async (_name, path, more) => {
      const { phone } = await registered();
      const weak = { ...more, new_password: "12345678", new_password_confirm: "12345678" };
      for (const number of [phone, uniquePhone()])
        expect(await post(path, form(number, weak), { headers: stranger() })).toMatchObject({
          status: 400,
          body: {
            new_password: [
              "Введённый пароль слишком широко распространён.",
              "Введённый пароль состоит только из цифр.",
            ],
          },
        });
      expect(await outboxOf(phone)).toEqual([]);
    },
  );

  test.each(ROUTES)(
    "Missing fields, a malformed phone and garbage are refused when %s a reset.",
    async (_name, path, more) => {
      const options = { headers: stranger() };
      const required = ["Обязательное поле."];
      const missing = Object.fromEntries(
        ["phone", "new_password", "new_password_confirm", ...Object.keys(more)].map((field) => [
          field,
          required,
        ]),
      );
      expect(await post(path, {}, options)).toMatchObject({ status: 400, body: missing });
      expect(await post(path, form("notaphone", more), options)).toMatchObject({
        status: 400,
        body: { phone: ["Укажите корректный номер телефона в международном формате."] },
      });
      for (const [name, body] of rubbish) expect((await post(path, body, options)).status, name).toBe(400);
      for (const field of Object.keys(form("", more)))
        for (const [name, value] of notText) {
          const { status } = await post(path, { ...form(uniquePhone(), more), [field]: value }, options);
          expect([200, 400], `${field} that is ${name}`).toContain(status);
        }
    },
  );
});
