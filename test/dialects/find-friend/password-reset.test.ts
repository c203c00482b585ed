/** Find Friend's reset by a mailed code: six digits, valid once and for a quarter of an hour, with few guesses. */
import { describe, expect, test } from "vitest";
import { type CallOptions, get, outboxOf, post, rows } from "../../harness/api.ts";
import { encodings, english, stranger } from "../../identity/requests.ts";
import { mailedCode, newPerson, PASSWORD, signIn, someone } from "./people.ts";

const RESET = "/api/v1/users/reset_password/";
const VALIDATE = "/api/v1/users/reset_password/validate_token/";
const CONFIRM = "/api/v1/users/reset_password/confirm/";
const ME = "/api/v1/auth/profile/";
const NEW = "alskdj02";
const OK = { status: 200, body: { status: "OK" } };
const GONE = { status: 404, body: { detail: "Страница не найдена." } };
const UNKNOWN =
  "Профиль пользователя с такой электронной почтой не найден. Пожалуйста, попробуйте ввести другой e-mail адрес.";

/** Every call from an address of its own, unless a test says otherwise. */
const from = (options: CallOptions = {}): CallOptions => ({ headers: stranger(), ...options });
const ask = (email: string, options?: CallOptions) => post(RESET, { email }, from(options));
const validate = (token: unknown, options?: CallOptions) => post(VALIDATE, { token }, from(options));
const confirm = (token: unknown, password = NEW, options?: CallOptions) =>
  post(CONFIRM, { token, password }, from(options));

/** A person who has just been mailed a code. */
async function asked() {
  const who = await someone();
  await ask(who.email);
  const code = (await mailedCode(who.email)) ?? "";
  return { ...who, code };
}

/** A code that nobody was sent. */
async function noCode(): Promise<string> {
  const { code } = await asked();
  await rows("DELETE FROM codes WHERE purpose = 'reset_code' AND user_id = (SELECT max(user_id) FROM codes)");
  return code;
}

describe("asking for a code", () => {
  test("A reset request mails six digits as the last word of one line.", async () => {
    const { email, code } = await asked();
    expect(code).toMatch(/^[1-9]\d{5}$/);
    const [letter] = await outboxOf(email);
    expect(letter?.subject).toBe("Восстановление пароля");
    expect(letter?.text.trim()).toBe(`Ваш код для восстановления пароля: ${code}`);
    expect(letter?.text.trim().split(" ").at(-1)).toBe(code);
  });

  test("A reset request changes nothing by itself.", async () => {
    const { email, key } = await asked();
    expect((await signIn(email)).status).toBe(200);
    expect((await get(ME, { key })).status).toBe(200);
  });

  test("A reset request finds the address in any case and ignores an invalid key.", async () => {
    const { email } = await someone();
    const headers = { ...stranger(), authorization: "Token stale" };
    expect(await ask(` ${email.toUpperCase()} `, { headers })).toMatchObject(OK);
    expect(await mailedCode(email)).not.toBeNull();
  });

  test("A reset request mails in the caller's language.", async () => {
    const { email } = await someone();
    await ask(email, { headers: { ...stranger(), ...english } });
    const [letter] = await outboxOf(email);
    expect(letter).toMatchObject({ subject: "Password reset" });
    expect(letter?.text.trim()).toBe(`Your code to reset the password: ${await mailedCode(email)}`);
  });

  test("A reset request refuses an unknown or blocked address and mails nothing.", async () => {
    const unknown = newPerson().email ?? "";
    expect(await ask(unknown)).toMatchObject({ status: 400, body: { email: [UNKNOWN] } });
    expect((await ask(unknown, { headers: { ...stranger(), ...english } })).body).toEqual({
      email: ["No account was found with this e-mail address. Please try another one."],
    });
    expect(await outboxOf(unknown)).toEqual([]);
    const { email } = await someone();
    await rows("UPDATE users SET is_active = 0 WHERE email = ?", email);
    expect(await ask(email)).toMatchObject({ status: 400, body: { email: [UNKNOWN] } });
    expect(await mailedCode(email)).toBeNull();
  });

  test.each([
    [{ email: "nobody" }, { email: ["Введите правильный адрес электронной почты."] }],
    [{ email: " " }, { email: ["Это поле не может быть пустым."] }],
    [{ email: null }, { email: ["Это поле не может быть пустым."] }],
    [{}, { email: ["Обязательное поле."] }],
  ])("A reset request with %j is refused.", async (body, refusal) => {
    expect(await post(RESET, body, from())).toMatchObject({ status: 400, body: refusal });
  });

  test("A reset code is stored hashed, for a quarter of an hour.", async () => {
    const { email, code } = await asked();
    const stored = await rows(
      "SELECT c.* FROM codes c JOIN users u ON u.id = c.user_id WHERE u.email = ? AND c.purpose = 'reset_code'",
      email,
    );
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain(code);
    expect(Number(stored[0]?.expires_at) - Number(stored[0]?.created_at)).toBe(15 * 60_000);
  });
});

