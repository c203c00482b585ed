/** What Find Friend's registration refuses, word for word in both languages, without creating an account. */
import { describe, expect, test } from "vitest";
import { post, rows, unique } from "../../harness/api.ts";
import { english, notText, rubbish, stranger } from "../../identity/requests.ts";
import { newPerson, signIn, someone, USERS } from "./people.ts";

const made = async (email: string) => (await rows("SELECT id FROM users WHERE email = ?", email)).length;

const yearsAgo = (years: number, days = 0) => {
  const now = new Date();
  const day = now.getUTCMonth() === 1 && now.getUTCDate() === 29 ? 28 : now.getUTCDate();
  return new Date(Date.UTC(now.getUTCFullYear() - years, now.getUTCMonth(), day + days))
    .toISOString()
    .slice(0, 10);
};

const INVALID = "Некорректный адрес электронной почты.";
const EMAIL_LENGTH = "Почта должна содержать от 5 до 254 символов.";
const PASSWORD_LENGTH = "Пароль должен содержать от 8 до 50 символов.";
const COMMON = "Введённый пароль слишком широко распространён.";
const NUMERIC = "Введённый пароль состоит только из цифр.";
const SYMBOLS = "Введены недопустимые символы.";
const FIRST = "Имя должно содержать от 2 до 150 символов.";
const LAST = "Фамилия должна содержать от 2 до 150 символов.";
const BLANK = "Это поле не может быть пустым.";
const DATE = "Неправильный формат date. Используйте один из этих форматов: YYYY-MM-DD.";

