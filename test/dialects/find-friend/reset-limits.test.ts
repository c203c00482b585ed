/** Limits of Find Friend's reset: mails, guesses at codes, and malformed bodies. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, post } from "../../harness/api.ts";
import { notText, rubbish, stranger } from "../../identity/requests.ts";
import { mailedCode, newPerson, someone } from "./people.ts";

const RESET = "/api/v1/users/reset_password/";
const VALIDATE = "/api/v1/users/reset_password/validate_token/";
const CONFIRM = "/api/v1/users/reset_password/confirm/";
const THROTTLED = { status: 429, body: { detail: "Запрос был проигнорирован." } };

const otherThan = (code: string | null) => String(100_000 + ((Number(code) - 100_000 + 1) % 900_000));

describe("mails", () => {
  test("Reset mails to one address are limited to ten an hour, for known and unknown addresses.", async () => {
    const { email } = await someone();
    const before = (await outboxOf(email)).length;
    for (const [address, status] of [
      [email, 200],
      [newPerson().email, 400],
    ]) {
      const statuses: number[] = [];
      for (let time = 0; time < 11; time += 1)
        statuses.push((await post(RESET, { email: address }, { headers: stranger() })).status);
      expect(statuses).toEqual([...Array(10).fill(status), 429]);
    }
    expect(await outboxOf(email)).toHaveLength(before + 10);
  });

  test("Reset mails requested from one client address are limited as the settings say.", async () => {
    const options = { headers: stranger(), settings: { RATE_RESET: "1/900" } };
    expect((await post(RESET, { email: (await someone()).email }, options)).status).toBe(200);
    const { email } = await someone();
    const refused = await post(RESET, { email }, options);
    expect(refused).toMatchObject(THROTTLED);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await mailedCode(email)).toBeNull();
  });
});

describe("guesses at a code", () => {
  test("Code guesses from one client address end in a 429 within 61 attempts, on either route.", async () => {
    const headers = stranger();
    const statuses: number[] = [];
    for (let guess = 0; guess < 61; guess += 1) {
      const token = `x${guess}`;
      const answer =
        guess % 2
          ? await post(VALIDATE, { token }, { headers })
          : await post(CONFIRM, { token, password: "alskdj02" }, { headers });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array(60).fill(404), 429]);
  });

  test("The limit of code guesses stops only the guessing client, even with the right code.", async () => {
    const { email } = await someone();
    await post(RESET, { email }, { headers: stranger() });
    const token = await mailedCode(email);
    const options = { headers: stranger(), settings: { RATE_CODE_GUESS: "2/900" } };
    for (let guess = 0; guess < 2; guess += 1)
      expect((await post(VALIDATE, { token: otherThan(token) }, options)).status).toBe(404);
    expect(await post(CONFIRM, { token, password: "alskdj02" }, options)).toMatchObject(THROTTLED);
    expect(
      (await post(CONFIRM, { token, password: "alskdj02" }, { ...options, headers: stranger() })).status,
    ).toBe(200);
  });

  test("An own right code does not restore used attempts.", async () => {
    const { email } = await someone();
    await post(RESET, { email }, { headers: stranger() });
    const token = await mailedCode(email);
    const options = { headers: stranger(), settings: { RATE_CODE_GUESS: "2/900" } };
    const statuses: number[] = [];
    for (const code of [otherThan(token), token, token, otherThan(token), token])
      statuses.push((await post(VALIDATE, { token: code }, options)).status);
    expect(statuses).toEqual([404, 200, 200, 404, 429]);
  });

  test("Code guesses are limited in total too.", async () => {
    const settings = { RATE_CODE_GUESS_TOTAL: "1/900" };
    await post(VALIDATE, { token: "x" }, { headers: stranger() });
    expect(await post(VALIDATE, { token: "x" }, { headers: stranger(), settings })).toMatchObject(THROTTLED);
  });
});

describe("the three routes", () => {
  const ROUTES = [RESET, VALIDATE, CONFIRM];

  test.each(ROUTES)("The route %s accepts only POST.", async (path) => {
    for (const form of [path, path.slice(0, -1)])
      expect(await get(form)).toMatchObject({ status: 405, body: { detail: 'Метод "GET" не разрешен.' } });
  });

  test.each(ROUTES)("The route %s answers malformed bodies without a server error.", async (path) => {
    const options = { headers: stranger() };
    for (const [name, body] of rubbish) expect((await post(path, body, options)).status, name).toBe(400);
    for (const field of ["email", "token", "password"])
      for (const [name, value] of notText) {
        const body = { email: newPerson().email, token: "x", password: "alskdj02", [field]: value };
        const { status } = await post(path, body, options);
        expect([400, 404], `${field} that is ${name}`).toContain(status);
      }
  });

  test("The reset routes report missing fields.", async () => {
    const required = ["Обязательное поле."];
    const blank = ["Это поле не может быть пустым."];
    const options = { headers: stranger() };
    expect(await post(VALIDATE, {}, options)).toMatchObject({ status: 400, body: { token: required } });
    expect((await post(VALIDATE, { token: " " }, options)).body).toEqual({ token: blank });
    expect((await post(CONFIRM, {}, options)).body).toEqual({ token: required, password: required });
    expect((await post(CONFIRM, { token: null, password: "" }, options)).body).toEqual({
      token: blank,
      password: blank,
    });
  });
});
