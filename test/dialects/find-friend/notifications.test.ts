/** Notifications in Find Friend: a bare list, in which a client may mark and delete its own. */
import { beforeEach, describe, expect, test } from "vitest";
import { call, del, get, patch, post, put, rows } from "../../harness/api.ts";
import { notify } from "../../harness/notices.ts";
import { someone } from "./people.ts";

const LIST = "/api/v1/notification/";
const SETTINGS = `${LIST}notification_settings/`;

interface Friend {
  readonly id: number;
  readonly with: { readonly key: string };
}

async function friend(): Promise<Friend> {
  const { key, email } = await someone();
  const [row] = await rows<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
  return { id: row?.id ?? 0, with: { key } };
}

let ann: Friend;
beforeEach(async () => {
  ann = await friend();
});

describe("the list", () => {
  test("The list of notifications is a bare array of the caller's, newest first.", async () => {
    const bob = await friend();
    const message = "Тестовый Юзер отправил Вам запрос на добавления в друзья.";
    const first = await notify(ann.id, { type: "FRIEND_REQUEST", message });
    const second = await notify(ann.id, { type: "" });
    await notify(bob.id);
    const { status, body } = await get(LIST, ann.with);
    expect(status).toBe(200);
    expect(body).toEqual([
      expect.objectContaining({ id: second, type: null, read: false }),
      {
        id: first,
        created_at: expect.stringMatching(/^\d{4}-.*Z$/),
        message,
        type: "FRIEND_REQUEST",
        read: false,
        recipient: ann.id,
        room: null,
      },
    ]);
    expect((await get(`${LIST}?limit=1`, ann.with)).body).toHaveLength(1);
    expect((await get(`${LIST}${first}/`, ann.with)).body).toEqual(body[1]);
  });

  test("Notifications cannot be created by clients.", async () => {
    const bob = await friend();
    const forged = { recipient: bob.id, message: "Вы выиграли", type: "FRIEND_REQUEST" };
    const answer = await post(LIST, forged, ann.with);
    expect(answer).toMatchObject({ status: 405, body: { detail: 'Метод "POST" не разрешен.' } });
    expect(await rows("SELECT id FROM notifications WHERE user_id = ?", bob.id)).toEqual([]);
  });

  test("The list of notifications without a key is a 401 in the Token scheme.", async () => {
    const answer = await get(LIST);
    expect(answer).toMatchObject({ status: 401, body: { detail: "Учетные данные не были предоставлены." } });
    expect(answer.headers.get("www-authenticate")).toBe("Token");
  });
});

describe("a notification", () => {
  test.each([
    ["PATCH", patch],
    ["PUT", put],
  ])("The method %s changes only `read` of a notification.", async (_name, change) => {
    const bob = await friend();
    const id = await notify(ann.id, { type: "FRIEND_REQUEST", message: "Привет" });
    const forged = { read: true, recipient: bob.id, message: "Пока", type: "X" };
    const answer = await change(`${LIST}${id}/`, forged, ann.with);
    const unchanged = { id, message: "Привет", type: "FRIEND_REQUEST", recipient: ann.id };
    expect(answer).toMatchObject({ status: 200, body: { ...unchanged, read: true } });
    expect((await change(`${LIST}${id}/`, {}, ann.with)).body).toMatchObject({ read: true });
    expect((await change(`${LIST}${id}/`, { read: false }, ann.with)).body).toMatchObject({ read: false });
  });

  test("Marking a notification with a value that is not boolean is a 400.", async () => {
    const id = await notify(ann.id);
    expect(await patch(`${LIST}${id}/`, { read: "perhaps" }, ann.with)).toMatchObject({
      status: 400,
      body: { read: ["Must be a valid boolean."] },
    });
  });

  test("A deleted notification is gone.", async () => {
    const id = await notify(ann.id);
    expect((await del(`${LIST}${id}/`, undefined, ann.with)).status).toBe(204);
    expect((await del(`${LIST}${id}/`, undefined, ann.with)).status).toBe(404);
    expect((await get(LIST, ann.with)).body).toEqual([]);
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])(
    "Another person's notification is a 404 for %s, and stays.",
    async (method) => {
      const bob = await friend();
      const id = await notify(bob.id);
      const answer = await call(method, `${LIST}${id}/`, {
        ...(method === "GET" ? {} : { body: { read: true } }),
        ...ann.with,
      });
      expect(answer).toMatchObject({ status: 404, body: { detail: "Страница не найдена." } });
      expect(await rows("SELECT is_read FROM notifications WHERE id = ?", id)).toEqual([{ is_read: 0 }]);
    },
  );
});

describe("the settings", () => {
  test("Notifications are on by default, and the settings turn them off and on.", async () => {
    const wire = (receive_notifications: boolean) => ({ id: ann.id, receive_notifications, user: ann.id });
    expect(await patch(SETTINGS, {}, ann.with)).toMatchObject({ status: 200, body: wire(true) });
    for (const wanted of [false, false, true]) {
      const answer = await patch(SETTINGS, { receive_notifications: wanted }, ann.with);
      expect(answer).toMatchObject({ status: 200, body: wire(wanted) });
      expect((await notify(ann.id)) > 0).toBe(wanted);
    }
  });

  test("The settings are the caller's, whatever user the body names.", async () => {
    const bob = await friend();
    await patch(SETTINGS, { receive_notifications: false, user: bob.id, id: bob.id }, ann.with);
    expect(await notify(bob.id)).toBeGreaterThan(0);
    expect(await notify(ann.id)).toBe(0);
  });

  test("The settings cannot be read.", async () => {
    const answer = await get(SETTINGS, ann.with);
    expect(answer).toMatchObject({ status: 405, body: { detail: 'Метод "GET" не разрешен.' } });
    expect(answer.headers.get("allow")).toBe("PATCH, OPTIONS");
  });
});
