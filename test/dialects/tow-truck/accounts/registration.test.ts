/** Tow Truck registration: its answers, and that concurrent requests create one account. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, post, rows, unique, uniquePhone } from "../../../harness/api.ts";
import { encodings, english } from "../../../identity/requests.ts";
import { claimsOf, login, newClient, PASSWORD, registered } from "../people.ts";

const REGISTER = "/api/v1/auth/register/";
const countOf = async (phone: string) => (await rows("SELECT id FROM users WHERE phone = ?", phone)).length;

describe("registration", () => {
  test("Registration answers the account and both tokens, with keys in the documented order.", async () => {
    const form = newClient({
      email: `${unique()}@example.com`,
      first_name: " Ирина ",
      last_name: "Клиентова",
    });
    const { status, body } = await post(REGISTER, form);
    expect(status).toBe(201);
    expect(Object.keys(body)).toEqual(["user", "access", "refresh"]);
    expect(Object.keys(body.user)).toEqual([
      "id",
      "username",
      "email",
      "phone",
      "first_name",
      "last_name",
      "user_type",
      "user_type_label",
      "avatar",
      "is_verified",
      "date_joined",
    ]);
    expect(body.user).toMatchObject({
      username: form.phone?.slice(1),
      email: form.email,
      phone: form.phone,
      first_name: "Ирина",
      last_name: "Клиентова",
      user_type: "CLIENT",
      user_type_label: "Клиент",
      avatar: null,
      is_verified: false,
    });
    expect(Date.parse(body.user.date_joined)).toBeGreaterThan(Date.now() - 60_000);
    expect((await get("/api/v1/auth/profile/", { token: body.access })).body).toEqual(body.user);
  });

  test.each(encodings)("Registration is accepted as %s.", async (_name, encode) => {
    const form = newClient();
    expect((await post(REGISTER, encode(form))).status).toBe(201);
    expect(await countOf(form.phone ?? "")).toBe(1);
  });

  test("Registration is accepted without the slash.", async () => {
    expect((await post("/api/v1/auth/register", newClient())).status).toBe(201);
  });

  test("A driver can register, and the role's label is in the caller's language.", async () => {
    const answer = await post(REGISTER, newClient({ user_type: "DRIVER" }), { headers: english });
    expect(answer.body.user).toMatchObject({ user_type: "DRIVER", user_type_label: "Driver" });
    expect(claimsOf(answer.body.access)).toMatchObject({ role: "DRIVER", user_id: answer.body.user.id });
  });

  test("Registration needs neither address nor names, and then sends no mail.", async () => {
    const { phone } = newClient();
    const before = (await outboxOf("")).length;
    const { status, body } = await post(REGISTER, {
      phone,
      password: PASSWORD,
      password_confirm: PASSWORD,
      user_type: "CLIENT",
    });
    expect(status).toBe(201);
    expect(body.user).toMatchObject({ email: "", first_name: "", last_name: "" });
    expect((await outboxOf("")).length).toBe(before);
  });

  test("Registration mails a link that verifies the address.", async () => {
    const { email } = await registered();
    const [letter] = await outboxOf(email);
    expect(letter?.links[0]).toContain("/account-confirm-email/");
  });

  test("A username, an id and rights in the body are ignored.", async () => {
    const { user } = await registered({
      username: "boss",
      id: "1",
      is_staff: "true",
      is_verified: "true",
      is_superuser: "true",
    });
    expect(user.username).toBe(user.phone.slice(1));
    expect(user.is_verified).toBe(false);
    expect(await rows("SELECT is_staff, is_verified FROM users WHERE id = ?", user.id)).toEqual([
      { is_staff: 0, is_verified: 0 },
    ]);
  });

  test("A taken username gets a number.", async () => {
    const phone = uniquePhone();
    await post("/api/auth/signup/", {
      username: phone.slice(1),
      email: `${unique()}@example.com`,
      password: "verysecret",
    });
    const { user } = await registered({ phone });
    expect(user.username).toBe(`${phone.slice(1)}1`);
  });

  test("Registration finds a username when all likely ones are taken.", async () => {
    const phone = uniquePhone();
    const names = ["", ...Array.from({ length: 60 }, (_, index) => String(index + 1))];
    const taken = names.map((suffix) => `${phone.slice(1)}${suffix}`);
    await rows(
      `INSERT INTO users (username, username_key, created_at, updated_at)
        SELECT value, value, 0, 0 FROM json_each(?)`,
      JSON.stringify(taken),
    );
    const { user } = await registered({ phone });
    expect(user.username.startsWith(phone.slice(1))).toBe(true);
    expect(taken).not.toContain(user.username);
  });

  test("The password is stored as typed, spaces included.", async () => {
    const password = "  two spaces  ";
    const { phone } = await registered({ password, password_confirm: password });
    expect((await login(phone, password)).status).toBe(200);
    expect((await login(phone, password.trim())).status).toBe(400);
  });

  test("No password is stored in clear text.", async () => {
    const { id } = await registered();
    const [row] = await rows("SELECT password_hash FROM users WHERE id = ?", id);
    expect(row?.password_hash).toMatch(/^scrypt(\$\d+){3}(\$[\w+/=]+){2}$/);
  });
});

describe("concurrent registrations", () => {
  test.each([
    ["phone", () => ({ phone: uniquePhone() }), "User с таким Phone уже существует."],
    [
      "email",
      () => ({ email: `${unique()}@example.com` }),
      "Пользователь с таким Электронная почта уже существует.",
    ],
  ])("Two concurrent registrations with one %s create one account.", async (field, same, words) => {
    const shared = same();
    const responses = await Promise.all([1, 2].map(() => post(REGISTER, newClient(shared))));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 400]);
    expect(responses.find(({ status }) => status === 400)?.body).toEqual({ [field]: [words] });
  });

  test("Two concurrent registrations with one idempotency key create one account and answer it to both.", async () => {
    const form = newClient();
    const headers = { "idempotency-key": crypto.randomUUID() };
    const first = await post(REGISTER, form, { headers });
    const again = await post(REGISTER, form, { headers });
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await post(REGISTER, newClient(), { headers })).status).toBe(422);
  });

  test("A deeply nested body is refused before it is processed.", async () => {
    const headers = { "idempotency-key": crypto.randomUUID() };
    const body = `{"more":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(await post(REGISTER, body, { headers })).toMatchObject({
      status: 400,
      body: { detail: "JSON parse error - nested too deeply" },
    });
  });
});
