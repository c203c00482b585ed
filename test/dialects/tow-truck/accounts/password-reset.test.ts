/** Tow Truck password reset: the phone alone changes nothing, the answer reveals nothing, the code works once. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, post, rows, uniquePhone } from "../../../harness/api.ts";
import { costOf, encodings, english, stranger } from "../../../identity/requests.ts";
import { codeFor, login, otherThan, registered } from "../people.ts";
import { ask, CONFIRM, confirm, form, NEW, RESET, SENT, WRONG } from "./resets.ts";

describe("requesting a new password", () => {
  test("A request changes nothing: the old password works, the new one does not.", async () => {
    const { phone, access } = await registered();
    expect(await ask(phone)).toMatchObject({ status: 200, body: SENT });
    expect((await login(phone)).status).toBe(200);
    expect((await login(phone, NEW)).status).toBe(400);
    expect((await get("/api/v1/auth/profile/", { token: access })).status).toBe(200);
  });

  test("Known, unknown and blocked phones get the same answer.", async () => {
    const [known, blocked] = [await registered(), await registered()];
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", blocked.id);
    const unknown = uniquePhone();
    for (const phone of [known.phone, unknown, blocked.phone])
      expect(await ask(phone)).toMatchObject({ status: 200, body: SENT });
    expect(await outboxOf(known.phone)).toHaveLength(1);
    expect(await outboxOf(unknown)).toEqual([]);
    expect(await outboxOf(blocked.phone)).toEqual([]);
    expect(await outboxOf("nobody")).toEqual([]);
    expect((await ask(unknown, {}, { headers: english })).body).toEqual({
      detail:
        "If this phone is registered, we have sent a code to the phone or a letter to the e-mail address.",
    });
  });

  test.each([
    ["asking", RESET, {}],
    ["confirming", CONFIRM, { code: "123456" }],
  ])("A request costs the same for known and unknown phones: %s.", async (_name, path, more) => {
    const { phone } = await registered();
    const answerTo = async (number: string) => {
      const headers = { "content-type": "application/json", ...stranger() };
      const body = JSON.stringify(form(number, more));
      const request = new Request(`http://caravan.test${path}`, { method: "POST", headers, body });
      const { response, statements, hashes } = await costOf(request);
      return { status: response.status, body: await response.text(), statements, hashes };
    };
    const known = await answerTo(phone);
    expect(known.statements).toBeGreaterThan(0);
    expect(await answerTo(uniquePhone())).toEqual(known);
  });

  test.each(encodings)("A request is accepted as %s, with and without the slash.", async (_name, encode) => {
    const { phone } = await registered();
    const options = { headers: stranger() };
    expect((await post(RESET, encode(form(phone)), options)).status).toBe(200);
    expect((await post(RESET.slice(0, -1), encode(form(phone)), options)).status).toBe(200);
    const body = encode({ ...form(phone), code: await codeFor(phone) });
    expect((await post(CONFIRM.slice(0, -1), body, options)).status).toBe(200);
  });

  test("A request accepts the phone in any spelling, and ignores a stale token.", async () => {
    const { phone } = await registered();
    const headers = { ...stranger(), authorization: "Bearer stale" };
    expect((await ask(`8${phone.slice(2)}`, {}, { headers })).status).toBe(200);
    expect((await confirm(phone.slice(1), await codeFor(phone), {}, { headers })).status).toBe(200);
  });

  test("The caller's own token does not replace the code.", async () => {
    const { phone, access } = await registered();
    await ask(phone, {}, { token: access, headers: stranger() });
    expect((await login(phone, NEW)).status).toBe(400);
    expect(await confirm(phone, "000000", {}, { token: access })).toMatchObject(WRONG);
  });
});

describe("confirming with the code", () => {
  test("The code sets the password, ends every session, and works once.", async () => {
    const { phone, access, refresh } = await registered();
    const elsewhere = await login(phone);
    await ask(phone);
    const code = await codeFor(phone);
    expect(await confirm(phone, code)).toMatchObject({
      status: 200,
      body: { detail: "Пароль успешно обновлён." },
    });
    for (const token of [access, elsewhere.body.access])
      expect((await get("/api/v1/auth/profile/", { token })).status).toBe(401);
    expect((await post("/api/v1/auth/token/refresh/", { refresh })).status).toBe(401);
    expect((await login(phone)).status).toBe(400);
    expect((await login(phone, NEW)).status).toBe(200);
    expect(
      await confirm(phone, code, { new_password: "third one!", new_password_confirm: "third one!" }),
    ).toMatchObject(WRONG);
    expect((await login(phone, NEW)).status).toBe(200);
  });

  test("The password sent with the code is set, not the one in the request.", async () => {
    const { phone } = await registered();
    await ask(phone);
    const third = { new_password: "a third harbour", new_password_confirm: "a third harbour" };
    expect((await confirm(phone, await codeFor(phone), third)).status).toBe(200);
    expect((await login(phone, NEW)).status).toBe(400);
    expect((await login(phone, third.new_password)).status).toBe(200);
  });

  test("Each request has a new code, and the former one is void.", async () => {
    const { phone } = await registered();
    await ask(phone);
    const first = await codeFor(phone);
    await ask(phone);
    const second = await codeFor(phone);
    expect(second).not.toBe(first);
    expect(await confirm(phone, first)).toMatchObject(WRONG);
    expect((await confirm(phone, second)).status).toBe(200);
  });

  test("A code works only for its phone.", async () => {
    const [ann, bob] = [await registered(), await registered()];
    await ask(ann.phone);
    const code = await codeFor(ann.phone);
    expect(await confirm(bob.phone, code)).toMatchObject(WRONG);
    expect(await confirm(uniquePhone(), code)).toMatchObject(WRONG);
    expect((await login(bob.phone)).status).toBe(200);
  });

  test("A code expires.", async () => {
    const { phone, id } = await registered();
    await ask(phone);
    const [row] = await rows<{ expires_at: number }>(
      "SELECT expires_at FROM codes WHERE user_id = ? AND purpose = 'reset_sms'",
      id,
    );
    expect((row?.expires_at ?? 0) - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    await rows("UPDATE codes SET expires_at = ? WHERE user_id = ?", Date.now() - 1, id);
    expect(await confirm(phone, await codeFor(phone))).toMatchObject(WRONG);
    expect((await login(phone)).status).toBe(200);
  });

  test("Five wrong guesses void a code, and a new one works.", async () => {
    const { phone } = await registered();
    await ask(phone);
    const code = await codeFor(phone);
    for (let guess = 0; guess < 5; guess += 1)
      expect(await confirm(phone, otherThan(code))).toMatchObject(WRONG);
    expect(await confirm(phone, code)).toMatchObject(WRONG);
    await ask(phone);
    expect((await confirm(phone, await codeFor(phone))).status).toBe(200);
  });

  test("Of two concurrent confirmations one succeeds.", async () => {
    const { phone } = await registered();
    await ask(phone);
    const code = await codeFor(phone);
    const responses = await Promise.all([confirm(phone, code), confirm(phone, code)]);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test("A refused password does not use the code up.", async () => {
    const { phone } = await registered();
    await ask(phone);
    const code = await codeFor(phone);
    expect(
      await confirm(phone, code, { new_password: "short", new_password_confirm: "short" }),
    ).toMatchObject({
      status: 400,
      body: {
        new_password: ["Введённый пароль слишком короткий. Он должен содержать как минимум 8 символов."],
      },
    });
    expect((await confirm(phone, code)).status).toBe(200);
  });

  test("A code does not open an account that was blocked meanwhile.", async () => {
    const { phone, id } = await registered();
    await ask(phone);
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", id);
    await confirm(phone, await codeFor(phone));
    expect((await login(phone, NEW)).status).toBe(400);
  });

  test("Only the hash of a code is stored.", async () => {
    const { phone, id } = await registered();
    await ask(phone);
    const stored = await rows("SELECT * FROM codes WHERE user_id = ?", id);
    expect(JSON.stringify(stored)).not.toContain(await codeFor(phone));
  });
});
