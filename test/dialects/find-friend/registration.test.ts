/** Find Friend registration: what it accepts, answers and stores. */
import { describe, expect, test } from "vitest";
import { get, outboxOf, post, rows, unique } from "../../harness/api.ts";
import { encodings } from "../../identity/requests.ts";
import { newPerson, signIn, someone, USERS } from "./people.ts";

describe("registration", () => {
  test("Registration returns four fields, and neither id nor token.", async () => {
    const form = newPerson({ birthday: "1990-05-17" });
    const { status, body, headers } = await post(USERS, form);
    expect(status).toBe(201);
    expect(body).toEqual({
      first_name: "Тестовый",
      last_name: "Юзер",
      email: form.email,
      birthday: "1990-05-17",
    });
    expect(Object.keys(body)).toEqual(["first_name", "last_name", "email", "birthday"]);
    expect(headers.get("set-cookie") ?? "").not.toContain("jwt");
    const sessions = await rows(
      "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = ?",
      form.email,
    );
    expect(sessions).toEqual([]);
    expect((await signIn(body.email)).status).toBe(200);
  });

  test.each(encodings)("Registration accepts %s, with and without the slash.", async (_name, encode) => {
    for (const path of [USERS, USERS.slice(0, -1)]) {
      const form = newPerson();
      expect(await post(path, encode(form))).toMatchObject({ status: 201, body: { birthday: null } });
      expect((await signIn(form.email ?? "")).status).toBe(200);
    }
  });

  test("Registration stores the birthday, which may be null or absent.", async () => {
    const [told, silent] = [newPerson({ birthday: "1990-05-17" }), newPerson()];
    await post(USERS, told);
    expect((await post(USERS, { ...silent, birthday: null })).status).toBe(201);
    const query = "SELECT p.birthday FROM profiles p JOIN users u ON u.id = p.user_id WHERE u.email = ?";
    expect(await rows(query, told.email)).toEqual([{ birthday: "1990-05-17" }]);
    expect(await rows(query, silent.email)).toEqual([{ birthday: null }]);
  });

  test("Registration folds the address and trims the names, but not the password.", async () => {
    const name = unique("Q");
    const password = " two spaces ";
    const form = newPerson({ email: ` ${name}@Example.COM `, first_name: " Анна ", password });
    const { body } = await post(USERS, form);
    expect(body).toMatchObject({ email: `${name}@example.com`.toLowerCase(), first_name: "Анна" });
    expect((await signIn(body.email, password)).status).toBe(200);
    expect((await signIn(body.email, password.trim())).status).toBe(400);
  });

  test("Registration ignores unknown fields and grants no rights.", async () => {
    const form = newPerson({
      is_staff: "true",
      id: "1",
      user_type: "OPERATOR",
      is_active: "false",
      username: "boss",
    });
    expect((await post(USERS, form)).status).toBe(201);
    expect(
      await rows("SELECT is_staff, user_type, is_active FROM users WHERE email = ?", form.email),
    ).toEqual([{ is_staff: 0, user_type: "CLIENT", is_active: 1 }]);
  });

  test("Registration ignores an invalid key.", async () => {
    for (const authorization of ["Token stale", "Token", "Token a b", "Bearer stale"])
      expect((await post(USERS, newPerson(), { headers: { authorization } })).status).toBe(201);
  });

  test("A registered account can sign in to every app.", async () => {
    const { key, email } = await someone();
    expect((await get("/api/v1/auth/profile/", { key })).body.email).toBe(email);
  });

  test("Registration mails a link that verifies the address.", async () => {
    const { email } = await someone();
    expect((await outboxOf(email))[0]?.links[0]).toContain("/account-confirm-email/");
  });
});
