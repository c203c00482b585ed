/** Find Friend sign-in and sign-out: the order of checks, a key per device, and limits on guesses. */
import { describe, expect, test } from "vitest";
import { get, post, rows } from "../../harness/api.ts";
import { encodings, english, notText, rubbish, stranger } from "../../identity/requests.ts";
import { LOGIN, LOGOUT, newPerson, PASSWORD, signIn, someone } from "./people.ts";

const ME = "/api/v1/auth/profile/";
const CANNOT = ["Невозможно войти с предоставленными учетными данными."];
const ASCII = "Почта должна содержать буквы только английского алфавита.";
const EMAIL_LENGTH = "Почта должна содержать от 5 до 254 символов.";
const INVALID = "Некорректный адрес электронной почты.";
const PASSWORD_LENGTH = "Пароль должен содержать от 8 до 50 символов.";
const BLANK = ["Это поле не может быть пустым."];

describe("sign-in", () => {
  test("A sign-in returns a key of forty hex digits that authenticates requests.", async () => {
    const { email } = await someone();
    const { status, body } = await signIn(email);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(["auth_token"]);
    expect(body.auth_token).toMatch(/^[0-9a-f]{40}$/);
    expect((await get(ME, { key: body.auth_token })).body.email).toBe(email);
    expect((await get(ME, { headers: { authorization: `token ${body.auth_token}` } })).status).toBe(200);
    expect(await rows("SELECT id FROM sessions WHERE key_hash = ?", body.auth_token)).toEqual([]);
  });

  test.each(encodings)("A sign-in accepts %s, with and without the slash.", async (_name, encode) => {
    const { email } = await someone();
    for (const path of [LOGIN, LOGIN.slice(0, -1)])
      expect((await post(path, encode({ email, password: PASSWORD }))).status).toBe(200);
  });

  test("A sign-in gives each device its own key.", async () => {
    const { email, key } = await someone();
    expect((await signIn(email)).body.auth_token).not.toBe(key);
  });

  test("A sign-in finds the address in any case.", async () => {
    const { email } = await someone();
    expect((await signIn(` ${email.toUpperCase()} `)).status).toBe(200);
  });

  test("A sign-in ignores an invalid key.", async () => {
    const { email, key } = await someone();
    await post(LOGOUT, undefined, { key });
    for (const authorization of [`Token ${key}`, "Token", "Token a b", "Bearer stale"])
      expect((await signIn(email, PASSWORD, { headers: { authorization } })).status).toBe(200);
  });
});

describe("sign-in refuses", () => {
  test.each([
    ["тест@test.ru", ASCII],
    ["тест", ASCII],
    ["testone.test.ru", INVALID],
    ["a@a", EMAIL_LENGTH],
    [`${"a".repeat(250)}@test.ru`, EMAIL_LENGTH],
    ["<test>@test.ru", INVALID],
  ])("A sign-in refuses the address %j.", async (email, words) => {
    expect(await signIn(email)).toMatchObject({ status: 400, body: { non_field_errors: [words] } });
  });

  test.each([["short"], ["p".repeat(51)], ["p".repeat(300)]])(
    "A sign-in refuses the password %j by its length.",
    async (password) => {
      const { email } = await someone();
      expect(await signIn(email, password)).toMatchObject({
        status: 400,
        body: { non_field_errors: [PASSWORD_LENGTH] },
      });
    },
  );

  test("A sign-in reports blank fields under their names, before all other faults.", async () => {
    expect((await signIn(" ", PASSWORD)).body).toEqual({ email: BLANK });
    expect((await signIn("тест", " ")).body).toEqual({ password: BLANK });
    expect((await post(LOGIN, { email: null, password: null })).body).toEqual({
      email: BLANK,
      password: BLANK,
    });
    expect((await post(LOGIN, { email: null, password: "" }, { headers: english })).body).toEqual({
      email: ["This field may not be blank."],
      password: ["This field may not be blank."],
    });
  });

  test("A sign-in reports missing fields as too short, the address first.", async () => {
    expect((await post(LOGIN, {})).body).toEqual({ non_field_errors: [EMAIL_LENGTH] });
    expect((await post(LOGIN, { password: PASSWORD })).body).toEqual({ non_field_errors: [EMAIL_LENGTH] });
    expect((await post(LOGIN, { email: "a@example.com" })).body).toEqual({
      non_field_errors: [PASSWORD_LENGTH],
    });
  });

  test("A sign-in refuses an unknown user, a wrong password and a blocked user alike.", async () => {
    const { email } = await someone();
    const unknown = newPerson().email ?? "";
    for (const [name, password] of [
      [unknown, PASSWORD],
      [email, "wrongpassword"],
      [email, PASSWORD.toUpperCase()],
    ] as const)
      expect(await signIn(name, password)).toMatchObject({ status: 400, body: { non_field_errors: CANNOT } });
    await rows("UPDATE users SET is_active = 0 WHERE email = ?", email);
    expect(await signIn(email)).toMatchObject({ status: 400, body: { non_field_errors: CANNOT } });
    expect((await signIn(unknown, PASSWORD, { headers: english })).body).toEqual({
      non_field_errors: ["Unable to log in with provided credentials."],
    });
  });

  test("A sign-in reports faults in English if requested.", async () => {
    const said = async (email: string, password: string) =>
      (await signIn(email, password, { headers: english })).body.non_field_errors[0];
    expect(await said("тест@test.ru", PASSWORD)).toBe(
      "An e-mail address takes letters of the English alphabet only.",
    );
    expect(await said("a@a", PASSWORD)).toBe("An e-mail address has 5 to 254 characters.");
    expect(await said("testone.test.ru", PASSWORD)).toBe("Invalid e-mail address.");
    expect(await said("a@example.com", "short")).toBe("A password has 8 to 50 characters.");
  });

  test.each(rubbish)("A sign-in refuses %s.", async (_name, body) => {
    expect((await post(LOGIN, body)).status).toBe(400);
  });

  test("A sign-in refuses values that are not text.", async () => {
    for (const field of ["email", "password"])
      for (const [name, value] of notText) {
        const body = { email: "a@example.com", password: PASSWORD, [field]: value };
        expect((await post(LOGIN, body)).status, `${field} that is ${name}`).toBe(400);
      }
  });

  test("A sign-in refuses any other method.", async () => {
    for (const path of [LOGIN, LOGOUT])
      expect(await get(path)).toMatchObject({ status: 405, body: { detail: 'Метод "GET" не разрешен.' } });
  });
});

