/** The account of the caller in the Tow Truck app: reading, changing whole or in part, and fields that no body can change. */
import { describe, expect, test } from "vitest";
import { call, get, outboxOf, patch, post, put, rows, unique, uniquePhone } from "../../../harness/api.ts";
import { encodings, english, notText, rubbish } from "../../../identity/requests.ts";
import { login, registered } from "../people.ts";

const PROFILE = "/api/v1/auth/profile/";

describe("the profile", () => {
  test("The profile is the account as registration answered it, with and without the slash.", async () => {
    const { access, user } = await registered();
    for (const path of [PROFILE, PROFILE.slice(0, -1)])
      expect(await get(path, { token: access })).toMatchObject({ status: 200, body: user });
    const en = await get(PROFILE, { token: access, headers: english });
    expect(en.body.user_type_label).toBe("Client");
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])(
    "The profile is refused without credentials: %s.",
    async (method) => {
      expect(
        await call(method, PROFILE, method === "GET" ? {} : { body: { first_name: "X" } }),
      ).toMatchObject({
        status: 401,
        body: { detail: "Учетные данные не были предоставлены." },
      });
    },
  );

  test.each(["PUT", "PATCH"])("The method %s changes the named fields and nothing else.", async (method) => {
    const { access, user } = await registered({ first_name: "Анна", last_name: "Иванова" });
    const { status, body } = await call(method, PROFILE, { token: access, body: { first_name: " Мария " } });
    expect(status).toBe(200);
    expect(body).toEqual({ ...user, first_name: "Мария" });
    expect((await get(PROFILE, { token: access })).body).toEqual(body);
  });

  test.each(encodings)("A change is accepted as %s by either method.", async (_name, encode) => {
    const { access } = await registered();
    expect((await patch(PROFILE, encode({ first_name: "Один" }), { token: access })).body.first_name).toBe(
      "Один",
    );
    expect((await put(PROFILE, encode({ last_name: "Два" }), { token: access })).body).toMatchObject({
      first_name: "Один",
      last_name: "Два",
    });
  });

  test("An empty change answers the account.", async () => {
    const { access, user } = await registered();
    expect(await put(PROFILE, {}, { token: access })).toMatchObject({ status: 200, body: user });
    expect(await patch(PROFILE, undefined, { token: access })).toMatchObject({ status: 200, body: user });
  });

  test("Names may be emptied, and so may the address when a phone signs in.", async () => {
    const { access } = await registered({ first_name: "Анна" });
    const { status, body } = await patch(PROFILE, { first_name: "", email: "" }, { token: access });
    expect(status).toBe(200);
    expect(body).toMatchObject({ first_name: "", email: "" });
  });

  test("Fields that the owner may not change are ignored.", async () => {
    const { access, user, id } = await registered();
    const body = {
      id: 1,
      user_type: "OPERATOR",
      is_verified: true,
      is_staff: true,
      is_superuser: true,
      is_active: false,
      date_joined: "2001-01-01T00:00:00Z",
      password: "a new harbour",
      email_verified_at: 1,
    };
    expect(await put(PROFILE, body, { token: access })).toMatchObject({ status: 200, body: user });
    const [row] = await rows(
      "SELECT user_type, is_staff, is_verified, is_active, email_verified_at FROM users WHERE id = ?",
      id,
    );
    expect(row).toEqual({
      user_type: "CLIENT",
      is_staff: 0,
      is_verified: 0,
      is_active: 1,
      email_verified_at: null,
    });
    expect((await login(user.phone)).status).toBe(200);
  });

  test("A new username signs in at once, the former one no longer.", async () => {
    const { access, user } = await registered();
    const username = unique("Капитан");
    expect((await patch(PROFILE, { username }, { token: access })).body.username).toBe(username);
    expect((await login(username.toUpperCase())).body.user?.id).toBe(user.id);
    expect((await rows("SELECT id FROM users WHERE username = ?", user.username)).length).toBe(0);
  });

  test("A new e-mail address counts at once and must be verified again.", async () => {
    const { access, id } = await registered();
    await rows("UPDATE users SET email_verified_at = 1 WHERE id = ?", id);
    const email = `${unique()}@Example.com`;
    const { body } = await patch(PROFILE, { email }, { token: access });
    expect(body.email).toBe(email.toLowerCase());
    expect(await rows("SELECT email_verified_at FROM users WHERE id = ?", id)).toEqual([
      { email_verified_at: null },
    ]);
    expect((await outboxOf(email.toLowerCase()))[0]?.links[0]).toContain("/account-confirm-email/");
  });

  test("Sending the same e-mail address again mails nothing.", async () => {
    const { access, email } = await registered();
    const before = await outboxOf(email);
    expect((await patch(PROFILE, { email: email.toUpperCase() }, { token: access })).status).toBe(200);
    expect(await outboxOf(email)).toEqual(before);
  });
});

