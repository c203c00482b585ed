/** Events as iCalendar files, and the feed that only its signed address opens. */
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { type CalendarEvent, toCalendar } from "../../src/modules/events/calendar/ical.ts";
import { get, rows } from "../harness/api.ts";
import { change, city, createEvent, EVENTS, eventPath, guest } from "./fixtures.ts";

const unfold = (file: string) => file.replaceAll("\r\n ", "").split("\r\n");
const path = (url: string) => url.replace("http://caravan.test", "");

test("Anybody may download a public event as an iCalendar file.", async () => {
  const host = await guest();
  const { id: cityId } = await city(55.75, 37.61);
  const id = await createEvent(host, {
    name: "Поход; в горы, далеко",
    description: "Первая строка\nвторая \\ строка",
    end_date: "2031-05-01T15:30+03:00",
    city: cityId,
    address: "Вокзал",
  });
  const { status, headers, body } = await get(`${eventPath(id)}calendar.ics`);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/calendar; charset=utf-8");
  expect(unfold(body)).toEqual([
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Caravan//Events//RU",
    "BEGIN:VEVENT",
    expect.stringMatching(/^UID:[0-9a-f-]{36}@caravan\.test$/),
    "SEQUENCE:0",
    expect.stringMatching(/^DTSTAMP:\d{8}T\d{6}Z$/),
    expect.stringMatching(/^CREATED:\d{8}T\d{6}Z$/),
    expect.stringMatching(/^LAST-MODIFIED:\d{8}T\d{6}Z$/),
    "DTSTART:20310501T090000Z",
    "DTEND:20310501T123000Z",
    "SUMMARY:Поход\\; в горы\\, далеко",
    "DESCRIPTION:Первая строка\\nвторая \\\\ строка",
    "LOCATION:Вокзал",
    "GEO:55.75;37.61",
    "STATUS:CONFIRMED",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ]);
  expect((await get(`${EVENTS}99999999/calendar.ics`)).status).toBe(404);
});

const entry: CalendarEvent = {
  uid: "0b6e4f10-0000-4000-8000-000000000000@caravan.example",
  sequence: 3,
  createdAt: Date.UTC(2031, 0, 1),
  updatedAt: Date.UTC(2031, 0, 2),
  startsAt: Date.UTC(2031, 4, 1, 9),
  endsAt: null,
  name: "Walk",
  description: "",
  location: "",
  latitude: null,
  longitude: null,
};

/** The only event of a file, as an independent parser reads it. */
function parsed(file: string) {
  const calendar = new ICAL.Component(ICAL.parse(file));
  const [event, ...more] = calendar.getAllSubcomponents("vevent");
  if (!event || more.length > 0) throw new Error("not one event");
  const value = (name: string) => event.getFirstPropertyValue(name)?.toString();
  return { calendar, event, value };
}

test("A line has at most 75 octets, and no character is split.", () => {
  const name = "Ы🏔".repeat(60);
  const file = toCalendar([{ ...entry, name }]);
  const lines = file.split("\r\n");
  for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  expect(unfold(file)).toContain(`SUMMARY:${name}`);
  expect(file).not.toMatch(/DTEND|DESCRIPTION|LOCATION|GEO|METHOD|ATTENDEE|ORGANIZER/);
  expect(parsed(file).value("summary")).toBe(name);
});

