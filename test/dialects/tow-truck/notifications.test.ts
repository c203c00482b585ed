/** Notifications of a Tow Truck client: listing, counting, marking as read. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, patch, person, post, rows } from "../../harness/api.ts";
import { charge, counted } from "../../harness/counting/counted.ts";
import { notify } from "../../harness/notices.ts";

const LIST = "/api/v1/notifications/";
const READ = "Уведомление отмечено как прочитанное.";

let ann: Person;
beforeEach(async () => {
  ann = await person();
});

const unread = async () => (await get(`${LIST}unread-count/`, { token: ann.token })).body;

describe("the list of notifications", () => {
  test("A notification has the fields that the clients read.", async () => {
    const order = crypto.randomUUID();
    const notice = {
      type: "ORDER_CREATED",
      title: "Заказ создан",
      message: `Заказ ${order} успешно отправлен в обработку.`,
    };
    const id = await notify(ann.id, { ...notice, about: `order:${order}` });
    const { status, body } = await get(LIST, { token: ann.token });
    expect(status).toBe(200);
    expect(body).toEqual({
      count: 1,
      next: null,
      previous: null,
      results: [
        {
          id,
          notification_type: "ORDER_CREATED",
          created_at: expect.stringMatching(/^\d{4}-.*Z$/),
          updated_at: body.results[0].created_at,
          title: notice.title,
          message: notice.message,
          is_read: false,
          user: ann.id,
          related_order: order,
          room: `order:${order}`,
        },
      ],
    });
  });

  test.each([
    ["a friend's request", "FRIEND_REQUEST", null],
    ["a chat", "CHAT_MESSAGE", "chat:3"],
    ["a ticket", "GENERAL", "ticket:5b1c6d9e-0000-4000-8000-000000000000"],
  ])("A notification about %s names its type and no order.", async (_name, type, about) => {
    await notify(ann.id, { type, about });
    const [row] = (await get(LIST, { token: ann.token })).body.results;
    expect(row).toMatchObject({ notification_type: type, related_order: null, room: about });
  });

  test("The list has only the caller's notifications, the newest first, 20 a page.", async () => {
    const bob = await person();
    await notify(bob.id);
    const ids: number[] = [];
    for (let n = 0; n < 21; n += 1) ids.push(await notify(ann.id));
    const first = await get(LIST, { token: ann.token });
    const second = await get(`${LIST}?page=last`, { token: ann.token });
    expect(first.body).toMatchObject({ count: 21, previous: null });
    expect(first.body.results).toHaveLength(20);
    expect([...first.body.results, ...second.body.results].map(({ id }) => id)).toEqual(ids.reverse());
    expect(await get(`${LIST}?page=3`, { token: ann.token })).toMatchObject({
      status: 404,
      body: { detail: "Неправильная страница" },
    });
  });

  test("The list costs the same two statements for one row as for 20.", async () => {
    const meter = counted();
    await get(LIST, { token: ann.token });
    for (let n = 0; n < 20; n += 1) {
      await notify(ann.id);
      if (n > 0 && n < 19) continue;
      const { bill } = await charge(meter, 200, "GET", LIST, { token: ann.token });
      expect(bill.statements.filter((sql) => sql.includes("notifications"))).toHaveLength(2);
      expect(bill.objectCalls).toEqual([]);
    }
  });

  test("The list requires credentials.", async () => {
    expect((await get(LIST)).status).toBe(401);
  });
});

describe("reading notifications", () => {
  test("Marking one as read may be repeated.", async () => {
    const [id, other] = [await notify(ann.id), await notify(ann.id)];
    for (let n = 0; n < 2; n += 1) {
      expect(await post(`${LIST}${id}/read/`, undefined, { token: ann.token })).toMatchObject({
        status: 200,
        body: { message: READ },
      });
      expect(await unread()).toEqual({ count: 1 });
    }
    const { results } = (await get(LIST, { token: ann.token })).body;
    expect(results).toMatchObject([
      { id: other, is_read: false },
      { id, is_read: true },
    ]);
  });

  test.each(["of somebody else", "that does not exist"])(
    "Marking a notification %s is a 404.",
    async (whose) => {
      const bob = await person();
      const id = whose.startsWith("of") ? await notify(bob.id) : 2_000_000_000;
      const answer = await post(`${LIST}${id}/read/`, undefined, { token: ann.token });
      expect(answer).toMatchObject({ status: 404, body: { detail: "Страница не найдена." } });
      expect(await rows("SELECT id FROM notifications WHERE user_id = ? AND is_read", bob.id)).toEqual([]);
    },
  );

  test("Marking all marks only the caller's and answers how many.", async () => {
    const bob = await person();
    for (const who of [ann, ann, bob]) await notify(who.id);
    const all = () => post(`${LIST}read-all/`, undefined, { token: ann.token });
    const message = "Все уведомления отмечены как прочитанные.";
    expect(await all()).toMatchObject({ status: 200, body: { message, count: 2 } });
    expect(await all()).toMatchObject({ status: 200, body: { message, count: 0 } });
    expect(await unread()).toEqual({ count: 0 });
    expect((await get(`${LIST}unread-count/`, { token: bob.token })).body).toEqual({ count: 1 });
  });
});

test("An account's export has the person's own notifications only.", async () => {
  const bob = await person();
  await notify(ann.id, { message: "За Анной" });
  await notify(bob.id, { message: "За Борисом" });
  const { body } = await get("/api/v1/users/me/export/", { token: ann.token });
  expect(body).toMatchObject({ receive_notifications: true, notifications: [{ message: "За Анной" }] });
});

test("Both apps show the same notifications.", async () => {
  const id = await notify(ann.id);
  await patch(`/api/v1/notification/${id}/`, { read: true }, { token: ann.token });
  expect(await unread()).toEqual({ count: 0 });
});
