/** What Tow Truck registration refuses, word for word in both languages, without creating anything. */
import { describe, expect, test } from "vitest";
import { post, rows, unique } from "../../../harness/api.ts";
import { english, notText, rubbish } from "../../../identity/requests.ts";
import { newClient, registered } from "../people.ts";

const REGISTER = "/api/v1/auth/register/";
const countOf = async (phone: string) => (await rows("SELECT id FROM users WHERE phone = ?", phone)).length;

describe("refused registrations", () => {
  test.each([
    [
      { password_confirm: "another harbour" },
      { non_field_errors: ["Пароли не совпадают."] },
      { non_field_errors: ["The two password fields didn't match."] },
    ],
    [
      { user_type: "OPERATOR" },
      { user_type: ["Объект с code=OPERATOR не существует."] },
      { user_type: ["Object with code=OPERATOR does not exist."] },
    ],
    [
      { user_type: "client" },
      { user_type: ["Объект с code=client не существует."] },
      { user_type: ["Object with code=client does not exist."] },
    ],
    [
      { email: "no address" },
      { email: ["Введите правильный адрес электронной почты."] },
      { email: ["Enter a valid email address."] },
    ],
    [
      { email: `${"a".repeat(250)}@example.com` },
      { email: ["Убедитесь, что это значение содержит не более 254 символов."] },
      { email: ["Ensure this field has no more than 254 characters."] },
    ],
    [
      { phone: "+790012345678901" },
      { phone: ["Убедитесь, что это значение содержит не более 15 символов."] },
      { phone: ["Ensure this field has no more than 15 characters."] },
    ],
    [
      { phone: "notaphone" },
      { phone: ["Укажите корректный номер телефона в международном формате."] },
      { phone: ["Enter a phone number in international format."] },
    ],
    [
      { phone: "   " },
      { phone: ["Это поле не может быть пустым."] },
      { phone: ["This field may not be blank."] },
    ],
    [
      { first_name: "я".repeat(151) },
      { first_name: ["Убедитесь, что это значение содержит не более 150 символов."] },
      { first_name: ["Ensure this field has no more than 150 characters."] },
    ],
  ])("Registration with %j is refused.", async (change, ru, en) => {
    const form = newClient(change as Record<string, string>);
    expect(await post(REGISTER, form)).toMatchObject({ status: 400, body: ru });
    expect(await post(REGISTER, form, { headers: english })).toMatchObject({ status: 400, body: en });
    expect(await countOf(form.phone ?? "")).toBe(0);
  });

  test.each([
    ["short", ["Введённый пароль слишком короткий. Он должен содержать как минимум 8 символов."]],
    ["password123", ["Введённый пароль слишком широко распространён."]],
    ["81672049", ["Введённый пароль состоит только из цифр."]],
    [
      "12345678",
      ["Введённый пароль слишком широко распространён.", "Введённый пароль состоит только из цифр."],
    ],
    [
      "1234567",
      [
        "Введённый пароль слишком короткий. Он должен содержать как минимум 8 символов.",
        "Введённый пароль состоит только из цифр.",
      ],
    ],
    [" ", ["Это поле не может быть пустым."]],
  ])("Registration with the password %j is refused.", async (password, faults) => {
    const form = newClient({ password, password_confirm: password });
    const { status, body } = await post(REGISTER, form);
    expect(status).toBe(400);
    expect(body.password).toEqual(faults);
    expect(await countOf(form.phone ?? "")).toBe(0);
  });

  test("A password that resembles the person's name or address is accepted.", async () => {
    const email = `${unique("harbour")}@example.com`;
    const password = email.split("@")[0] ?? "";
    await registered({ email, password, password_confirm: password, first_name: password });
  });

  test("An empty registration form is refused and names every missing field.", async () => {
    const required = ["Обязательное поле."];
    expect(await post(REGISTER, {})).toMatchObject({
      status: 400,
      body: { phone: required, password: required, password_confirm: required, user_type: required },
    });
    expect((await post(REGISTER, {}, { headers: english })).body.phone).toEqual(["This field is required."]);
  });

  test("Null in a required field is refused, also in the e-mail.", async () => {
    const { status, body } = await post(REGISTER, {
      ...newClient(),
      phone: null,
      email: null,
      user_type: null,
    });
    const nothing = ["Это поле не может быть пустым."];
    expect(status).toBe(400);
    expect(body).toEqual({ phone: nothing, email: nothing, user_type: nothing });
  });

  test("A taken phone is refused in every spelling.", async () => {
    const { phone } = await registered();
    const spellings = [phone, phone.slice(1), `8${phone.slice(2)}`, phone.slice(2), ` ${phone} `];
    for (const spelling of spellings) {
      expect(await post(REGISTER, newClient({ phone: spelling }))).toMatchObject({
        status: 400,
        body: { phone: ["User с таким Phone уже существует."] },
      });
    }
    const answer = await post(REGISTER, newClient({ phone }), { headers: english });
    expect(answer.body).toEqual({ phone: ["User with this phone already exists."] });
    expect(await countOf(phone)).toBe(1);
  });

  test("A taken e-mail address is refused in any case.", async () => {
    const { email } = await registered();
    const form = newClient({ email: email.toUpperCase() });
    const { status, body } = await post(REGISTER, form);
    expect(status).toBe(400);
    expect(Object.keys(body)).toEqual(["email"]);
    expect(await countOf(form.phone ?? "")).toBe(0);
  });

  test.each(rubbish)("Registration is refused when the body is %s.", async (_name, body) => {
    expect((await post(REGISTER, body)).status).toBe(400);
  });

  const fields = ["phone", "password", "password_confirm", "user_type", "email", "first_name"];
  test.each(fields.flatMap((field) => notText.map(([name, value]) => [field, name, value] as const)))(
    "Registration refuses or accepts %s that is %s, without a server error.",
    async (field, _name, value) => {
      const { status } = await post(REGISTER, { ...newClient(), [field]: value });
      expect([201, 400]).toContain(status);
    },
  );
});
