/** The calendar files in letters about events, as an independent parser reads them. */
import ICAL from "ical.js";
import { describe, expect, test } from "vitest";
import { templates } from "../../src/jobs.ts";
import { letterOf } from "../../src/platform/mail/mail.ts";
import { newPerson } from "../authorization/world.ts";
import { del, get, outboxOf, patch, post, put, rows } from "../harness/api.ts";
import { eventBy, type Person, people } from "./clients.ts";

const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en", "if-match": "*" } });
const addressOf = ({ username }: Person) => `${username}@example.com`;

/** The invitation in a person's newest letter. */
async function invitationOf(person: Person) {
  const [letter] = await outboxOf(addressOf(person));
  const [file, ...more] = letter?.attachments ?? [];
  if (!file || more.length > 0) throw new Error("not one attachment");
  const calendar = new ICAL.Component(ICAL.parse(file.content));
  const event = calendar.getFirstSubcomponent("vevent");
  if (!event) throw new Error("no event");
  const value = (name: string) => event.getFirstPropertyValue(name)?.toString();
  const parameter = (name: string, key: string) => event.getFirstProperty(name)?.getFirstParameter(key);
  return { file, value, parameter, method: calendar.getFirstPropertyValue("method"), event };
}

async function invited() {
  const [owner, ann, bob] = (await people(3)) as [Person, Person, Person];
  const event = await eventBy(owner, {
    name: "Walk",
    description: "Bring water",
    address: "Bridge",
    members: [{ id: ann.id }, { id: bob.id }],
  });
  return { owner, ann, bob, event };
}

test("A letter about a new event carries an invitation that names its reader only.", async () => {
  const { owner, ann, bob, event } = await invited();
  const { file, method, value, parameter } = await invitationOf(ann);
  expect([file.name, file.type]).toEqual(["invite.ics", "text/calendar; charset=utf-8; method=REQUEST"]);
  expect(method).toBe("REQUEST");
  expect(
    Object.fromEntries(
      ["uid", "sequence", "dtstart", "dtend", "summary", "location"].map((name) => [name, value(name)]),
    ),
  ).toEqual({
    uid: `${event.uuid}@caravan.test`,
    sequence: "0",
    dtstart: "2031-05-01T12:00:00Z",
    dtend: "2031-05-01T18:00:00Z",
    summary: "Walk",
    location: "Bridge",
  });
  expect([value("description"), value("status")]).toEqual(["Bring water", "CONFIRMED"]);
  const stamp = Date.parse(value("dtstamp") ?? "");
  expect(Math.abs(Date.now() - stamp)).toBeLessThan(60_000);
  expect(value("last-modified")).toBe(value("dtstamp"));
  expect([value("attendee"), parameter("attendee", "cn"), parameter("attendee", "partstat")]).toEqual([
    `mailto:${addressOf(ann)}`,
    ann.username,
    "NEEDS-ACTION",
  ]);
  expect([value("organizer"), parameter("organizer", "cn")]).toEqual([
    "mailto:no-reply@localhost",
    owner.username,
  ]);
  for (const other of [owner, bob]) expect(file.content).not.toContain(addressOf(other));
});

describe.each<
  [string, (owner: Person, event: { id: number; uuid: string }, location: string) => Promise<unknown>]
>([
  ["Find Friend's PATCH", (owner, { id }, address) => patch(`/api/v1/events/${id}/`, { address }, as(owner))],
  ["AlphaBet's PUT", (owner, { uuid }, location) => put(`/api/event/${uuid}/`, { location }, as(owner))],
  [
    "the console",
    async (_, { id }, location) =>
      patch(`/api/admin/events/${id}/`, { location }, as(await newPerson("staff"))),
  ],
])("a change by %s", (_, change) => {
  test("Each change raises SEQUENCE, keeps UID, and the file and the feed agree with the letter.", async () => {
    const { owner, ann, event } = await invited();
    await post(`/api/v1/events/${event.id}/accept/`, undefined, as(ann));
    const uid = (await invitationOf(ann)).value("uid");
    for (const [sequence, location] of [
      [1, "Hall"],
      [2, "Station"],
    ] as const) {
      await change(owner, event, location);
      const letter = await invitationOf(ann);
      expect([
        letter.method,
        letter.value("uid"),
        letter.value("sequence"),
        letter.value("location"),
      ]).toEqual(["REQUEST", uid, String(sequence), location]);
      expect(letter.parameter("attendee", "partstat")).toBe("ACCEPTED");
      const { url } = (await get("/api/v1/events/calendar/", as(ann))).body;
      const files = [
        (await get(`/api/v1/events/${event.id}/calendar.ics`)).body,
        (await get(url.replace("http://caravan.test", ""))).body,
      ];
      for (const file of files) {
        const shown = new ICAL.Component(ICAL.parse(file)).getFirstSubcomponent("vevent");
        for (const name of ["uid", "sequence", "location", "last-modified"])
          expect(shown?.getFirstPropertyValue(name)?.toString(), name).toBe(letter.value(name));
      }
    }
  });
});

test("Removed members and those of a deleted event get a cancellation with a higher SEQUENCE.", async () => {
  const { owner, ann, bob, event } = await invited();
  const uid = `${event.uuid}@caravan.test`;
  await patch(`/api/v1/events/${event.id}/`, { members: [{ id: owner.id }, { id: bob.id }] }, as(owner));
  const removed = await invitationOf(ann);
  expect([removed.file.name, removed.method, removed.value("uid"), removed.value("sequence")]).toEqual([
    "cancel.ics",
    "CANCEL",
    uid,
    "1",
  ]);
  expect((await invitationOf(bob)).method).toBe("REQUEST");
  await del(`/api/v1/events/${event.id}/`, undefined, as(owner));
  const cancelled = await invitationOf(bob);
  expect([cancelled.method, cancelled.value("uid"), cancelled.value("sequence")]).toEqual([
    "CANCEL",
    uid,
    "2",
  ]);
  expect([cancelled.value("status"), cancelled.file.type]).toEqual([
    "CANCELLED",
    "text/calendar; charset=utf-8; method=CANCEL",
  ]);
  expect(await outboxOf(addressOf(ann))).toHaveLength(2);
});

test("A letter that is rendered again is the same, so a retry keeps the provider's idempotency.", async () => {
  const { ann } = await invited();
  const [row] = await rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE address = ?",
    addressOf(ann),
  );
  const stored = { kind: "mail", payload: JSON.parse(row?.payload ?? "{}") };
  const first = letterOf(stored, templates);
  await new Promise((done) => setTimeout(done, 1100));
  expect(letterOf(stored, templates)).toEqual(first);
  expect(first?.attachments).toHaveLength(1);
});

test("A long description is cut between characters.", async () => {
  const [owner, ann] = (await people(2)) as [Person, Person];
  await eventBy(owner, { description: "🏔".repeat(900), members: [{ id: ann.id }] });
  const description = (await invitationOf(ann)).value("description") ?? "";
  expect(description).toBe(`${"🏔".repeat(499)}…`);
});