describe("an independent parser", () => {
  test("Every field of an event is read back.", () => {
    const file = toCalendar(
      [
        {
          ...entry,
          endsAt: Date.UTC(2031, 4, 1, 12),
          description: "a; b, c\\d",
          latitude: 55.75,
          longitude: 37.61,
        },
      ],
      { title: "Мой; календарь" },
    );
    const { event, value } = parsed(file);
    expect(unfold(file)).toContain("NAME:Мой\\; календарь");
    expect(Object.fromEntries(event.getAllProperties().map(({ name }) => [name, value(name)]))).toEqual({
      uid: entry.uid,
      sequence: "3",
      dtstamp: "2031-01-02T00:00:00Z",
      created: "2031-01-01T00:00:00Z",
      "last-modified": "2031-01-02T00:00:00Z",
      dtstart: "2031-05-01T09:00:00Z",
      dtend: "2031-05-01T12:00:00Z",
      summary: "Walk",
      description: "a; b, c\\d",
      geo: "55.75,37.61",
      status: "CONFIRMED",
    });
  });

  test.each([
    ["a line end", "Walk\r\nATTENDEE:mailto:eve@example.com"],
    ["a lone carriage return", "Walk\rATTENDEE:mailto:eve@example.com"],
    ["a line separator of Unicode", "Walk\u2028ATTENDEE:x\u0085ATTENDEE:y"],
    ["the end of the event", "Walk\nEND:VEVENT\nBEGIN:VEVENT"],
    ["control characters", "W\u0000a\u0007l\u001b\u007fk"],
    ["half a surrogate", "Walk\ud83d"],
    ["what the format escapes", '\\;,:"^=\\n'],
    ["a leading space after a fold", `${"x".repeat(66)} y`],
  ])("A text with %s stays one text, in every field of an invitation.", (_, words) => {
    const organizer = { name: words, address: "no-reply@caravan.example" };
    const attendee = { name: words, address: `${words}@example.com`, accepted: true };
    const message = { method: "REQUEST", organizer, attendee } as const;
    const file = toCalendar([{ ...entry, name: words, description: words, location: words }], { message });
    const { calendar, event, value } = parsed(file);
    expect(calendar.getAllSubcomponents()).toHaveLength(1);
    expect(event.getAllProperties("attendee")).toHaveLength(1);
    const names = event.getAllProperties().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const clean = words
      .toWellFormed()
      .replace(/\r\n|[\r\u2028\u0085]/g, "\n")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
      .replace(/[\u0000\u0007\u001b\u007f]/g, "");
    for (const field of ["summary", "description", "location"]) expect(value(field)).toBe(clean);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: nothing of the kind may be left.
    expect(file.replaceAll("\r\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
  });
});

describe("a feed", () => {
  test("A feed has the current events of its user.", async () => {
    const [host, ann] = [await guest(), await guest()];
    const id = await createEvent(host, { name: "Бал", members: [{ id: ann.id }] });
    await createEvent(host, { name: "Не для Анны" });
    const { url } = (await get(`${EVENTS}calendar/`, ann.with)).body;
    const summaries = async () =>
      unfold((await get(path(url))).body).filter((line) => line.startsWith("SUMMARY:"));
    expect(await summaries()).toEqual(["SUMMARY:Бал"]);
    await change(host, id, { name: "Маскарад" });
    expect(await summaries()).toEqual(["SUMMARY:Маскарад"]);
    await change(host, id, { members: [] });
    expect(await summaries()).toEqual([]);
  });

  test.each([
    ["changes their password", "password_hash = 'another'"],
    ["is deactivated", "is_active = 0"],
  ])("A feed ends when its user %s.", async (_, how) => {
    const ann = await guest();
    const { url } = (await get(`${EVENTS}calendar/`, ann.with)).body;
    expect((await get(path(url))).status).toBe(200);
    await rows(`UPDATE users SET ${how} WHERE id = ?`, ann.id);
    expect((await get(path(url))).status).toBe(404);
  });

  test("A feed is a 404 without its signature.", async () => {
    const [ann, bob] = [await guest(), await guest()];
    const { url } = (await get(`${EVENTS}calendar/`, ann.with)).body;
    const feed = path(url);
    for (const wrong of [
      feed.replace(`person=${ann.id}`, `person=${bob.id}`),
      `${feed}0`,
      feed.replace(/signature=.*/, "signature="),
    ])
      expect((await get(wrong)).status, wrong).toBe(404);
    expect((await get(`${EVENTS}calendar.ics`, ann.with)).status).toBe(400);
    expect((await get(`${EVENTS}calendar/`)).status).toBe(401);
  });
});
