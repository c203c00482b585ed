/** `user/{id}`: who sees, changes and deletes whom. */
import { describe, expect, test } from "vitest";
import { del, get, person, post, put, rows, staffMember, unique } from "../../../harness/api.ts";

const MISSING = 999_999_999;
const forms = (id: number | string) => [`/api/user/${id}/`, `/api/user/${id}`];
const NOT_YOURS = { message: "You do not have permission to perform this action." };

async function stored(id: number) {
  const [row] = await rows("SELECT username, email, is_staff, user_type FROM users WHERE id = ?", id);
  return row;
}

describe("reading", () => {
  test("Reading your account returns all fields, with and without the slash.", async () => {
    const ann = await person();
    for (const path of forms(ann.id)) {
      const { status, body } = await get(path, { token: ann.token });
      expect(status).toBe(200);
      expect(body).toEqual({
        user: {
          id: ann.id,
          username: ann.username,
          email: ann.email,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          updated_at: null,
        },
      });
    }
  });

  test("A user's updated_at is the last sign-in.", async () => {
    const ann = await person();
    await post("/api/auth/signin/", { username: ann.username, password: ann.password });
    const { body } = await get(`/api/user/${ann.id}/`, { token: ann.token });
    expect(Date.now() - Date.parse(body.user.updated_at)).toBeLessThan(60_000);
  });

  test("Reading another user returns only id and username.", async () => {
    const [ann, bob] = [await person(), await person()];
    const { status, body } = await get(`/api/user/${bob.id}/`, { token: ann.token });
    expect(status).toBe(200);
    expect(body).toEqual({
      user: { id: bob.id, username: bob.username, email: null, created_at: null, updated_at: null },
    });
  });

  test("Staff reads all fields of any user.", async () => {
    const [ann, staff] = [await person(), await staffMember()];
    const { body } = await get(`/api/user/${ann.id}/`, { token: staff.token });
    expect(body.user.email).toBe(ann.email);
  });
});

test.each(["GET", "PUT", "DELETE"])(
  "The method %s on a missing user is a 404 for everybody.",
  async (method) => {
    const callers = [await person(), await staffMember()];
    const calls = {
      GET: get,
      PUT: (path: string, options: object) => put(path, { email: "a@example.com" }, options),
    };
    const call = { ...calls, DELETE: (path: string, options: object) => del(path, undefined, options) }[
      method
    ];
    for (const { token } of callers) {
      for (const id of [MISSING, Number.MAX_SAFE_INTEGER]) {
        for (const path of forms(id)) {
          const answer = await call?.(path, { token });
          expect(answer).toMatchObject({ status: 404, body: { message: "No user found" } });
        }
      }
    }
  },
);

test.each(["abc", "1.5", "1.0", "-1", "0x1", "1e3", "99999999999999999999", "%00", "1%20", "%F0%9F%98%80"])(
  "The user id %j is a 404 in JSON.",
  async (id) => {
    const ann = await person();
    for (const path of forms(id)) {
      const responses = [
        await get(path, { token: ann.token }),
        await put(path, { username: unique() }, { token: ann.token }),
        await del(path, undefined, { token: ann.token }),
      ];
      for (const { status, body } of responses) {
        expect(status).toBe(404);
        expect(body).toBeTypeOf("object");
      }
    }
    expect(await stored(ann.id)).toBeDefined();
  },
);

