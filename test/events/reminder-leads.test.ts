/** Reminder leads of an event: what is accepted, and which reminders go out when. */
import { describe, expect, test } from "vitest";
import { sendReminders } from "../../src/modules/events/index.ts";
import { newPerson } from "../authorization/world.ts";
import { call, get, outboxOf, patch, put, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { eventBy, type Person, people, planned, type TestEvent } from "./clients.ts";

const EVENTS = "/api/v1/events/";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en", "if-match": "*" } });

/** A day that no other test looks at. */
let day = Date.UTC(2043, 0, 1);

async function planWith(reminders: unknown, startsIn?: number) {
  const [owner] = (await people(1)) as [Person];
  await rows("UPDATE users SET locale = 'en' WHERE id = ?", owner.id);
  day += 3 * DAY;
  const startsAt = startsIn === undefined ? day : Date.now() + startsIn;
  const times = { start_date: new Date(startsAt).toISOString(), end_date: null };
  const event = await eventBy(owner, { ...times, ...(reminders === undefined ? {} : { reminders }) });
  return { owner, event, startsAt };
}

async function remind(now: number): Promise<number> {
  const { ctx, finished } = jobContext({ now: () => now });
  const sent = await sendReminders(ctx);
  await finished();
  return sent;
}

const shown = async ({ id }: TestEvent) => (await get(`${EVENTS}${id}/`)).body.reminders;
const sentences = async ({ username }: Person) =>
  (await outboxOf(`${username}@example.com`))
    .filter(({ subject }) => subject === "Event Reminder")
    .map(({ text }) => text.split("\n")[0]?.replace(/^.*" /, ""));

describe("the reminders of an event", () => {
  test("An event reminds half an hour before unless it says otherwise; leads are shown longest first, each once.", async () => {
    const { owner, event } = await planWith(undefined);
    expect(await shown(event)).toEqual([30]);
    const change = async (reminders: unknown) =>
      (await patch(`${EVENTS}${event.id}/`, { reminders }, as(owner))).body.reminders;
    expect(await change([30, 1440, 30])).toEqual([1440, 30]);
    expect(await change([])).toEqual([]);
    expect(await change(null)).toEqual([30]);
    expect(await change([40_320, 1, "90"])).toEqual([40_320, 90, 1]);
    const replaced = await put(`${EVENTS}${event.id}/`, planned(), as(owner));
    expect(replaced.body.reminders).toEqual([40_320, 90, 1]);
  });

  test("A form gives one lead or several, and nothing for the default.", async () => {
    const { owner, event } = await planWith([60]);
    const send = async (...leads: string[]) => {
      const form = new FormData();
      for (const lead of leads) form.append("reminders", lead);
      return (await call("PATCH", `${EVENTS}${event.id}/`, { ...as(owner), body: form })).body.reminders;
    };
    expect(await send("45")).toEqual([45]);
    expect(await send("45", "120")).toEqual([120, 45]);
    expect(await send("")).toEqual([30]);
  });

  test.each([
    ["four leads", [1, 2, 3, 4]],
    ["no lead time", [0]],
    ["more than four weeks", [40_321]],
    ["a fraction", [1.5]],
    ["words", ["soon"]],
    ["an object", { lead: 30 }],
    ["a negative one", [-30]],
    ["a list in a list", [[30]]],
  ])(
    "Reminders with %s are refused, by the API and the console, and stay as they were.",
    async (_, reminders) => {
      const { owner, event } = await planWith([60]);
      const refused = await patch(`${EVENTS}${event.id}/`, { reminders, name: "Other" }, as(owner));
      expect([refused.status, Object.keys(refused.body)]).toEqual([400, ["reminders"]]);
      const staff = await newPerson("staff");
      const inConsole = await patch(`/api/admin/events/${event.id}/`, { reminders }, as(staff));
      expect([inConsole.status, Object.keys(inConsole.body)]).toEqual([400, ["reminders"]]);
      expect(await shown(event)).toEqual([60]);
    },
  );

  test("The console changes them, and AlphaBet's clients, who know none, leave them.", async () => {
    const { owner, event } = await planWith([60]);
    const staff = as(await newPerson("staff"));
    const changed = await patch(`/api/admin/events/${event.id}/`, { reminders: [15, 600] }, staff);
    expect([changed.status, changed.body.reminders]).toEqual([200, [600, 15]]);
    expect((await put(`/api/event/${event.uuid}/`, { location: "Pier" }, as(owner))).status).toBe(200);
    expect(await shown(event)).toEqual([600, 15]);
  });
});

describe("a run of the job", () => {
  test("Each lead reminds once, when it is due, and at no other time.", async () => {
    const { owner, startsAt } = await planWith([1440, 60]);
    const before = [DAY + MINUTE, DAY, DAY - MINUTE, 23 * HOUR, HOUR + 1, HOUR, 31 * MINUTE, 29 * MINUTE, 1];
    const sent = [];
    for (const ms of before) sent.push(await remind(startsAt - ms));
    expect(sent).toEqual([0, 1, 0, 0, 0, 1, 0, 0, 0]);
    expect(await sentences(owner)).toEqual(["is starting in 1 hour.", "is starting in 1 day."]);
  });

  test("Runs at once send each reminder once.", async () => {
    const { owner, startsAt } = await planWith([120]);
    await Promise.all([1, 2, 3].map(() => remind(startsAt - 2 * HOUR)));
    expect(await sentences(owner)).toEqual(["is starting in 2 hours."]);
  });

  test("An event whose leads have passed when it is made reminds by the nearest only.", async () => {
    const { owner, startsAt } = await planWith([30, 25, 20], 10 * MINUTE);
    expect(await remind(startsAt - 9 * MINUTE)).toBeGreaterThan(0);
    await remind(startsAt - 8 * MINUTE);
    expect(await sentences(owner)).toEqual(["is starting in 20 minutes."]);
  });

  test("A moved start and changed leads move the reminders; none are left without leads or event.", async () => {
    const { owner, event, startsAt } = await planWith([1440]);
    const later = startsAt + DAY;
    const change = (body: object) => patch(`${EVENTS}${event.id}/`, body, as(owner));
    await change({ start_date: new Date(later).toISOString() });
    expect(await remind(startsAt - DAY)).toBe(0);
    expect(await remind(later - DAY)).toBe(1);
    await change({ reminders: [60] });
    expect(await remind(later - HOUR)).toBe(1);
    await change({ reminders: [] });
    expect(await remind(later - 30 * MINUTE)).toBe(0);
    await change({ reminders: [30] });
    await call("DELETE", `${EVENTS}${event.id}/`, as(owner));
    expect(await remind(later - 30 * MINUTE)).toBe(0);
    expect(await rows("SELECT * FROM event_reminder_times WHERE event_id = ?", event.id)).toEqual([]);
  });
});
