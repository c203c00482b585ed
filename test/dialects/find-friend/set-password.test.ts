/** Find Friend's change of password: it needs the old one, and signs every other device out. */
import { describe, expect, test } from "vitest";
import { get, post } from "../../harness/api.ts";
import { encodings, english, notText, rubbish } from "../../identity/requests.ts";
import { PASSWORD, signIn, someone } from "./people.ts";

const SET = "/api/v1/users/set_password/";
const ME = "/api/v1/auth/profile/";
const NEW = "alskdj02";

const change = (key: string, current_password = PASSWORD, new_password = NEW, headers = {}) =>
  post(SET, { current_password, new_password }, { headers: { ...headers, authorization: `Token ${key}` } });

describe("a change of password", () => {
  test("A password change keeps this device, ends the others, and the new password signs in.", async () => {
    const { email, key } = await someone();
    const other = (await signIn(email)).body.auth_token;
    const answer = await change(key);
    expect(answer).toMatchObject({ status: 204, body: "" });
    expect((await get(ME, { key })).status).toBe(200);
    expect((await get(ME, { key: other })).status).toBe(401);
    expect((await signIn(email)).status).toBe(400);
    expect((await signIn(email, NEW)).status).toBe(200);
  });

  test.each(encodings)("A password change accepts %s, with and without the slash.", async (_name, encode) => {
    const { key } = await someone();
    const there = encode({ current_password: PASSWORD, new_password: NEW });
    const back = encode({ current_password: NEW, new_password: PASSWORD });
    expect((await post(SET, there, { key })).status).toBe(204);
    expect((await post(SET.slice(0, -1), back, { key })).status).toBe(204);
  });

  test("A password change takes both passwords verbatim.", async () => {
    const { email, key } = await someone();
    expect((await change(key, ` ${PASSWORD}`)).status).toBe(400);
    expect((await change(key, PASSWORD, " with spaces ")).status).toBe(204);
    expect((await signIn(email, " with spaces ")).status).toBe(200);
  });
});

describe("a change of password is refused", () => {
  test("A password change without a session is refused before the body is read.", async () => {
    const answer = await post(SET, {});
    expect(answer).toMatchObject({ status: 401, body: { detail: "Учетные данные не были предоставлены." } });
    expect(answer.headers.get("www-authenticate")).toBe("Token");
    expect((await post(SET, {}, { key: "0".repeat(40) })).body).toEqual({ detail: "Недопустимый токен." });
  });

  test("A password change with a wrong current password is refused in both languages and changes nothing.", async () => {
    const { email, key } = await someone();
    expect(await change(key, "wrongpassword")).toMatchObject({
      status: 400,
      body: { current_password: ["Текущий пароль введён неверно."] },
    });
    expect((await change(key, "wrongpassword", NEW, english)).body).toEqual({
      current_password: ["The current password is wrong."],
    });
    expect((await signIn(email)).status).toBe(200);
  });

  test.each([
    ["p", ["Пароль должен содержать от 8 до 50 символов."]],
    ["p".repeat(51), ["Пароль должен содержать от 8 до 50 символов."]],
    ["81672049", ["Введённый пароль состоит только из цифр."]],
    ["qwerty123", ["Введённый пароль слишком широко распространён."]],
    ["Тестовый", ["Введённый пароль слишком похож на Имя."]],
    [" ", ["Это поле не может быть пустым."]],
  ])("A password change to %j is refused.", async (password, faults) => {
    const { email, key } = await someone();
    expect(await change(key, PASSWORD, password)).toMatchObject({
      status: 400,
      body: { new_password: faults },
    });
    expect((await signIn(email)).status).toBe(200);
  });

  test("A password change without its fields is refused.", async () => {
    const { key } = await someone();
    const required = ["Обязательное поле."];
    expect(await post(SET, {}, { key })).toMatchObject({
      status: 400,
      body: { current_password: required, new_password: required },
    });
  });

  test("A password change by GET is refused.", async () => {
    const { key } = await someone();
    expect(await get(SET, { key })).toMatchObject({
      status: 405,
      body: { detail: 'Метод "GET" не разрешен.' },
    });
  });

  test("A password change is refused after too many guesses at the current password, counted per session: signing in stays open.", async () => {
    const { email, key } = await someone();
    const settings = { RATE_GUESS: "2/900" };
    const guess = { current_password: "wrongpassword", new_password: NEW };
    for (let n = 0; n < 2; n++) expect((await post(SET, guess, { key, settings })).status).toBe(400);
    expect((await post(SET, { ...guess, current_password: PASSWORD }, { key, settings })).status).toBe(429);
    expect((await signIn(email, PASSWORD, { settings })).status).toBe(200);
  });

  test("A password change answers malformed values without a server error.", async () => {
    const { key } = await someone();
    for (const [name, body] of rubbish) expect((await post(SET, body, { key })).status, name).toBe(400);
    for (const field of ["current_password", "new_password"])
      for (const [name, value] of notText) {
        const body = { current_password: PASSWORD, new_password: "p", [field]: value };
        expect((await post(SET, body, { key })).status, `${field} that is ${name}`).toBe(400);
      }
  });
});
