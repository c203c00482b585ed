/** Changes of Find Friend profiles: by the clients' own forms, with every fault reported, completely or not at all. */
import { describe, expect, test } from "vitest";
import { signIn, USERS } from "../dialects/find-friend/people.ts";
import { outboxOf, patch, put, rows, staffMember, unique } from "../harness/api.ts";
import { multipart } from "../harness/forms.ts";
import { FORBIDDEN, ME, me, member, NOT_FOUND } from "./social.ts";

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
  test("The shipped client's wizard is accepted with its empty picture.", async () => {
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

  test("PUT requires names and e-mail; other missing fields stay.", async () => {
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

  test("A form's PUT without the checkbox unsets it; a form's PATCH does not.", async () => {
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
  ])("The change %j answers %j.", async (change, expected) => {
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
  ])("The change %j is refused and nothing is stored.", async (wrong, expected) => {
    const ann = await member({}, { ...wizard(`${unique("q")}@example.com`), profession: "врач" });
    const before = await me(ann);
    const good = { city: "Москва", interests: [], profession: "повар" };
    const { status, body } = await patch(ME, { ...good, ...wrong }, { key: ann.key });
    expect(status).toBe(400);
    expect(body).toEqual(expected);
    expect(await me(ann)).toEqual(before);
  });

  test("A change to another account's e-mail, in any case, is refused as a whole.", async () => {
    const [ann, bob] = [await member(), await member()];
    const body = { email: bob.email.toUpperCase(), city: "Тула", interests: [{ name: "Йога" }] };
    const answer = await patch(ME, body, { key: ann.key });
    expect(answer.status).toBe(400);
    expect(answer.body).toEqual({ email: ["Пользователь с таким Электронная почта уже существует."] });
    expect(await me(ann)).toMatchObject({ email: ann.email, city: null, interests: [] });
  });

  test("A new e-mail gets a verification mail and signs in from then on.", async () => {
    const ann = await member();
    const email = `${unique("New")}@example.com`;
    expect((await patch(ME, { email }, { key: ann.key })).body.email).toBe(email.toLowerCase());
    expect(await outboxOf(email.toLowerCase())).toHaveLength(1);
    expect((await signIn(email.toLowerCase())).status).toBe(200);
    expect((await signIn(ann.email)).status).toBe(400);
  });

  test("Fields that only staff may set are ignored.", async () => {
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

  test("Changing another profile is a 403, an unknown one a 404.", async () => {
    const [ann, bob] = [await member(), await member()];
    for (const change of [put, patch]) {
      const theirs = await change(`${USERS}${bob.id}/`, wizard(ann.email), { key: ann.key });
      expect([theirs.status, theirs.body]).toEqual([403, FORBIDDEN]);
      const nobodys = await change(`${USERS}999999999/`, wizard(ann.email), { key: ann.key });
      expect([nobodys.status, nobodys.body]).toEqual([404, NOT_FOUND]);
    }
    expect(await me(bob)).toMatchObject({ first_name: "Тестовый", city: null });
  });

  test("Staff can change a profile, with an audit row.", async () => {
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