describe("refused changes of the profile", () => {
  const wrongEmail = "Введите правильный адрес электронной почты.";
  test.each([
    [{ email: "no address" }, { email: [wrongEmail] }],
    [{ email: null }, { email: ["Это поле не может быть пустым."] }],
    [
      { email: `${"a".repeat(250)}@example.com` },
      { email: ["Убедитесь, что это значение содержит не более 254 символов."] },
    ],
    [{ username: "" }, { username: ["Это поле не может быть пустым."] }],
    [{ username: null }, { username: ["Это поле не может быть пустым."] }],
    [
      { username: "a".repeat(151) },
      { username: ["Убедитесь, что это значение содержит не более 150 символов."] },
    ],
    [
      { username: "two words" },
      {
        username: [
          "Введите правильное имя пользователя. Оно может содержать только буквы, цифры и знаки @/./+/-/_.",
        ],
      },
    ],
    [
      { username: "ann@example.com" },
      { username: ["Имя пользователя не может быть адресом электронной почты."] },
    ],
    [{ phone: "" }, { phone: ["Это поле не может быть пустым."] }],
    [{ phone: null }, { phone: ["Это поле не может быть пустым."] }],
    [{ phone: "notaphone" }, { phone: ["Укажите корректный номер телефона в международном формате."] }],
    [{ first_name: null }, { first_name: ["Это поле не может быть пустым."] }],
    [
      { last_name: "я".repeat(151) },
      { last_name: ["Убедитесь, что это значение содержит не более 150 символов."] },
    ],
  ])("The change %j is refused.", async (change, refusal) => {
    const { access, user } = await registered();
    for (const method of ["PUT", "PATCH"]) {
      const body = { first_name: "Другая", ...change };
      expect(await call(method, PROFILE, { token: access, body })).toMatchObject({
        status: 400,
        body: refusal,
      });
    }
    expect((await get(PROFILE, { token: access })).body).toEqual(user);
  });

  test("A list instead of the account is refused.", async () => {
    const { access } = await registered();
    expect(await put(PROFILE, [], { token: access })).toMatchObject({
      status: 400,
      body: { non_field_errors: ["Недопустимые данные. Ожидался dictionary, но был получен list."] },
    });
  });

  test.each(rubbish)(
    "A body that is %s is refused or changes nothing, and is never a server error.",
    async (_name, body) => {
      const { access, user } = await registered();
      expect([200, 400]).toContain((await patch(PROFILE, body, { token: access })).status);
      expect((await get(PROFILE, { token: access })).body).toEqual(user);
    },
  );

  test("Fields that are not strings are refused.", async () => {
    const { access } = await registered();
    for (const field of ["username", "email", "phone", "first_name", "avatar"])
      for (const [name, value] of notText) {
        const { status } = await patch(PROFILE, { [field]: value }, { token: access });
        expect([200, 400], `${field} that is ${name}`).toContain(status);
      }
  });

  const taken = {
    username: ["Пользователь с таким именем уже существует.", "A user with that username already exists."],
    email: [
      "Пользователь с таким Электронная почта уже существует.",
      "A user with that email already exists.",
    ],
    phone: ["User с таким Phone уже существует.", "User with this phone already exists."],
  } as const;
  test.each(Object.entries(taken))(
    "A %s that another account has is refused, and nothing changes.",
    async (field, [ru, en]) => {
      const [ann, bob] = [await registered(), await registered({ first_name: "Боб" })];
      const body = { first_name: "Другой", last_name: "Другой", [field]: ann.user[field] };
      expect(await patch(PROFILE, body, { token: bob.access })).toMatchObject({
        status: 400,
        body: { [field]: [ru] },
      });
      const answer = await put(PROFILE, body, { token: bob.access, headers: english });
      expect(answer).toMatchObject({ status: 400, body: { [field]: [en] } });
      expect((await get(PROFILE, { token: bob.access })).body).toEqual(bob.user);
    },
  );

  test("No code is sent to a new phone when the username beside it is taken.", async () => {
    const [ann, bob] = [await registered(), await registered()];
    const phone = uniquePhone();
    const body = { phone, username: ann.user.username };
    expect((await patch(PROFILE, body, { token: bob.access })).status).toBe(400);
    expect(await outboxOf(phone)).toEqual([]);
  });

  test("The address can't be removed when nothing else signs in.", async () => {
    const email = `${unique()}@example.com`;
    const { body } = await post("/api/auth/signup/", { username: unique(), email, password: "verysecret" });
    expect((await patch(PROFILE, { email: "" }, { token: body.access })).status).toBe(400);
    expect((await get(PROFILE, { token: body.access })).body.email).toBe(email);
  });

  test("Of two concurrent claims of one username one succeeds.", async () => {
    const people = await Promise.all([registered(), registered()]);
    const username = unique("Капитан");
    const responses = await Promise.all(
      people.map(({ access }) => patch(PROFILE, { username }, { token: access })),
    );
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(responses.find(({ status }) => status === 400)?.body).toEqual({ username: [taken.username[0]] });
  });
});
