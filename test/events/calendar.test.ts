/** Events as iCalendar files, and the feed that only its signed address opens. */
import { describe, expect, test } from "vitest";
import { toCalendar } from "../../src/modules/events/calendar/calendar.ts";
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
    expect.stringMatching(/^DTSTAMP:\d{8}T\d{6}Z$/),
    "DTSTART:20310501T090000Z",
    "DTEND:20310501T123000Z",
    "SUMMARY:Поход\\; в горы\\, далеко",
    "DESCRIPTION:Первая строка\\nвторая \\\\ строка",
    "LOCATION:Вокзал",
    "GEO:55.75;37.61",
    "END:VEVENT",
    "END:VCALENDAR",
    "",
  ]);
  expect((await get(`${EVENTS}99999999/calendar.ics`)).status).toBe(404);
});

test("A line has at most 75 octets, and no character is split.", () => {
  const entry = {
    uuid: crypto.randomUUID(),
    name: "Ы🏔".repeat(60),
    description: "",
    startsAt: 0,
    endsAt: null,
    location: "",
    updatedAt: 0,
    latitude: null,
    longitude: null,
  };
  const file = toCalendar([entry], "caravan.example");
  const lines = file.split("\r\n");
  for (const line of lines) expect(new TextEncoder().encode(line).length).toBeLessThanOrEqual(75);
  expect(unfold(file)).toContain(`SUMMARY:${entry.name}`);
  expect(file).not.toMatch(/DTEND|DESCRIPTION|LOCATION|GEO/);
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