describe("registration refuses", () => {
  test.each([
    ["email", "testone.test.ru", [INVALID]],
    ["email", "a@a", [INVALID]],
    ["email", `${"a".repeat(250)}@test.ru`, [EMAIL_LENGTH]],
    ["email", "<test>@test.ru", [INVALID]],
    ["email", "тест@test.ru", [INVALID]],
    ["email", "test@почта", [INVALID]],
    ["email", " ", [BLANK]],
    ["password", "p", [PASSWORD_LENGTH]],
    ["password", "p".repeat(51), [PASSWORD_LENGTH]],
    ["password", "81672049", [NUMERIC]],
    ["password", "qwerty123", [COMMON]],
    ["password", "12345678", [COMMON, NUMERIC]],
    ["password", "1234567", [PASSWORD_LENGTH, NUMERIC]],
    ["password", " ", [BLANK]],
    ["first_name", "F", [FIRST]],
    ["first_name", "f".repeat(151), [FIRST]],
    ["first_name", "123", [SYMBOLS]],
    ["first_name", "<>", [SYMBOLS]],
    ["first_name", "1", [SYMBOLS, FIRST]],
    ["first_name", " ", [BLANK]],
    ["last_name", "L", [LAST]],
    ["last_name", "l".repeat(151), [LAST]],
    ["last_name", "123", [SYMBOLS]],
    ["last_name", "<>", [SYMBOLS]],
    ["last_name", "Анна  Мария", [SYMBOLS]],
    ["last_name", " ", [BLANK]],
    ["birthday", "17.05.1990", [DATE]],
    ["birthday", "1990-02-30", [DATE]],
    ["birthday", "yesterday", [DATE]],
    ["birthday", yearsAgo(0, 1), ["Некорректная дата рождения."]],
    ["birthday", yearsAgo(14), ["Указанный возраст меньше 14 лет! Проверьте дату рождения."]],
    ["birthday", yearsAgo(120), ["Возраст больше 120 лет! Проверьте дату рождения."]],
  ])("Registration refuses the field %s with %j.", async (field, value, faults) => {
    const form = newPerson({ [field]: value });
    expect(await post(USERS, form)).toMatchObject({ status: 400, body: { [field]: faults } });
    expect(await made((form.email ?? "").trim().toLowerCase())).toBe(0);
  });

  test("Registration accepts values at the limits.", async () => {
    for (const changes of [
      { birthday: yearsAgo(14, -1) },
      { birthday: yearsAgo(120, 1) },
      { password: "p".repeat(50) },
      { first_name: "Ая", last_name: "я".repeat(150) },
      { first_name: "Анна-Мария", last_name: "Анна -Мария" },
    ] as Record<string, string>[])
      expect((await post(USERS, newPerson(changes))).status).toBe(201);
  });

  test.each([
    [
      { password: "Тестовый" },
      "Введённый пароль слишком похож на Имя.",
      "The password is too similar to the first name.",
    ],
    [
      { password: "zukovskaya", last_name: "Zukovskaya" },
      "Введённый пароль слишком похож на Фамилия.",
      "The password is too similar to the last name.",
    ],
    [
      { password: "somebody77", email: "somebody77@example.com" },
      "Введённый пароль слишком похож на Электронная почта.",
      "The password is too similar to the email address.",
    ],
  ])("Registration refuses a password similar to the person: %j.", async (changes, ru, en) => {
    const form = newPerson(changes as Record<string, string>);
    expect(await post(USERS, form)).toMatchObject({ status: 400, body: { password: [ru] } });
    expect((await post(USERS, form, { headers: english })).body).toEqual({ password: [en] });
  });

  test("Registration reports similarity first, then length.", async () => {
    const { body } = await post(USERS, newPerson({ password: "Юзер" }));
    expect(body.password).toEqual(["Введённый пароль слишком похож на Фамилия.", PASSWORD_LENGTH]);
  });

  test("Registration reports faults in English if requested.", async () => {
    const form = newPerson({ first_name: "F", last_name: "1!", email: "nobody", birthday: yearsAgo(1) });
    expect(await post(USERS, form, { headers: english })).toMatchObject({
      status: 400,
      body: {
        first_name: ["A first name has 2 to 150 characters."],
        last_name: ["Invalid characters."],
        email: ["Invalid e-mail address."],
      },
    });
    expect((await post(USERS, newPerson({ password: "p" }), { headers: english })).body).toEqual({
      password: ["A password has 8 to 50 characters."],
    });
    const taken = await someone();
    expect((await post(USERS, newPerson({ email: taken.email }), { headers: english })).body).toEqual({
      email: ["A user with that email already exists."],
    });
  });

  test("Registration reports all wrong and missing fields together, and checks the password after them.", async () => {
    expect(await post(USERS, { first_name: " ", email: "nobody", password: "p" })).toMatchObject({
      status: 400,
      body: { first_name: [BLANK], last_name: ["Обязательное поле."], email: [INVALID] },
    });
    expect((await post(USERS, { first_name: " ", email: "nobody", password: "p" })).body).not.toHaveProperty(
      "password",
    );
    const required = ["Обязательное поле."];
    expect((await post(USERS, {})).body).toEqual({
      first_name: required,
      last_name: required,
      email: required,
      password: required,
    });
  });

  test("Registration refuses null for all fields but the birthday.", async () => {
    const nothing = { first_name: null, last_name: null, email: null, password: null, birthday: null };
    expect((await post(USERS, nothing)).body).toEqual({
      first_name: [BLANK],
      last_name: [BLANK],
      email: [BLANK],
      password: [BLANK],
    });
  });

  test("Registration refuses an address that is taken, in any case and from any app.", async () => {
    const { email } = await someone();
    const elsewhere = `${unique()}@example.com`;
    await post("/api/auth/signup/", { username: unique(), email: elsewhere, password: "verysecret" });
    for (const taken of [email, email.toUpperCase(), elsewhere]) {
      const { status, body } = await post(USERS, newPerson({ email: taken }));
      expect(status).toBe(400);
      expect(body).toEqual({ email: ["Пользователь с таким Электронная почта уже существует."] });
    }
    expect(await made(email)).toBe(1);
  });

  test("Of two concurrent registrations with one address, one succeeds.", async () => {
    const { email = "" } = newPerson();
    const responses = await Promise.all(
      ["Анна", "Мария"].map((first_name) => post(USERS, newPerson({ email, first_name }))),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(responses.find(({ status }) => status === 400)?.body).toEqual({
      email: ["Пользователь с таким Электронная почта уже существует."],
    });
    expect(await made(email)).toBe(1);
  });

  test("Registrations from one client address are limited as the settings say.", async () => {
    const options = { headers: stranger(), settings: { RATE_REGISTRATION: "1/900" } };
    expect((await post(USERS, newPerson(), options)).status).toBe(201);
    const form = newPerson();
    expect(await post(USERS, form, options)).toMatchObject({
      status: 429,
      body: { detail: "Запрос был проигнорирован." },
    });
    expect(await made(form.email ?? "")).toBe(0);
  });

  test.each(rubbish)("Registration refuses %s.", async (_name, body) => {
    expect((await post(USERS, body)).status).toBe(400);
  });

  test("Registration answers values that are not text without a server error.", async () => {
    for (const field of ["first_name", "last_name", "email", "password", "birthday"])
      for (const [name, value] of notText) {
        const { status } = await post(USERS, { ...newPerson(), [field]: value });
        expect([201, 400], `${field} that is ${name}`).toContain(status);
      }
  });

  test("Registration checks a name crafted to slow down a pattern quickly.", async () => {
    const names = [`${"a".repeat(149)}1`, `${"a -".repeat(49)}1`, `${"я".repeat(60)}1`, "a ".repeat(300_000)];
    for (const first_name of names) expect((await post(USERS, newPerson({ first_name }))).status).toBe(400);
  });

  test.each([["validpasswd"], ["verysecret"], ["new_verysecret"], ["alskdj01"], ["alskdj02"], ["alskdj03"]])(
    "Registration accepts the password %s.",
    async (password) => {
      expect((await post(USERS, newPerson({ password }))).status).toBe(201);
    },
  );

  test("Registration counts the password's length in user-perceived characters.", async () => {
    const face = "\u{1f600}";
    expect((await post(USERS, newPerson({ password: face.repeat(4) }))).body).toEqual({
      password: [PASSWORD_LENGTH],
    });
    const form = newPerson({ password: face.repeat(30) });
    expect((await post(USERS, form)).status).toBe(201);
    expect((await signIn(form.email ?? "", form.password)).status).toBe(200);
  });
});
