/** Tow Truck sign-in: by phone, one refusal for every failure, and a limit on guesses that hits one account only. */
import { describe, expect, test } from "vitest";
import { get, post, rows, unique, uniquePhone } from "../../../harness/api.ts";
import { costOf, encodings, english, notText, rubbish, stranger } from "../../../identity/requests.ts";
import { claimsOf, login, PASSWORD, registered } from "../people.ts";

const LOGIN = "/api/v1/auth/login/";
const REFUSED = { status: 400, body: { non_field_errors: ["Неверный телефон или пароль."] } };

describe("sign-in", () => {
  test("Signing in answers the account and a pair of tokens for an hour and a week.", async () => {
    const { phone, user } = await registered();
    const { status, body } = await login(phone);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["user", "access", "refresh"]);
    expect(body.user).toEqual(user);
    const claims = claimsOf(body.access) as Record<string, number>;
    expect(claims).toMatchObject({ token_type: "access", user_id: user.id, sub: String(user.id) });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600);
    const [session] = await rows(
      "SELECT (refresh_expires_at - created_at) / 1000 AS seconds, door FROM sessions WHERE id = ?",
      claims.sid,
    );
    expect(session).toEqual({ seconds: 7 * 24 * 3600, door: "tow-truck" });
  });

  test("Each sign-in is a separate session.", async () => {
    const { phone } = await registered();
    const [one, two] = [await login(phone), await login(phone)];
    expect(claimsOf(one.body.access).sid).not.toBe(claimsOf(two.body.access).sid);
    expect(claimsOf(one.body.access).jti).not.toBe(claimsOf(two.body.access).jti);
  });

  test("Signing in accepts every body format and the path without its slash.", async () => {
    const { phone } = await registered();
    for (const [, encode] of encodings)
      expect((await post(LOGIN, encode({ phone, password: PASSWORD }))).status).toBe(200);
    expect((await post("/api/v1/auth/login", { phone, password: PASSWORD })).status).toBe(200);
  });

  test("Phone in every spelling, e-mail address and username all sign in.", async () => {
    const { phone, email, user } = await registered();
    const names = [
      phone,
      phone.slice(1),
      `8${phone.slice(2)}`,
      ` ${phone} `,
      email.toUpperCase(),
      user.username,
    ];
    for (const name of names) expect((await login(name)).body.user?.id).toBe(user.id);
  });

  test("A username that looks like another person's phone does not take over their sign-in.", async () => {
    const victim = await registered();
    const username = `8${victim.phone.slice(2)}`;
    const squatter = { username, email: `${unique()}@example.com`, password: "verysecret" };
    await post("/api/auth/signup/", squatter);
    expect((await login(username)).body.user.id).toBe(victim.id);
    expect(await login(username, "verysecret")).toMatchObject(REFUSED);
  });

  test("A stale token does not disturb signing in.", async () => {
    const { phone } = await registered();
    for (const authorization of ["Bearer stale", "Token stale", "Bearer", "nonsense"])
      expect((await login(phone, PASSWORD, { headers: { authorization } })).status).toBe(200);
  });
});

describe("refused sign-ins", () => {
  test("An unknown phone, a wrong password and a blocked user get the same answer, in both languages.", async () => {
    const { phone, id } = await registered();
    expect(await login(uniquePhone())).toMatchObject(REFUSED);
    expect(await login("notaphone")).toMatchObject(REFUSED);
    expect(await login(phone, "not the password")).toMatchObject(REFUSED);
    expect((await login(phone, "not the password", { headers: english })).body).toEqual({
      non_field_errors: ["Wrong phone or password."],
    });
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", id);
    expect(await login(phone)).toMatchObject(REFUSED);
    expect(
      await rows(
        "SELECT id FROM sessions WHERE user_id = ? AND created_at <> (SELECT min(created_at) FROM sessions WHERE user_id = ?)",
        id,
        id,
      ),
    ).toEqual([]);
  });

  test("A refused sign-in costs the same whether the account exists or not.", async () => {
    const { phone } = await registered();
    const answerTo = async (name: string) => {
      const headers = { "content-type": "application/json", ...stranger() };
      const body = JSON.stringify({ phone: name, password: "not the password" });
      const request = new Request("http://caravan.test/api/v1/auth/login/", {
        method: "POST",
        headers,
        body,
      });
      const { response, statements, hashes } = await costOf(request);
      return { status: response.status, body: await response.text(), statements, hashes };
    };
    const known = await answerTo(phone);
    expect(known).toMatchObject({ status: 400, hashes: 1 });
    expect(await answerTo(uniquePhone())).toEqual(known);
  });

  test("A password that differs in a space or in case is refused.", async () => {
    const { phone } = await registered();
    for (const password of [` ${PASSWORD}`, `${PASSWORD} `, PASSWORD.toUpperCase()])
      expect(await login(phone, password)).toMatchObject(REFUSED);
  });

  test("Missing and blank fields are refused by name.", async () => {
    const required = ["Обязательное поле."];
    const blank = ["Это поле не может быть пустым."];
    expect(await post(LOGIN, {})).toMatchObject({
      status: 400,
      body: { phone: required, password: required },
    });
    expect(await post(LOGIN, { phone: " ", password: "" })).toMatchObject({
      status: 400,
      body: { phone: blank, password: blank },
    });
    expect((await post(LOGIN, { phone: null, password: null })).body).toEqual({
      phone: blank,
      password: blank,
    });
  });

  test("The field `username` instead of `phone` is refused.", async () => {
    const { user } = await registered();
    expect(await post(LOGIN, { username: user.username, password: PASSWORD })).toMatchObject({
      status: 400,
      body: { phone: ["Обязательное поле."] },
    });
  });

  test.each(rubbish)("Signing in is refused when the body is %s.", async (_name, body) => {
    expect((await post(LOGIN, body)).status).toBe(400);
  });

  test.each(
    ["phone", "password"].flatMap((field) => notText.map(([name, value]) => [field, name, value] as const)),
  )("A %s that is %s is refused.", async (field, _name, value) => {
    const body = { phone: "+79001112233", password: "a quiet harbour", [field]: value };
    expect((await post(LOGIN, body)).status).toBe(400);
  });
});

