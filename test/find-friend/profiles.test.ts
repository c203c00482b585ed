/** Profiles of Find Friend: what is shown of a person, and what they change of it, all or nothing. */
import { describe, expect, test } from "vitest";
import { multipart } from "../identity/requests.ts";
import { call, del, get, outboxOf, patch, person, put, rows, staffMember, unique } from "../support/api.ts";
import { PASSWORD, signIn, USERS } from "./people.ts";
import { ANONYMOUS, befriend, FORBIDDEN, ME, me, member, NOT_FOUND, seen } from "./social.ts";

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
  test("of somebody new has every key in its order, and nothing told yet", async () => {
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

  test("has an age in whole years, and friends one that is never null", async () => {
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

  test("shows the nick in a network to friends and the person only", async () => {
    const staff = await staffMember();
    const [ann, bob, eve] = [await member(), await member(), await member()];
    await patch(`${USERS}${ann.id}/`, { network_nick: "@ann" }, { token: staff.token });
    await befriend(bob, ann);
    expect((await me(ann)).network_nick).toBe("@ann");
    expect((await seen(bob, ann)).body.network_nick).toBe("@ann");
    expect((await seen(eve, ann)).body.network_nick).toBeNull();
  });

  test("of a phone's account has an address all the same: an empty one", async () => {
    const { id } = await person();
    await rows("UPDATE users SET email = NULL WHERE id = ?", id);
    expect((await seen(await member(), { id, email: "", key: "" })).body.email).toBe("");
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])("asks %s for a sign-in", async (method) => {
    const { id } = await member();
    for (const path of [ME, `${USERS}${id}/`]) {
      const answer = await call(method, path);
      expect(answer.status).toBe(401);
      expect(answer.body).toEqual(ANONYMOUS);
      expect(answer.headers.get("www-authenticate")).toBe("Token");
    }
  });

  test.each(["999999999", "abc", "0"])("that is not there, %s, is a 404", async (id) => {
    const { key } = await member();
    const answer = await get(`${USERS}${id}/`, { key });
    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(NOT_FOUND);
  });
});

/** What client B's wizard sends. */
const wizard = (email: string) => ({
  first_name: "Анна",
  last_name: "Иванова",
  email,
  sex: "Ж",
  birthday: "1990-05-17",
  interests: [
    { id: 999, name: "Музыка" },
    { id: 3, name: "Спорт" },
  ],
  city: "Тула",
  avatar: "",
});

describe("a change", () => {
  test("by the shipped client's wizard is taken whole, with its empty picture", async () => {
    const ann = await member();
    const { status, body } = await put(ME, wizard(ann.email), { key: ann.key });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      first_name: "Анна",
      last_name: "Иванова",
      sex: "Ж",
      birthday: "1990-05-17",
      city: "Тула",
      avatar: null,
    });
    expect(body.interests.map(({ name }: { name: string }) => name)).toEqual(["Музыка", "Спорт"]);
    expect(body.age).toBeGreaterThan(30);
    expect(await me(ann)).toEqual(body);
  });

  test("by PUT wants names and address; what else is left out stays", async () => {
    const ann = await member({}, { city: "Казань", is_geoip_allowed: true, profession: "врач" });
    const bare = await put(ME, {}, { key: ann.key });
    expect(bare.status).toBe(400);
    expect(bare.body).toEqual({
      first_name: ["Обязательное поле."],
      last_name: ["Обязательное поле."],
      email: ["Обязательное поле."],
    });
    const { body } = await put(
      ME,
      { first_name: "Анна", last_name: "Ким", email: ann.email },
      { key: ann.key },
    );
    expect(body).toMatchObject({ city: "Казань", is_geoip_allowed: true, profession: "врач" });
  });

  test("by a form's PUT without the box unticks it; a form's PATCH does not", async () => {
    const ann = await member({}, { is_geoip_allowed: true });
    const kept = await patch(ME, multipart({ profession: "врач" }), { key: ann.key });
    expect(kept.body).toMatchObject({ profession: "врач", is_geoip_allowed: true });
    const form = multipart({ first_name: "Анна", last_name: "Ким", email: ann.email });
    expect((await put(ME, form, { key: ann.key })).body.is_geoip_allowed).toBe(false);
  });

  test.each([
    [{ birthday: null }, { birthday: null, age: null }],
    [{ city: null }, { city: null }],
    [{ city: "" }, { city: null }],
    [{ sex: "" }, { sex: "" }],
    [{ interests: [] }, { interests: [] }],
    [{ interests: [{ name: "Йога" }, { name: "Йога" }] }, { interests: [{ name: "Йога" }] }],
    [{ profession: "  повар " }, { profession: "повар" }],
    [{ is_geoip_allowed: "true" }, { is_geoip_allowed: true }],
  ])("%j answers %j", async (change, expected) => {
    const ann = await member({}, { ...wizard(`${unique("q")}@example.com`), additionally: "читаю" });
    const { status, body } = await patch(ME, change, { key: ann.key });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...expected, additionally: "читаю" });
  });

  const tooLong = "Убедитесь, что это значение содержит не более 50 символов.";
  test.each([
    [{ first_name: "Я" }, { first_name: ["Имя должно содержать от 2 до 150 символов."] }],
    [{ last_name: "<>" }, { last_name: ["Введены недопустимые символы."] }],
    [{ email: "nobody" }, { email: ["Некорректный адрес электронной почты."] }],
    [
      { birthday: "17.05.1990" },
      { birthday: ["Неправильный формат date. Используйте один из этих форматов: YYYY-MM-DD."] },
    ],
    [{ birthday: "2999-01-01" }, { birthday: ["Некорректная дата рождения."] }],
    [{ birthday: "1800-01-01" }, { birthday: ["Возраст больше 120 лет! Проверьте дату рождения."] }],
    [{ sex: "X" }, { sex: ["Значения X нет среди допустимых вариантов."] }],
    [{ sex: null }, { sex: ["Это поле не может быть пустым."] }],
    [{ city: "Атлантида" }, { city: ["Объект с name=Атлантида не существует."] }],
    [{ avatar: "me.png" }, { avatar: ["Загруженный файл не является корректным файлом."] }],
    [{ profession: "я".repeat(51) }, { profession: [tooLong] }],
    [{ purpose: "я".repeat(51) }, { purpose: [tooLong] }],
    [
      { additionally: "я".repeat(501) },
      { additionally: ["Убедитесь, что это значение содержит не более 500 символов."] },
    ],
    [{ is_geoip_allowed: "maybe" }, { is_geoip_allowed: ["Must be a valid boolean."] }],
    [{ interests: null }, { interests: ["Это поле не может быть пустым."] }],
    [{ interests: "йога" }, { interests: ['Ожидался list со значениями, но был получен "str".'] }],
    [{ interests: [{ name: "Йогга" }] }, { interests: ["Объект с name=Йогга не существует."] }],
    [{ interests: [{ id: 1 }] }, { interests: { 0: { name: ["Обязательное поле."] } } }],
    [{ friends: [7] }, { friends: { 0: ["Недопустимые данные. Ожидался dictionary, но был получен int."] } }],
  ])("with %j is refused, and nothing of it is kept", async (wrong, expected) => {
    const ann = await member({}, { ...wizard(`${unique("q")}@example.com`), profession: "врач" });
    const before = await me(ann);
    const good = { city: "Москва", interests: [], profession: "повар" };
    const { status, body } = await patch(ME, { ...good, ...wrong }, { key: ann.key });
    expect(status).toBe(400);
    expect(body).toEqual(expected);
    expect(await me(ann)).toEqual(before);
  });

  test("to an address that is somebody else's is refused whole, in any case", async () => {
    const [ann, bob] = [await member(), await member()];
    const body = { email: bob.email.toUpperCase(), city: "Тула", interests: [{ name: "Йога" }] };
    const answer = await patch(ME, body, { key: ann.key });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ email: ["Пользователь с таким Электронная почта уже существует."] });
    expect(await me(ann)).toMatchObject({ email: ann.email, city: null, interests: [] });
  });

  test("of the address asks for its proof by mail, and signs in from then on", async () => {
    const ann = await member();
    const email = `${unique("New")}@example.com`;
    expect((await patch(ME, { email }, { key: ann.key })).body.email).toBe(email.toLowerCase());
    expect(await outboxOf(email.toLowerCase())).toHaveLength(1);
    expect((await signIn(email.toLowerCase())).status).toBe(200);
    expect((await signIn(ann.email)).status).toBe(400);
  });

  test("ignores what is none of the person's own to set", async () => {
    const ann = await member();
    const mine = {
      id: 1,
      network_nick: "@me",
      is_blocked: true,
      is_staff: true,
      password: "newpassword",
      age: 99,
    };
    const { status, body } = await patch(ME, mine, { key: ann.key });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: ann.id, network_nick: "", is_blocked: false, age: null });
    expect(await rows("SELECT is_staff FROM users WHERE id = ?", ann.id)).toEqual([{ is_staff: 0 }]);
    expect((await signIn(ann.email)).status).toBe(200);
  });

  test("of somebody else is a 403, of nobody a 404", async () => {
    const [ann, bob] = [await member(), await member()];
    for (const change of [put, patch]) {
      const theirs = await change(`${USERS}${bob.id}/`, wizard(ann.email), { key: ann.key });
      expect([theirs.status, theirs.body]).toEqual([403, FORBIDDEN]);
      const nobodys = await change(`${USERS}999999999/`, wizard(ann.email), { key: ann.key });
      expect([nobodys.status, nobodys.body]).toEqual([404, NOT_FOUND]);
    }
    expect(await me(bob)).toMatchObject({ first_name: "Тестовый", city: null });
  });

  test("by staff is taken, with a row in the audit log", async () => {
    const staff = await staffMember();
    const ann = await member();
    const { status, body } = await patch(
      `${USERS}${ann.id}/`,
      { profession: "врач" },
      { token: staff.token },
    );
    expect([status, body.profession]).toEqual([200, "врач"]);
    const log = await rows<{ action: string; after: string }>(
      "SELECT action, after FROM audit_log WHERE actor_id = ? AND subject = ?",
      staff.id,
      `user:${ann.id}`,
    );
    expect(log.map(({ action, after }) => [action, JSON.parse(after)])).toEqual([
      ["user.profile", { profession: "врач" }],
    ]);
  });
});

