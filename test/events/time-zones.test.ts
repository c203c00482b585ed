/** Time zones of events and people: which names are accepted, who sees them, and how letters and pages write times. */
import { describe, expect, test } from "vitest";
import { parseInstant } from "../../src/platform/time.ts";
import { timeBeside, timeIn, timeZoneNamed, zoneOffset } from "../../src/platform/time-zones.ts";
import { newPerson } from "../authorization/world.ts";
import { get, outboxOf, patch, post, put, rows } from "../harness/api.ts";
import { eventBy, type Person, people, planned } from "./clients.ts";

const EVENTS = "/api/v1/events/";
const PROFILE = "/api/v1/auth/profile/";
const MAY = Date.UTC(2031, 4, 1, 9);
const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en", "if-match": "*" } });
const english = (...who: Person[]) =>
  rows(`UPDATE users SET locale = 'en' WHERE id IN (${who.map(({ id }) => id).join(", ")})`);

describe("the name of a time zone", () => {
  test.each([
    ["Europe/Moscow", "Europe/Moscow"],
    ["europe/moscow", "Europe/Moscow"],
    ["Europe/Kyiv", "Europe/Kyiv"],
    ["America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"],
    ["UTC", "UTC"],
    ["+03:00", null],
    ["Moscow", null],
    ["Europe/Nowhere", null],
    ["Europe/Moscow\r\nATTENDEE:x", null],
    ["A".repeat(10_000), null],
    ["", null],
  ])("The name %j is stored as %j.", (given, stored) => {
    expect(timeZoneNamed(given)).toBe(stored);
  });
});

describe("a time in a zone", () => {
  test.each([
    ["UTC", "en", "May 1, 2031 at 9:00 AM UTC"],
    ["Etc/UTC", "ru", "1 мая 2031 г. в 09:00 UTC"],
    ["Europe/Moscow", "en", "May 1, 2031 at 12:00 PM (Moscow Standard Time, UTC+3)"],
    ["Europe/Moscow", "ru", "1 мая 2031 г. в 12:00 (Москва, стандартное время, UTC+3)"],
    ["Asia/Kolkata", "en", "May 1, 2031 at 2:30 PM (India Standard Time, UTC+5:30)"],
    ["Etc/GMT-3", "en", "May 1, 2031 at 12:00 PM (UTC+3)"],
    ["America/New_York", "en", "May 1, 2031 at 5:00 AM (Eastern Time, UTC-4)"],
  ] as const)("In %s and the language %s it reads as people write it.", (zone, locale, words) => {
    expect(timeIn(zone, MAY, locale).replaceAll(/[\u202f\u00a0]/g, " ")).toBe(words);
  });

  test("The reader's time stands beside only where clocks differ at that moment.", () => {
    const winter = Date.UTC(2031, 0, 1);
    expect(timeBeside("Europe/Moscow", null, MAY, "en")).toBeNull();
    expect(timeBeside("Europe/Moscow", "Europe/Moscow", MAY, "en")).toBeNull();
    expect(timeBeside("Europe/London", "UTC", winter, "en")).toBeNull();
    expect(timeBeside("Europe/London", "UTC", MAY, "en")).toBe("May 1, 2031 at 9:00 AM UTC");
  });

  test.each([
    ["2031-03-09T03:30", "America/New_York", "2031-03-09T07:30:00.000Z"],
    ["2031-11-02T01:30", "America/New_York", "2031-11-02T05:30:00.000Z"],
    ["2031-05-01T12:00", "Pacific/Chatham", "2031-04-30T23:15:00.000Z"],
  ])(
    "The local time %s in %s, also around a change of clocks, is the instant %s.",
    (words, zone, instant) => {
      expect(new Date(parseInstant(words, zone) ?? 0).toISOString()).toBe(instant);
    },
  );

  test("An offset holds for old times too.", () => {
    expect(zoneOffset(Date.UTC(1900, 0, 1), "Europe/Moscow")).toBe((2 * 60 + 30) * 60_000 + 17_000);
    expect(zoneOffset(Date.UTC(1970, 0, 1, 0, 0, 1) - 500, "UTC")).toBe(0);
  });
});

describe("a person's zone", () => {
  test("The profile takes a zone, shows it from then on, refuses what is none, and null forgets it.", async () => {
    const [ann] = (await people(1)) as [Person];
    expect((await get(PROFILE, as(ann))).body).not.toHaveProperty("time_zone");
    expect((await patch(PROFILE, { time_zone: "asia/yekaterinburg" }, as(ann))).body.time_zone).toBe(
      "Asia/Yekaterinburg",
    );
    const refused = await patch(PROFILE, { time_zone: "Mars/Olympus", first_name: "Mia" }, as(ann));
    expect([refused.status, refused.body]).toEqual([
      400,
      { time_zone: ["Enter a time zone of the IANA database, such as Europe/Moscow."] },
    ]);
    expect((await get(PROFILE, as(ann))).body).toMatchObject({ time_zone: "Asia/Yekaterinburg" });
    expect((await get("/api/v1/users/me/export/", as(ann))).body.account).toMatchObject({
      timeZone: "Asia/Yekaterinburg",
    });
    expect((await patch(PROFILE, { time_zone: null }, as(ann))).body).not.toHaveProperty("time_zone");
    expect((await patch(PROFILE, { time_zone: "UTC" })).status).toBe(401);
  });
});

