/** Profiles of Find Friend: what is shown of a person, the export and the deletion. */
import { describe, expect, test } from "vitest";
import { PASSWORD, signIn, USERS } from "../dialects/find-friend/people.ts";
import { call, del, get, patch, person, put, rows, staffMember } from "../harness/api.ts";
import { ANONYMOUS, befriend, ME, me, member, NOT_FOUND, seen } from "./social.ts";

const KEYS = [
  "id",
  "email",
  "first_name",
  "last_name",
  "birthday",
  "sex",
  "age",
  "interests",
  "friends",
  "friends_count",
  "city",
  "avatar",
  "profession",
  "purpose",
  "network_nick",
  "additionally",
  "is_geoip_allowed",
  "is_blocked",
];

describe("a profile", () => {
  test("A new person's profile has every key in order and no values yet.", async () => {
    const ann = await member({ first_name: "Анна", last_name: "Ким" });
    const { status, body } = await get(ME, { key: ann.key });
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(KEYS);
    expect(body).toEqual({
      id: ann.id,
      email: ann.email,
      first_name: "Анна",
      last_name: "Ким",
      birthday: null,
      sex: "",
      age: null,
      interests: [],
      friends: [],
      friends_count: 0,
      city: null,
      avatar: null,
      profession: "",
      purpose: "",
      network_nick: "",
      additionally: "",
      is_geoip_allowed: false,
      is_blocked: false,
    });
  });

  test("A profile has an age in whole years, and friends' ages are never null.", async () => {
    const now = new Date();
    const year = now.getUTCFullYear() - 20;
    const ann = await member({}, { birthday: `${year}-01-01` });
    const bob = await member();
    await befriend(ann, bob);
    expect((await me(ann)).age).toBe(20);
    expect((await me(ann)).friends).toEqual([
      { id: bob.id, first_name: "Тестовый", last_name: "Юзер", age: 0 },
    ]);
    expect((await me(bob)).friends).toMatchObject([{ id: ann.id, age: 20 }]);
    expect((await me(bob)).friends_count).toBe(1);
  });

  test("The network nickname is shown to friends and the person only.", async () => {
    const staff = await staffMember();
    const [ann, bob, eve] = [await member(), await member(), await member()];
    await patch(`${USERS}${ann.id}/`, { network_nick: "@ann" }, { token: staff.token });
    await befriend(bob, ann);
    expect((await me(ann)).network_nick).toBe("@ann");
    expect((await seen(bob, ann)).body.network_nick).toBe("@ann");
    expect((await seen(eve, ann)).body.network_nick).toBeNull();
  });

  test("The profile of an account without e-mail has an empty one.", async () => {
    const { id } = await person();
    await rows("UPDATE users SET email = NULL WHERE id = ?", id);
    expect((await seen(await member(), { id, email: "", key: "" })).body.email).toBe("");
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])(
    "The method %s on a profile requires a sign-in.",
    async (method) => {
      const { id } = await member();
      for (const path of [ME, `${USERS}${id}/`]) {
        const answer = await call(method, path);
        expect(answer.status).toBe(401);
        expect(answer.body).toEqual(ANONYMOUS);
        expect(answer.headers.get("www-authenticate")).toBe("Token");
      }
    },
  );

  test.each(["999999999", "abc", "0"])("A profile with the unknown id %s is a 404.", async (id) => {
    const { key } = await member();
    const answer = await get(`${USERS}${id}/`, { key });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(NOT_FOUND);
  });
});

describe("deleting an account", () => {
  test.each([
    ["nothing", undefined],
    ["the old form", { first_name: "Анна", last_name: "Ким", email: "any@example.com" }],
    ["the password", { current_password: PASSWORD }],
  ])("Deleting an account takes %s and signs out.", async (_, body) => {
    const ann = await member();
    expect((await del(ME, body, { key: ann.key })).status).toBe(204);
    expect((await get(ME, { key: ann.key })).status).toBe(401);
    expect((await signIn(ann.email)).status).toBe(400);
    expect(await rows("SELECT id FROM users WHERE id = ?", ann.id)).toEqual([]);
    expect(await rows("SELECT user_id FROM social_profiles WHERE user_id = ?", ann.id)).toEqual([]);
  });

  test("Deleting an account with a wrong password is refused.", async () => {
    const ann = await member();
    const answer = await del(ME, { current_password: "not the one" }, { key: ann.key });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("current_password");
    expect((await get(ME, { key: ann.key })).status).toBe(200);
  });

  test("Staff can delete another account, with an audit row.", async () => {
    const staff = await staffMember();
    const [ann, bob] = [await member(), await member()];
    expect((await del(`${USERS}${ann.id}/`, undefined, { key: bob.key })).status).toBe(403);
    expect((await del(`${USERS}${ann.id}/`, undefined, { token: staff.token })).status).toBe(204);
    expect((await seen(bob, ann)).status).toBe(404);
    expect(await rows("SELECT action FROM audit_log WHERE subject = ?", `user:${ann.id}`)).toEqual([
      { action: "user.delete" },
    ]);
  });
});

test("An account's export has its profile, requests, blacklist and place.", async () => {
  const [ann, bob] = [await member({}, { is_geoip_allowed: true, city: "Тула" }), await member()];
  await befriend(ann, bob);
  await put(`${ME}geolocation/`, { latitude: 54.19, longitude: 37.61 }, { key: ann.key });
  const { body } = await get(`${ME}export/`, { key: ann.key });
  expect(body.social_profile).toMatchObject({ city: "Тула", friends: [{ id: bob.id }] });
  expect(body.location).toMatchObject({ latitude: 54.19, longitude: 37.61 });
  expect(body.friend_requests).toMatchObject([{ from_user: ann.id, to_user: bob.id, status: "Accepted" }]);
  expect(body.blacklist).toEqual([]);
});
