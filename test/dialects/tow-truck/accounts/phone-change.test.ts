/** A new phone signs in only after its code was confirmed; until then the former phone does. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, patch, post, put, rows, uniquePhone } from "../../../harness/api.ts";
import { encodings, english, notText, rubbish } from "../../../identity/requests.ts";
import { codeFor, login, newClient, otherThan, type Registered, registered } from "../people.ts";

const PROFILE = "/api/v1/auth/profile/";
const CONFIRM = "/api/v1/auth/phone/confirm/";
const WRONG = { status: 400, body: { code: ["Код неверен или больше не действует."] } };

const ask = (who: Registered, phone: string) => patch(PROFILE, { phone }, { token: who.access });
const confirm = (who: Registered, code: unknown) => post(CONFIRM, { code }, { token: who.access });

describe("changing the phone", () => {
  test("A new phone waits for its code, then replaces the former one.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    const asked = await ask(who, phone);
    expect(asked).toMatchObject({ status: 200, body: { phone: who.phone } });
    expect((await login(phone)).status).toBe(400);
    expect((await login(who.phone)).status).toBe(200);

    const code = await codeFor(phone);
    expect(code).toMatch(/^[1-9]\d{5}$/);
    expect((await outboxOf(phone))[0]?.text).toBe(`Caravan: код подтверждения ${code}`);
    expect(await confirm(who, code)).toMatchObject({
      status: 200,
      body: { detail: "Номер телефона изменён." },
    });
    expect((await get(PROFILE, { token: who.access })).body.phone).toBe(phone);
    expect((await login(phone)).status).toBe(200);
    expect((await login(who.phone)).status).toBe(400);
    expect(await confirm(who, code)).toMatchObject(WRONG);
  });

  test("PUT in any spelling requests a new phone; the present phone in another spelling requests nothing.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await put(PROFILE, { phone: `8${phone.slice(2)}` }, { token: who.access });
    expect(await outboxOf(phone)).toHaveLength(1);
    expect((await ask(who, `8${who.phone.slice(2)}`)).status).toBe(200);
    expect(await outboxOf(who.phone)).toEqual([]);
  });

  test.each(encodings)(
    "A new phone is confirmed as %s, with and without the slash.",
    async (_name, encode) => {
      const who = await registered();
      const phone = uniquePhone();
      await ask(who, phone);
      const body = encode({ code: await codeFor(phone) });
      expect((await post(CONFIRM.slice(0, -1), body, { token: who.access })).status).toBe(200);
    },
  );

  test("Messages about a new phone are in the caller's language.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    const options = { token: who.access, headers: english };
    await patch(PROFILE, { phone }, options);
    const code = await codeFor(phone);
    expect((await outboxOf(phone))[0]?.text).toBe(`Caravan: your code is ${code}`);
    expect((await post(CONFIRM, { code: otherThan(code) }, options)).body).toEqual({
      code: ["The code is wrong or no longer valid."],
    });
    expect((await post(CONFIRM, { code }, options)).body).toEqual({ detail: "The phone was changed." });
  });

  test("No code is stored in clear text.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await ask(who, phone);
    const [row] = await rows("SELECT * FROM codes WHERE user_id = ? AND purpose = 'change_phone'", who.id);
    expect(Object.values(row ?? {}).join()).not.toContain(await codeFor(phone));
  });
});

describe("the code for a new phone", () => {
  test("A code is void after another was requested.", async () => {
    const who = await registered();
    const [first, second] = [uniquePhone(), uniquePhone()];
    await ask(who, first);
    const old = await codeFor(first);
    await ask(who, second);
    expect(await confirm(who, old)).toMatchObject(WRONG);
    expect((await confirm(who, await codeFor(second))).status).toBe(200);
    expect((await get(PROFILE, { token: who.access })).body.phone).toBe(second);
  });

  test("A code works only for its owner.", async () => {
    const [who, thief] = [await registered(), await registered()];
    const phone = uniquePhone();
    await ask(who, phone);
    expect(await confirm(thief, await codeFor(phone))).toMatchObject(WRONG);
    expect((await confirm(who, await codeFor(phone))).status).toBe(200);
  });

  test("A code for a phone expires.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await ask(who, phone);
    await rows("UPDATE codes SET expires_at = ? WHERE user_id = ?", Date.now() - 1, who.id);
    expect(await confirm(who, await codeFor(phone))).toMatchObject(WRONG);
    expect((await get(PROFILE, { token: who.access })).body.phone).toBe(who.phone);
  });

  test("Five wrong guesses void a code for a phone.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await ask(who, phone);
    const code = await codeFor(phone);
    for (let guess = 0; guess < 5; guess += 1)
      expect(await confirm(who, otherThan(code))).toMatchObject(WRONG);
    expect(await confirm(who, code)).toMatchObject(WRONG);
  });

  test("Of two concurrent confirmations of a phone one succeeds.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await ask(who, phone);
    const code = await codeFor(phone);
    const responses = await Promise.all([confirm(who, code), confirm(who, code)]);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 400]);
  });

  test("One phone gets at most ten codes an hour.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    const statuses: number[] = [];
    for (let time = 0; time < 11; time += 1) statuses.push((await ask(who, phone)).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
    expect(await outboxOf(phone)).toHaveLength(10);
  });

  test("A code does not take a phone that somebody registered meanwhile.", async () => {
    const who = await registered();
    const phone = uniquePhone();
    await ask(who, phone);
    expect((await post("/api/v1/auth/register/", newClient({ phone }))).status).toBe(201);
    expect(await confirm(who, await codeFor(phone))).toMatchObject({
      status: 400,
      body: { phone: ["User с таким Phone уже существует."] },
    });
    expect((await get(PROFILE, { token: who.access })).body.phone).toBe(who.phone);
  });

  test("Confirming a phone requires credentials.", async () => {
    expect(await post(CONFIRM, { code: "123456" })).toMatchObject({
      status: 401,
      body: { detail: "Учетные данные не были предоставлены." },
    });
  });

  test("A code is refused when none was requested, and when it is missing or blank.", async () => {
    const who = await registered();
    expect(await confirm(who, "123456")).toMatchObject(WRONG);
    expect((await post(CONFIRM, {}, { token: who.access })).body).toEqual({ code: ["Обязательное поле."] });
    expect((await confirm(who, " ")).body).toEqual({ code: ["Это поле не может быть пустым."] });
  });

  test("Confirming a phone is never a server error.", async () => {
    const who = await registered();
    for (const [name, body] of [...rubbish, ...notText.map(([what, code]) => [what, { code }] as const)])
      expect((await post(CONFIRM, body, { token: who.access })).status, name).toBe(400);
  });
});