describe("limits of password guesses", () => {
  test("Guesses at one account end in 429 within 60, by any name and from any address; other accounts still sign in.", async () => {
    const victim = await registered();
    const bystander = await registered();
    const names = [victim.phone, victim.email, victim.user.username, `8${victim.phone.slice(2)}`];
    const statuses: number[] = [];
    for (let guess = 0; guess < 60 && statuses.at(-1) !== 429; guess += 1) {
      const name = names[guess % names.length] ?? "";
      statuses.push((await login(name, `wrong guess ${guess}`, { headers: stranger() })).status);
    }
    expect(statuses.at(-1)).toBe(429);
    expect(statuses.slice(0, -1).every((status) => status === 400)).toBe(true);
    const refused = await login(victim.phone, PASSWORD, { headers: stranger() });
    expect(refused).toMatchObject({ status: 429, body: { detail: "Запрос был проигнорирован." } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await login(bystander.phone)).status).toBe(200);
    expect((await get("/api/v1/auth/profile/", { token: victim.access })).status).toBe(200);
  });

  test("Guesses from one address end sooner, and other addresses still sign in.", async () => {
    const { phone } = await registered();
    const settings = { RATE_GUESS_FROM_ADDRESS: "3/900" };
    const thief = stranger();
    for (let guess = 0; guess < 3; guess += 1)
      expect((await login(phone, "wrong guess", { headers: thief, settings })).status).toBe(400);
    const refused = await login(phone, PASSWORD, { headers: { ...thief, ...english }, settings });
    expect(refused).toMatchObject({ status: 429, body: { detail: "Request was throttled." } });
    expect((await login(phone, PASSWORD, { headers: stranger(), settings })).status).toBe(200);
  });

  test("Guesses at an unknown account end like those at a known one.", async () => {
    const settings = { RATE_GUESS: "2/900" };
    const known = (await registered()).phone;
    const unknown = uniquePhone();
    for (const phone of [known, unknown]) {
      const statuses: number[] = [];
      for (let guess = 0; guess < 3; guess += 1)
        statuses.push((await login(phone, "wrong guess", { headers: stranger(), settings })).status);
      expect(statuses).toEqual([400, 400, 429]);
    }
  });

  test("A successful sign-in resets the count of guesses.", async () => {
    const { phone } = await registered();
    const settings = { RATE_GUESS: "3/900" };
    for (let round = 0; round < 2; round += 1) {
      expect((await login(phone, "wrong guess", { settings })).status).toBe(400);
      expect((await login(phone, "wrong guess", { settings })).status).toBe(400);
      expect((await login(phone, PASSWORD, { settings })).status).toBe(200);
    }
  });

  test("Sign-ins and registrations from one address are limited.", async () => {
    const settings = { RATE_LOGIN: "1/60", RATE_REGISTRATION: "1/60" };
    const headers = stranger();
    const { phone } = await registered();
    expect((await login(phone, PASSWORD, { headers, settings })).status).toBe(200);
    expect((await login(phone, PASSWORD, { headers, settings })).status).toBe(429);
    const form = () => ({
      phone: uniquePhone(),
      password: PASSWORD,
      password_confirm: PASSWORD,
      user_type: "CLIENT",
    });
    expect((await post("/api/v1/auth/register/", form(), { headers, settings })).status).toBe(201);
    const refused = form();
    expect((await post("/api/v1/auth/register/", refused, { headers, settings })).status).toBe(429);
    expect(await rows("SELECT id FROM users WHERE phone = ?", refused.phone)).toEqual([]);
  });
});
