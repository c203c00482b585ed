/** Notification settings for all apps, over HTTP and in the database. */
import { sql } from "drizzle-orm";
import { beforeEach, describe, expect, test } from "vitest";
import { setWanted, wants, wantsLetters } from "../../src/modules/notifications/index.ts";
import { KIND_NAMES } from "../../src/modules/notifications/settings/kinds.ts";
import { get, type Person, patch, person, put, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { notify } from "../harness/notices.ts";

const SETTINGS = "/api/v1/notifications/settings/";
const english = { "accept-language": "en" };

let ann: Person;
const read = async (who = ann) => (await get(SETTINGS, { token: who.token })).body;
const change = (body: unknown, who = ann) => put(SETTINGS, body, { token: who.token, headers: english });

beforeEach(async () => {
  ann = await person();
});

describe("reading", () => {
  test("Every kind is on by each of its channels, without quiet hours, until the person chooses.", async () => {
    const settings = await read();
    expect(settings).toMatchObject({ receive_notifications: true, quiet_hours: null, time_zone: "UTC" });
    expect(Object.keys(settings.kinds)).toEqual(KIND_NAMES);
    expect(settings.kinds.chat_messages).toEqual({ push: true });
    expect(settings.kinds.event_changes).toEqual({ push: true, email: true });
    expect(await rows("SELECT 1 FROM notification_choices WHERE user_id = ?", ann.id)).toEqual([]);
  });

  test("Notification settings without a credential are a 401.", async () => {
    expect((await get(SETTINGS)).status).toBe(401);
    expect((await put(SETTINGS, { receive_notifications: false })).status).toBe(401);
  });
});

describe("changing", () => {
  test("Only what the body names is changed, and a repeat changes nothing more.", async () => {
    const body = { kinds: { chat_messages: { push: false }, event_changes: { email: false } } };
    for (const _ of [1, 2]) {
      const answer = await change(body);
      expect(answer.status).toBe(200);
      expect(answer.body.kinds).toMatchObject({
        chat_messages: { push: false },
        event_changes: { push: true, email: false },
        tasks: { push: true },
      });
    }
    await change({ kinds: { event_changes: { push: false } } });
    expect((await read()).kinds.event_changes).toEqual({ push: false, email: false });
    await change({ kinds: { event_changes: { push: true, email: true }, chat_messages: {} } });
    expect((await read()).kinds).toMatchObject({
      event_changes: { push: true, email: true },
      chat_messages: { push: false },
    });
    expect((await change({})).body).toEqual(await read());
  });

  test("Quiet hours are set, kept by other changes, and turned off by null.", async () => {
    await change({ quiet_hours: { from: "22:30", to: "07:05" } });
    await change({ receive_notifications: true });
    expect((await read()).quiet_hours).toEqual({ from: "22:30", to: "07:05" });
    await change({ quiet_hours: null });
    expect((await read()).quiet_hours).toBeNull();
  });

  test.each([
    [
      { kinds: { chat: { push: false } } },
      { kinds: { chat: ["There is no kind of notifications called chat."] } },
    ],
    [
      { kinds: { chat_messages: { email: false } } },
      { kinds: { chat_messages: { email: ["Notifications of this kind come by push only."] } } },
    ],
    [{ kinds: { tasks: { push: "perhaps" } } }, { kinds: { tasks: { push: ["Must be a valid boolean."] } } }],
    [
      { quiet_hours: { from: "7:00", to: "24:00" } },
      {
        quiet_hours: {
          from: ["Enter a time as HH:MM, 00:00 to 23:59."],
          to: ["Enter a time as HH:MM, 00:00 to 23:59."],
        },
      },
    ],
    [{ quiet_hours: { from: "22:00" } }, { quiet_hours: { to: ["This field is required."] } }],
    [
      { quiet_hours: { from: "22:00", to: "22:00" } },
      { quiet_hours: { to: ["Quiet hours must end at another time than they begin."] } },
    ],
  ])("The settings %j are refused, and nothing of them is stored.", async (body, errors) => {
    const answer = await change({ receive_notifications: false, ...body });
    expect(answer).toMatchObject({ status: 400, body: errors });
    expect((await read()).receive_notifications).toBe(true);
  });

  test("The settings are the caller's own.", async () => {
    const bob = await person();
    await change({ kinds: { tasks: { push: false } }, user: bob.id });
    expect((await read(bob)).kinds.tasks).toEqual({ push: true });
  });
});

describe("the settings of the older apps", () => {
  test("Find Friend's setting and `receive_notifications` are one.", async () => {
    const friends = "/api/v1/notification/notification_settings/";
    await patch(friends, { receive_notifications: false }, { token: ann.token });
    expect((await read()).receive_notifications).toBe(false);
    expect(await notify(ann.id)).toBe(0);
    await change({ receive_notifications: true });
    expect((await patch(friends, {}, { token: ann.token })).body.receive_notifications).toBe(true);
  });

  test("Rideshare's `mail_reminders` and the letters of reminders are one, whoever sets it.", async () => {
    const { body } = await change({
      kinds: { reminders: { email: false, push: false }, tasks: { push: false } },
    });
    expect(body.kinds).toMatchObject({ reminders: { push: false, email: false }, tasks: { push: false } });
    const stored = () => rows("SELECT mail_reminders FROM users WHERE id = ?", ann.id);
    expect(await stored()).toEqual([{ mail_reminders: 0 }]);
    await change({ kinds: { reminders: { email: true } } });
    expect(await stored()).toEqual([{ mail_reminders: 1 }]);
    expect((await read()).kinds.reminders).toEqual({ push: false, email: true });
  });
});

test("Quiet hours are meant in the time zone of the account.", async () => {
  const answer = await patch("/api/v1/auth/profile/", { time_zone: "Asia/Tokyo" }, { token: ann.token });
  expect(answer.status).toBe(200);
  await change({ quiet_hours: { from: "22:00", to: "07:00" } });
  expect((await read()).time_zone).toBe("Asia/Tokyo");
  const { ctx } = jobContext();
  const pushed = (at: string) => wants(ctx, "tasks", "push", ann.id, Date.parse(at));
  expect(await pushed("2026-06-15T13:30:00Z")).toBe(false);
  expect(await pushed("2026-06-15T22:30:00Z")).toBe(true);
});

describe("what others ask", () => {
  const { ctx } = jobContext();

  test("One kind can be turned off for letters alone, and `wants` and the SQL condition agree.", async () => {
    const asked = async (kind: "event_changes" | "reminders") => {
      const [row] = await ctx.db.all<{ wanted: number }>(
        sql`SELECT (${wantsLetters(kind, sql`u.id`)}) AS wanted FROM users u WHERE u.id = ${ann.id}`,
      );
      return [await wants(ctx, kind, "email", ann.id), row?.wanted === 1];
    };
    for (const kind of ["event_changes", "reminders"] as const) {
      expect(await asked(kind)).toEqual([true, true]);
      for (const _ of [1, 2]) await setWanted(ctx, ann.id, kind, "email", false);
      expect(await asked(kind)).toEqual([false, false]);
      expect(await wants(ctx, kind, "push", ann.id)).toBe(true);
      await setWanted(ctx, ann.id, kind, "email", true);
      expect(await asked(kind)).toEqual([true, true]);
    }
  });

  test("Nobody who does not exist wants anything.", async () => {
    expect(await wants(ctx, "tasks", "push", 999_999_999)).toBe(false);
  });

  test("Two changes at once keep both choices.", async () => {
    await Promise.all([
      change({ kinds: { event_changes: { push: false } } }),
      change({ kinds: { event_changes: { email: false } } }),
    ]);
    expect((await read()).kinds.event_changes).toEqual({ push: false, email: false });
  });
});