describe("the mailed code", () => {
  test("A reset code can be checked repeatedly and sets the password once.", async () => {
    const { email, code } = await asked();
    for (let time = 0; time < 3; time += 1) expect(await validate(code)).toMatchObject(OK);
    expect(await confirm(code)).toMatchObject(OK);
    expect(await signIn(email)).toMatchObject({ status: 400 });
    expect((await signIn(email, NEW)).status).toBe(200);
    expect(await validate(code)).toMatchObject(GONE);
    expect(await confirm(code, "alskdj03")).toMatchObject(GONE);
    expect((await signIn(email, NEW)).status).toBe(200);
  });

  test("A reset by code ends every session of every app.", async () => {
    const { email, key, code } = await asked();
    const phoneDoor = await post("/api/v1/auth/login/", { phone: email, password: PASSWORD });
    expect(await confirm(code)).toMatchObject(OK);
    expect((await get(ME, { key })).status).toBe(401);
    expect((await get(ME, { token: phoneDoor.body.access })).status).toBe(401);
    const { refresh } = phoneDoor.body;
    expect((await post("/api/v1/auth/token/refresh/", { refresh })).status).toBe(401);
  });

  test("A reset by code affects no other account.", async () => {
    const bystander = await asked();
    const { code } = await asked();
    await confirm(code);
    expect((await get(ME, { key: bystander.key })).status).toBe(200);
    expect(await validate(bystander.code)).toMatchObject(OK);
  });

  test("A reset code may be sent as a number.", async () => {
    const { code } = await asked();
    expect(await validate(Number(code))).toMatchObject(OK);
    expect(await confirm(Number(code))).toMatchObject(OK);
  });

  test.each(encodings)(
    "A reset code may be sent as %s, with and without the slash.",
    async (_name, encode) => {
      const { email } = await someone();
      expect(await post(RESET.slice(0, -1), encode({ email }), from())).toMatchObject(OK);
      const token = (await mailedCode(email)) ?? "";
      expect(await post(VALIDATE.slice(0, -1), encode({ token }), from())).toMatchObject(OK);
      expect(await post(CONFIRM.slice(0, -1), encode({ token, password: NEW }), from())).toMatchObject(OK);
    },
  );

  test("Every reset request sends a new code and voids the one before.", async () => {
    const { email, code } = await asked();
    await ask(email);
    const second = await mailedCode(email);
    expect(second).not.toBe(code);
    expect(await validate(code)).toMatchObject(GONE);
    expect(await confirm(second)).toMatchObject(OK);
  });

  test("A reset code expires.", async () => {
    const { email, code } = await asked();
    await rows(
      "UPDATE codes SET expires_at = ? WHERE purpose = 'reset_code' AND user_id = (SELECT id FROM users WHERE email = ?)",
      Date.now() - 1,
      email,
    );
    expect(await validate(code)).toMatchObject(GONE);
    expect(await confirm(code)).toMatchObject(GONE);
    expect((await signIn(email)).status).toBe(200);
  });

  test("Of two concurrent uses of a reset code, one succeeds.", async () => {
    const { code } = await asked();
    const responses = await Promise.all([confirm(code), confirm(code, "alskdj03")]);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 404]);
  });

  test("A reset code is void once the owner changes the password.", async () => {
    const { key, code } = await asked();
    const body = { current_password: PASSWORD, new_password: NEW };
    expect((await post("/api/v1/users/set_password/", body, { key })).status).toBe(204);
    expect(await confirm(code, "alskdj03")).toMatchObject(GONE);
  });

  test.each([
    ["p", ["Пароль должен содержать от 8 до 50 символов."]],
    ["p".repeat(51), ["Пароль должен содержать от 8 до 50 символов."]],
    ["81672049", ["Введённый пароль состоит только из цифр."]],
    ["qwerty123", ["Введённый пароль слишком широко распространён."]],
    ["Тестовый", ["Введённый пароль слишком похож на Имя."]],
    [" ", ["Это поле не может быть пустым."]],
  ])("A reset code is not used up by the refused password %j.", async (password, faults) => {
    const { email, code } = await asked();
    expect(await confirm(code, password)).toMatchObject({ status: 400, body: { password: faults } });
    expect((await signIn(email)).status).toBe(200);
    expect(await confirm(code)).toMatchObject(OK);
  });

  test("An unknown reset code is a 404 in both languages.", async () => {
    const code = await noCode();
    expect(await validate(code)).toMatchObject(GONE);
    expect(await confirm(code)).toMatchObject(GONE);
    expect(await confirm("nonsense")).toMatchObject(GONE);
    expect((await validate(code, { headers: { ...stranger(), ...english } })).body).toEqual({
      detail: "Not found.",
    });
  });

  test("A code of another kind is a 404.", async () => {
    const { email } = await someone();
    const [letter] = await outboxOf(email);
    const secret = letter?.links[0]?.split("/").at(-2) ?? "";
    expect(secret.length).toBeGreaterThan(20);
    expect((await validate(secret.slice(0, 20))).status).toBe(404);
  });
});
