/** Friend requests: sent once, answered once by the receiver, with a notice to the sender. */
import { describe, expect, test } from "vitest";
import { del, get, patch, post, rows } from "../harness/api.ts";
import {
  answer,
  ask,
  befriend,
  block,
  FORBIDDEN,
  FRIENDS,
  friendIds,
  ME,
  type Member,
  member,
  NOT_FOUND,
  noticesOf,
  pair,
  requests,
  send,
} from "./social.ts";

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe("a request", () => {
  test("A request is pending, in both lists, and notifies the receiver.", async () => {
    const [ivan, maria] = await pair();
    const sent = await post(
      FRIENDS,
      { to_user: maria.id, status: "Accepted", from_user: 1 },
      { key: ivan.key },
    );
    expect(sent.status).toBe(201);
    expect(Object.keys(sent.body)).toEqual([
      "id",
      "status",
      "created_at",
      "updated_at",
      "from_user",
      "to_user",
    ]);
    expect(sent.body).toMatchObject({ status: "Pending", from_user: ivan.id, to_user: maria.id });
    expect(sent.body.created_at).toMatch(ISO);
    for (const who of [ivan, maria]) expect(await requests(who)).toEqual([sent.body]);
    expect((await get(`${FRIENDS}${sent.body.id}/`, { key: maria.key })).body).toEqual(sent.body);
    expect(await friendIds(ivan)).toEqual([]);
    expect(await noticesOf(maria)).toEqual([
      {
        type: "FRIEND_REQUEST",
        message: "Иван Петров отправил Вам запрос на добавления в друзья.",
        about: `user:${ivan.id}`,
      },
    ]);
    expect(await noticesOf(ivan)).toEqual([]);
  });

  test("A request notifies once a day, however often it is withdrawn and sent again.", async () => {
    const [ivan, maria] = await pair();
    for (let nth = 0; nth < 3; nth++) {
      const id = await ask(ivan, maria);
      expect((await del(`${FRIENDS}${id}/`, undefined, { key: ivan.key })).status).toBe(204);
    }
    expect(await noticesOf(maria)).toHaveLength(1);
  });

  test("Requests are listed the newest first, in any state.", async () => {
    const [ivan, maria] = await pair();
    const first = await befriend(ivan, maria);
    const second = await ask(await member(), ivan);
    expect((await requests(ivan)).map(({ id }: { id: number }) => id)).toEqual([second, first]);
  });

  test.each([
    [
      "the sender themselves",
      (ivan: Member) => ivan.id,
      "Вы не можете отправить заявку на дружбу самому себе.",
    ],
  ])("A request to %s is refused.", async (_, to, words) => {
    const [ivan] = await pair();
    const { status, body } = await send(ivan, to(ivan));
    expect([status, body]).toEqual([400, { non_field_errors: [words] }]);
    expect(await requests(ivan)).toEqual([]);
  });

  test.each([
    [{}, "Обязательное поле."],
    [{ to_user: null }, "Это поле не может быть пустым."],
    [{ to_user: "Иван" }, "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
    [{ to_user: 0 }, 'Недопустимый первичный ключ "0" - объект не существует.'],
    [{ to_user: 999999999 }, 'Недопустимый первичный ключ "999999999" - объект не существует.'],
  ])("A request with %j is refused.", async (body, words) => {
    const [ivan] = await pair();
    const sent = await post(FRIENDS, body, { key: ivan.key });
    expect([sent.status, sent.body]).toEqual([400, { to_user: [words] }]);
  });

  test.each(["Pending", "Accepted", "Declined", "ended"])(
    "A request can't be repeated while the first exists: %s.",
    async (state) => {
      const [ivan, maria] = await pair();
      const id = await ask(ivan, maria);
      if (state === "Declined") await answer("decline", maria, id);
      else if (state !== "Pending") await answer("accept", maria, id);
      if (state === "ended") await patch(ME, { friends: [] }, { key: maria.key });
      const { status, body } = await send(ivan, maria.id);
      expect([status, body]).toEqual([
        400,
        { non_field_errors: ["Заявка на дружбу этому пользователю уже отправлена."] },
      ]);
      expect(await requests(ivan)).toHaveLength(1);
      expect(await noticesOf(maria)).toHaveLength(1);
    },
  );

  test("A request to a friend is refused.", async () => {
    const [ivan, maria] = await pair();
    await befriend(ivan, maria);
    const { status, body } = await send(maria, ivan.id);
    expect([status, body]).toEqual([400, { non_field_errors: ["Этот пользователь уже у вас в друзьях."] }]);
  });

  test("Requests from both sides make a friendship at once.", async () => {
    const [ivan, maria] = await pair();
    await ask(ivan, maria);
    const back = await send(maria, ivan.id);
    expect(back.status).toBe(201);
    expect(back.body).toMatchObject({ from_user: maria.id, to_user: ivan.id, status: "Accepted" });
    expect((await requests(ivan)).map(({ status }: { status: string }) => status)).toEqual([
      "Accepted",
      "Accepted",
    ]);
    expect(await friendIds(ivan)).toEqual([maria.id]);
    expect(await friendIds(maria)).toEqual([ivan.id]);
    expect((await noticesOf(ivan)).map(({ message }) => message)).toEqual([
      "Мария Ким принял Ваш запрос на добавления в друзья.",
    ]);
  });

  test("Concurrent requests from both sides make one friendship.", async () => {
    const [ivan, maria] = await pair();
    const responses = await Promise.all([send(ivan, maria.id), send(maria, ivan.id)]);
    expect(responses.map(({ status }) => status)).toEqual([201, 201]);
    expect(await friendIds(ivan)).toEqual([maria.id]);
    expect(await requests(ivan)).toHaveLength(2);
  });

  test("A request sent twice concurrently is one.", async () => {
    const [ivan, maria] = await pair();
    const responses = await Promise.all([1, 2, 3].map(() => send(ivan, maria.id)));
    expect(responses.map(({ status }) => status).sort()).toEqual([201, 400, 400]);
    expect(await requests(ivan)).toHaveLength(1);
    expect(await noticesOf(maria)).toHaveLength(1);
  });

  test.each([
    ["who blocked the sender", (ivan: Member, maria: Member) => block(maria, ivan)],
    ["whom the sender blocked", (ivan: Member, maria: Member) => block(ivan, maria)],
  ])("A request to a person %s is refused and notifies nobody.", async (_, blocking) => {
    const [ivan, maria] = await pair();
    await blocking(ivan, maria);
    const { status, body } = await send(ivan, maria.id);
    expect([status, body]).toEqual([403, FORBIDDEN]);
    expect(await requests(maria)).toEqual([]);
    expect(await noticesOf(maria)).toEqual([]);
  });
});

describe("an answer", () => {
  test.each([
    ["accept", "Accepted", "Заявка на дружбу принята.", "FRIEND_REQUEST_ACCEPTED", "принял"],
    ["decline", "Declined", "Заявка на дружбу отклонена.", "FRIEND_REQUEST_REJECTED", "отклонил"],
  ] as const)(
    "The answer %s returns its message, counts once and notifies the sender.",
    async (verb, status, words, type, did) => {
      const [ivan, maria] = await pair();
      const id = await ask(ivan, maria);
      const done = await answer(verb, maria, id);
      expect([done.status, done.body]).toEqual([200, { message: words }]);
      expect((await requests(ivan))[0].status).toBe(status);
      expect(await friendIds(ivan)).toEqual(status === "Accepted" ? [maria.id] : []);
      const again = await answer(verb, maria, id);
      expect([again.status, again.body]).toEqual([404, NOT_FOUND]);
      expect((await answer(verb === "accept" ? "decline" : "accept", maria, id)).status).toBe(404);
      expect(await noticesOf(ivan)).toEqual([
        {
          type,
          message: `Мария Ким ${did} Ваш запрос на добавления в друзья.`,
          about: `user:${maria.id}`,
        },
      ]);
    },
  );

  test("Only the receiver can answer a request.", async () => {
    const [ivan, maria] = await pair();
    const eve = await member();
    const id = await ask(ivan, maria);
    for (const who of [ivan, eve]) {
      for (const verb of ["accept", "decline"] as const)
        expect((await answer(verb, who, id)).status).toBe(404);
    }
    for (const unknown of ["abc", "999999999"])
      expect((await answer("accept", maria, unknown)).status).toBe(404);
    expect((await requests(maria))[0].status).toBe("Pending");
  });

  test("An answer given twice concurrently counts once.", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    const responses = await Promise.all([answer("accept", maria, id), answer("decline", maria, id)]);
    expect(responses.map(({ status }) => status).sort()).toEqual([200, 404]);
    expect(await noticesOf(ivan)).toHaveLength(1);
  });

  test("A request of a person blocked meanwhile can be declined but not accepted.", async () => {
    const [ivan, maria] = await pair();
    const id = await ask(ivan, maria);
    await block(maria, ivan);
    expect((await answer("accept", maria, id)).status).toBe(404);
    expect(await friendIds(maria)).toEqual([]);
    expect((await answer("decline", maria, id)).status).toBe(200);
  });

  test("A person who turned notifications off gets none about an answer.", async () => {
    const [ivan, maria] = await pair();
    await rows("INSERT INTO notification_settings (user_id, receives) VALUES (?, 0)", ivan.id);
    await befriend(ivan, maria);
    expect(await noticesOf(ivan)).toEqual([]);
  });
});