describe("changing", () => {
  test.each([0, 1])(
    "Changing your username and e-mail returns the message and the user, and the token still works (%#).",
    async (form) => {
      const ann = await person();
      const [username, email] = [unique("renamed"), `${unique("moved")}@example.com`];
      const path = forms(ann.id)[form] ?? "";
      const { status, body } = await put(path, { username, email }, { token: ann.token });
      expect(status).toBe(200);
      expect(body).toEqual({
        message: "User updated successfully",
        user: { id: ann.id, username, email, created_at: expect.any(String), updated_at: null },
      });
      expect((await get(path, { token: ann.token })).body.user).toMatchObject({ username, email });
      expect((await post("/api/auth/signin/", { username, password: ann.password })).status).toBe(200);
      const old = await post("/api/auth/signin/", { username: ann.username, password: ann.password });
      expect(old.body.message).toBe("Invalid Username");
    },
  );

  test("A change of a user keeps the fields that are absent.", async () => {
    const ann = await person();
    const username = unique("renamed");
    await put(`/api/user/${ann.id}/`, { username }, { token: ann.token });
    expect(await stored(ann.id)).toMatchObject({ username, email: ann.email });
    const email = `${unique("moved")}@example.com`;
    await put(`/api/user/${ann.id}/`, { email }, { token: ann.token });
    expect(await stored(ann.id)).toMatchObject({ username, email });
    expect((await put(`/api/user/${ann.id}/`, {}, { token: ann.token })).status).toBe(200);
    expect(await stored(ann.id)).toMatchObject({ username, email });
  });

  test("Repeating a change of a user returns the same answer.", async () => {
    const ann = await person();
    const change = { username: unique("renamed") };
    for (const _ of [1, 2])
      expect((await put(`/api/user/${ann.id}/`, change, { token: ann.token })).status).toBe(200);
  });

  test("A change of a user accepts forms.", async () => {
    const ann = await person();
    const username = unique("renamed");
    await put(`/api/user/${ann.id}/`, new URLSearchParams({ username }), { token: ann.token });
    expect(await stored(ann.id)).toMatchObject({ username });
    const form = new FormData();
    form.set("email", `${username}@example.com`);
    await put(`/api/user/${ann.id}/`, form, { token: ann.token });
    expect(await stored(ann.id)).toMatchObject({ email: `${username}@example.com`.toLowerCase() });
  });

  test("A change of a user cannot set rights, id or password.", async () => {
    const ann = await person();
    const change = { is_staff: true, user_type: "OPERATOR", id: 1, password: "otherwords", is_active: false };
    expect((await put(`/api/user/${ann.id}/`, change, { token: ann.token })).status).toBe(200);
    expect(await stored(ann.id)).toMatchObject({ is_staff: 0, user_type: "CLIENT", username: ann.username });
    const { username, password } = ann;
    expect((await post("/api/auth/signin/", { username, password })).status).toBe(200);
  });

  test.each([
    ["a malformed e-mail", { email: "hacked" }, { email: ["Enter a valid email address."] }],
    ["an empty e-mail", { email: "" }, { email: ["This field may not be blank."] }],
    ["a null e-mail", { email: null }, { email: ["This field may not be null."] }],
    ["a list as e-mail", { email: ["a@b.com"] }, { email: ["Not a valid string."] }],
    ["an empty username", { username: "" }, { username: ["This field may not be blank."] }],
    ["a null username", { username: null }, { username: ["This field may not be null."] }],
    ["an object as username", { username: {} }, { username: ["Not a valid string."] }],
    [
      "a username like an address",
      { username: "a@b.com" },
      { username: ["A username may not be an e-mail address."] },
    ],
    [
      "a long username",
      { username: "u".repeat(151) },
      { username: ["Ensure this field has no more than 150 characters."] },
    ],
  ])(
    "A change of a user with %s is a 400 under error and the field, and changes nothing.",
    async (_, change, fields) => {
      const ann = await person();
      const both = { email: `${unique()}@example.com`, username: unique(), ...change };
      const { status, body } = await put(`/api/user/${ann.id}/`, both, { token: ann.token });
      expect(status).toBe(400);
      const [[field, words] = ["", []]] = Object.entries(fields);
      expect(body).toEqual({ error: `${field}: ${words[0]}`, ...fields });
      expect(await stored(ann.id)).toMatchObject({ username: ann.username, email: ann.email });
    },
  );

  test.each(["{", "[]", '"x"', "null", "5"])(
    "A change of a user with the body %j is a 400 with an error.",
    async (body) => {
      const ann = await person();
      const answer = await put(`/api/user/${ann.id}/`, body, { token: ann.token });
      expect(answer.status).toBe(400);
      expect(answer.body.error).toEqual(expect.any(String));
    },
  );

  test("Changing to a taken username is a 400 with the sign-up's message.", async () => {
    const [ann, bob] = [await person(), await person()];
    for (const username of [bob.username, bob.username.toUpperCase()]) {
      const { status, body } = await put(`/api/user/${ann.id}/`, { username }, { token: ann.token });
      expect(status).toBe(400);
      expect(body).toEqual({
        error: "username: A user with that username already exists.",
        username: ["A user with that username already exists."],
      });
    }
    expect(await stored(ann.id)).toMatchObject({ username: ann.username });
  });

  test("Changing another user is a 403 with a message, and nothing changes.", async () => {
    const [ann, bob] = [await person(), await person()];
    for (const path of forms(bob.id)) {
      const answer = await put(path, { username: unique(), email: "x@example.com" }, { token: ann.token });
      expect(answer.status).toBe(403);
      expect(answer.body).toMatchObject(NOT_YOURS);
    }
    expect(await stored(bob.id)).toMatchObject({ username: bob.username, email: bob.email });
  });

  test("Staff may change a user, and it is audited.", async () => {
    const [ann, staff] = [await person(), await staffMember()];
    const username = unique("renamed");
    expect((await put(`/api/user/${ann.id}/`, { username }, { token: staff.token })).status).toBe(200);
    expect(await stored(ann.id)).toMatchObject({ username });
    const audited = await rows("SELECT action, actor_id FROM audit_log WHERE subject = ?", `user:${ann.id}`);
    expect(audited).toEqual([{ action: "user.change", actor_id: staff.id }]);
  });
});