describe("guesses", () => {
  test("Password guesses at one account end in a 429 within 60 attempts; others are unaffected.", async () => {
    const [victim, bystander] = [await someone(), await someone()];
    const headers = stranger();
    const statuses: number[] = [];
    for (let guess = 0; guess < 60 && statuses.at(-1) !== 429; guess += 1)
      statuses.push((await signIn(victim.email, `wrong guess ${guess}`, { headers })).status);
    expect(statuses.at(-1)).toBe(429);
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([400]));
    const refused = await signIn(victim.email, PASSWORD, { headers });
    expect(refused).toMatchObject({ status: 429, body: { detail: "Запрос был проигнорирован." } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await signIn(bystander.email, PASSWORD, { headers })).status).toBe(200);
    expect((await get(ME, { key: victim.key })).status).toBe(200);
  });

  test("Password guesses count together with those on Tow Truck's route.", async () => {
    const { email } = await someone();
    const settings = { RATE_GUESS: "2/900" };
    expect((await signIn(email, "wrong guess", { settings })).status).toBe(400);
    const other = { phone: email, password: "wrong guess" };
    expect((await post("/api/v1/auth/login/", other, { settings })).status).toBe(400);
    expect((await signIn(email, PASSWORD, { settings })).status).toBe(429);
  });

  test("Attempts with an impossible password are not counted.", async () => {
    const { email } = await someone();
    const settings = { RATE_GUESS: "1/900" };
    for (let guess = 0; guess < 3; guess += 1) await signIn(email, "short", { settings });
    expect((await signIn(email, PASSWORD, { settings })).status).toBe(200);
  });
});

describe("sign-out", () => {
  test("A sign-out returns no body and ends this device only.", async () => {
    const { email, key } = await someone();
    const other = (await signIn(email)).body.auth_token;
    expect(await post(LOGOUT, undefined, { key })).toMatchObject({ status: 204, body: "" });
    expect(await get(ME, { key })).toMatchObject({ status: 401, body: { detail: "Недопустимый токен." } });
    expect((await get(ME, { key: other })).status).toBe(200);
  });

  test("A sign-out accepts an empty JSON body, a form, and the path without its slash.", async () => {
    const { email } = await someone();
    for (const [path, body, headers] of [
      [LOGOUT, "", { "content-type": "application/json" }],
      [LOGOUT, {}, {}],
      [LOGOUT.slice(0, -1), new URLSearchParams({ a: "b" }), {}],
    ] as const) {
      const key = (await signIn(email)).body.auth_token;
      expect(
        (await post(path, body, { headers: { ...headers, authorization: `Token ${key}` } })).status,
      ).toBe(204);
      expect((await get(ME, { key })).status).toBe(401);
    }
  });

  test.each([
    [undefined, "Учетные данные не были предоставлены."],
    ["Basic YTpi", "Учетные данные не были предоставлены."],
    [`Token ${"0".repeat(40)}`, "Недопустимый токен."],
    ["Token nonsense", "Недопустимый токен."],
    ["Token", "Недопустимый заголовок токена. Не предоставлены учетные данные."],
    ["Token a b", "Недопустимый заголовок токена. Токен не должен содержать пробелов."],
  ])("A sign-out with %j is refused.", async (authorization, words) => {
    const answer = await post(LOGOUT, undefined, { headers: authorization ? { authorization } : {} });
    expect(answer).toMatchObject({ status: 401, body: { detail: words } });
    expect(answer.headers.get("www-authenticate")).toBe("Token");
  });

  test("A sign-out of a blocked user says so in both languages.", async () => {
    const { email, key } = await someone();
    await rows("UPDATE users SET is_active = 0 WHERE email = ?", email);
    expect(await post(LOGOUT, undefined, { key })).toMatchObject({
      status: 401,
      body: { detail: "Пользователь неактивен или удален." },
    });
    expect((await post(LOGOUT, undefined, { key, headers: english })).body).toEqual({
      detail: "User inactive or deleted.",
    });
  });

  test("A second sign-out with one key is refused.", async () => {
    const { key } = await someone();
    const responses = [await post(LOGOUT, undefined, { key }), await post(LOGOUT, undefined, { key })];
    expect(responses.map(({ status }) => status)).toEqual([204, 401]);
  });
});