describe("an event's zone", () => {
  test("Without one it is the creator's, else the setting's; whatever client created the event.", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    await rows("UPDATE users SET time_zone = 'Asia/Tokyo' WHERE id = ?", ann.id);
    const draft = {
      name: "Ride",
      starting_time: "2031-06-01T10:00Z",
      end_time: "2031-06-01T12:00Z",
      location: "Hall",
    };
    const zone = { settings: { TIME_ZONE: "Europe/Riga" } };
    const made = await Promise.all([
      post(EVENTS, planned(), { ...as(ann), ...zone }),
      post(EVENTS, planned(), { ...as(bob), ...zone }),
      post(EVENTS, planned({ time_zone: "Europe/Moscow" }), { ...as(ann), ...zone }),
      post("/api/events/", draft, { ...as(ann), ...zone }),
      post("/api/events/", { ...draft, participants: [bob.username] }, { ...as(ann), ...zone }),
      post("/api/events/", { ...draft, time_zone: "Europe/Moscow" }, { ...as(ann), ...zone }),
    ]);
    const zones = made.map(({ body }) => (body.event ?? body).time_zone);
    expect(zones).toEqual([
      "Asia/Tokyo",
      "Europe/Riga",
      "Europe/Moscow",
      "Asia/Tokyo",
      "Asia/Tokyo",
      "Europe/Moscow",
    ]);
    const read = await Promise.all(
      made.map(({ body }) =>
        body.event
          ? get(`/api/event/${body.id}/`, { ...as(ann), ...zone }).then((answer) => answer.body.event)
          : get(`${EVENTS}${body.id}/`, { ...as(ann), ...zone }).then((answer) => answer.body),
      ),
    );
    expect(read.map(({ time_zone }) => time_zone)).toEqual(zones);
  });

  test.each<
    [string, (owner: Person, event: { id: number; uuid: string }, zone: unknown) => Promise<unknown>]
  >([
    ["Find Friend's PATCH", (owner, { id }, time_zone) => patch(`${EVENTS}${id}/`, { time_zone }, as(owner))],
    ["AlphaBet's PUT", (owner, { uuid }, time_zone) => put(`/api/event/${uuid}/`, { time_zone }, as(owner))],
    [
      "the console",
      async (_, { id }, time_zone) =>
        patch(`/api/admin/events/${id}/`, { time_zone }, as(await newPerson("staff"))),
    ],
  ])("A change of the zone by %s is told, and what is no zone is refused.", async (_, change) => {
    const [owner, ann] = (await people(2)) as [Person, Person];
    await english(owner, ann);
    const event = await eventBy(owner, { members: [{ id: ann.id }] });
    const zoneOf = () => rows("SELECT time_zone FROM events WHERE id = ?", event.id);
    expect(await change(owner, event, "Here/There")).toMatchObject({ status: 400 });
    expect(await zoneOf()).toEqual([{ time_zone: null }]);
    expect(await change(owner, event, "Europe/Moscow")).toMatchObject({ status: 200 });
    expect(await zoneOf()).toEqual([{ time_zone: "Europe/Moscow" }]);
    expect((await outboxOf(`${ann.username}@example.com`))[0]?.text).toContain("Changed: time zone.");
  });

  test("Letters and the pages of their links show the event's time, and the reader's beside it.", async () => {
    const [owner, ann, bob] = (await people(3)) as [Person, Person, Person];
    await english(owner, ann, bob);
    await rows("UPDATE users SET time_zone = 'America/New_York' WHERE id = ?", ann.id);
    await eventBy(owner, { time_zone: "Europe/Moscow", members: [{ id: ann.id }, { id: bob.id }] });
    const [toAnn] = await outboxOf(`${ann.username}@example.com`);
    const [toBob] = await outboxOf(`${bob.username}@example.com`);
    const plain = (words = "") => words.replaceAll(/[\u202f\u00a0]/g, " ");
    expect(plain(toAnn?.text)).toContain(
      "Starts: May 1, 2031 at 3:00 PM (Moscow Standard Time, UTC+3)\nStarts (your time): May 1, 2031 at 8:00 AM (Eastern Time, UTC-4)",
    );
    expect(plain(toBob?.text)).toContain(
      "Starts: May 1, 2031 at 3:00 PM (Moscow Standard Time, UTC+3)\nEnds:",
    );
    const link = new URL(toAnn?.links.at(-1) ?? "");
    const page = await get(`${link.pathname}${link.search}`, { headers: { "accept-language": "en" } });
    expect(plain(page.body)).toContain(
      "Starts: May 1, 2031 at 3:00 PM (Moscow Standard Time, UTC+3). Your time: May 1, 2031 at 8:00 AM (Eastern Time, UTC-4).",
    );
  });
});