describe("deleting an account", () => {
  test.each([
    ["nothing", undefined],
    ["the old form", { first_name: "Анна", last_name: "Ким", email: "any@example.com" }],
    ["the password", { current_password: PASSWORD }],
  ])("takes %s and signs out", async (_, body) => {
    const ann = await member();
    expect((await del(ME, body, { key: ann.key })).status).toBe(204);
    expect((await get(ME, { key: ann.key })).status).toBe(401);
    expect((await signIn(ann.email)).status).toBe(400);
    expect(await rows("SELECT id FROM users WHERE id = ?", ann.id)).toEqual([]);
    expect(await rows("SELECT user_id FROM social_profiles WHERE user_id = ?", ann.id)).toEqual([]);
  });

  test("with a wrong password is refused", async () => {
    const ann = await member();
    const answer = await del(ME, { current_password: "not the one" }, { key: ann.key });
    expect(answer.status).toBe(400);
    expect(answer.body).toHaveProperty("current_password");
    expect((await get(ME, { key: ann.key })).status).toBe(200);
  });

  test("of somebody else is staff's, who leave a row of it", async () => {
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

test("one's export has one's profile, requests, blacklist and place", async () => {
  const [ann, bob] = [await member({}, { is_geoip_allowed: true, city: "Тула" }), await member()];
  await befriend(ann, bob);
  await put(`${ME}geolocation/`, { latitude: 54.19, longitude: 37.61 }, { key: ann.key });
  const { body } = await get(`${ME}export/`, { key: ann.key });
  expect(body.social_profile).toMatchObject({ city: "Тула", friends: [{ id: bob.id }] });
  expect(body.location).toMatchObject({ latitude: 54.19, longitude: 37.61 });
  expect(body.friend_requests).toMatchObject([{ from_user: ann.id, to_user: bob.id, status: "Accepted" }]);
  expect(body.blacklist).toEqual([]);
});
