/** Letters about events: one per person and change, with the right text, and none for refused changes. */
import { describe, expect, test, vi } from "vitest";
import { del, outboxOf, type Person, person, post, put, rows, unique } from "../../../harness/api.ts";
import { draft, eventSubjects, makeEvent } from "../world.ts";

const subject = (name: string, action: string) => `Notification for Event ${name} - ${action}`;

async function people(count: number): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, () => person()));
}

/** Returns the newest letter to a person. */
async function lastLetter(someone: Person) {
  const [letter] = await outboxOf(someone.email);
  if (!letter) throw new Error("no letter came");
  return letter;
}

async function takeAddress(someone: Person): Promise<void> {
  await rows("UPDATE users SET email = NULL WHERE id = ?", someone.id);
}

test("A new event is mailed to each participant once, with its details, and to nobody else.", async () => {
  const [ann, bob, eve] = (await people(3)) as [Person, Person, Person];
  const location = unique("Bridge ");
  const event = await makeEvent(ann, { location, participants: [bob.username, eve.username, bob.username] });
  expect(await eventSubjects(ann)).toEqual([]);
  for (const someone of [bob, eve]) {
    expect(await eventSubjects(someone)).toEqual([subject(event.name, "Created")]);
    const { text, html } = await lastLetter(someone);
    expect(text).toContain(`You take part in the new event "${event.name}".`);
    expect(text).toContain(`Location: ${location}`);
    expect(text).toContain("Starts: June 1, 2031 at 10:00 AM UTC");
    expect(text).toContain("Ends: June 1, 2031 at 12:00 PM UTC");
    expect(text).toMatch(new RegExp(`Participants: .*${bob.username}`));
    expect(text).toMatch(new RegExp(`Participants: .*${eve.username}`));
    expect(html).toContain(location);
  }
});

test("A creator who is a participant gets the mail too.", async () => {
  const ann = await person();
  const { name } = await makeEvent(ann, { participants: [ann.username] });
  expect(await eventSubjects(ann)).toEqual([subject(name, "Created")]);
});

test("A change is mailed to each participant once, with the new details.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const { id, name } = await makeEvent(ann, { participants: [bob.username] });
  await put(`/api/event/${id}/`, { location: "New bridge" }, { token: ann.token });
  expect(await eventSubjects(bob)).toEqual([subject(name, "Created"), subject(name, "Updated")]);
  const { text } = await lastLetter(bob);
  expect(text).toContain(`The event "${name}" was updated.`);
  expect(text).toContain("Location: New bridge");
  await put(`/api/event/${id}/`, { name: "Renamed" }, { token: ann.token });
  expect(await eventSubjects(bob)).toHaveLength(3);
  expect((await lastLetter(bob)).subject).toBe(subject("Renamed", "Updated"));
  expect(await eventSubjects(ann)).toEqual([]);
});

test("Removed participants are told so; new and remaining ones are told of the update.", async () => {
  const [ann, out, stays, comes] = (await people(4)) as [Person, Person, Person, Person];
  const { id, name } = await makeEvent(ann, { participants: [out.username, stays.username] });
  await put(`/api/event/${id}/`, { participants: [stays.username, comes.username] }, { token: ann.token });
  expect(await eventSubjects(out)).toEqual([subject(name, "Created"), subject(name, "Cancelled")]);
  expect((await lastLetter(out)).text).toContain(`You no longer take part in the event "${name}".`);
  expect(await eventSubjects(stays)).toEqual([subject(name, "Created"), subject(name, "Updated")]);
  expect(await eventSubjects(comes)).toEqual([subject(name, "Updated")]);
  await del(`/api/event/${id}/`, undefined, { token: ann.token });
  expect(await eventSubjects(out)).toHaveLength(2);
});

test("A deletion is mailed to each participant once.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const { id, name } = await makeEvent(ann, { participants: [bob.username] });
  await del(`/api/event/${id}/`, undefined, { token: ann.token });
  await del(`/api/event/${id}/`, undefined, { token: ann.token });
  expect(await eventSubjects(bob)).toEqual([subject(name, "Created"), subject(name, "Cancelled")]);
  const { text } = await lastLetter(bob);
  expect(text).toContain(`The event "${name}" was cancelled.`);
  expect(text).toMatch(new RegExp(`Participants: .*${bob.username}`));
});

test("A batch notifies each person of each event once.", async () => {
  const [ann, bob, eve] = (await people(3)) as [Person, Person, Person];
  const batch = [
    draft({ participants: [bob.username, eve.username] }),
    draft({ participants: [bob.username] }),
  ];
  const [one = "", two = ""] = batch.map(({ name }) => name);
  const { body } = await post("/api/batch_events/", batch, { token: ann.token });
  await put(
    "/api/batch_events/",
    body.ids.map((id: string) => ({ id, location: "Moved" })),
    { token: ann.token },
  );
  await del("/api/batch_events/", body.ids, { token: ann.token });
  const actions = ["Created", "Updated", "Cancelled"];
  expect((await eventSubjects(bob)).sort()).toEqual(
    actions.flatMap((action) => [subject(one, action), subject(two, action)]).sort(),
  );
  expect(await eventSubjects(eve)).toEqual(actions.map((action) => subject(one, action)));
});

describe("nobody is told", () => {
  test("Participants without an address get no mail; the others do.", async () => {
    const [ann, mute, bob] = (await people(3)) as [Person, Person, Person];
    await takeAddress(mute);
    const { id } = await makeEvent(ann, { participants: [mute.username, bob.username] });
    await put(`/api/event/${id}/`, { location: "Moved" }, { token: ann.token });
    await del(`/api/event/${id}/`, undefined, { token: ann.token });
    expect(await eventSubjects(mute)).toEqual([]);
    expect(await eventSubjects(bob)).toHaveLength(3);
    const addressless = await rows("SELECT id FROM outbox WHERE address = '' OR address = 'null'");
    expect(addressless).toEqual([]);
  });

  test("A refused change sends no mail.", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeEvent(ann, { participants: [bob.username] });
    const past = { starting_time: "2022-01-01", end_time: "2022-01-02" };
    const { id: over } = await makeEvent(ann, { participants: [bob.username], ...past });
    await put(`/api/event/${id}/`, { end_time: "2001-01-01" }, { token: ann.token });
    await put(`/api/event/${over}/`, { name: "Too late" }, { token: ann.token });
    await put(`/api/event/${id}/`, { name: "Not mine" }, { token: bob.token });
    await put("/api/batch_events/", [{ id: over, name: "Too late" }], { token: ann.token });
    await del(`/api/event/${id}/`, undefined, { token: bob.token });
    expect(await eventSubjects(bob)).toHaveLength(2);
  });

  test("Deleted accounts get no mail.", async () => {
    const [ann, bob] = (await people(2)) as [Person, Person];
    const { id } = await makeEvent(ann, { participants: [bob.username] });
    await del(`/api/user/${bob.id}/`, undefined, { token: bob.token });
    await del(`/api/event/${id}/`, undefined, { token: ann.token });
    expect(await eventSubjects(bob)).toEqual([]);
  });
});

test("A repeated Idempotency-Key sends the mails once.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const headers = { "idempotency-key": crypto.randomUUID() };
  const body = draft({ participants: [bob.username] });
  for (const _ of [1, 2]) await post("/api/events/", body, { token: ann.token, headers });
  expect(await eventSubjects(bob)).toEqual([subject(body.name, "Created")]);
});

test("A name with line breaks stays one line of the subject, and markup stays text.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const name = "Ride\r\nBcc: everybody@example.com <b>";
  await makeEvent(ann, { name, participants: [bob.username] });
  const { subject: line, html } = await lastLetter(bob);
  expect(line).toBe("Notification for Event Ride Bcc: everybody@example.com <b> - Created");
  expect(html).not.toContain("<b>");
});

test("A mail is in its reader's language.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  await rows("UPDATE users SET locale = 'ru' WHERE id = ?", bob.id);
  const { name } = await makeEvent(ann, { participants: [bob.username] });
  const letter = await lastLetter(bob);
  expect(letter.subject).toBe(`Уведомление о мероприятии ${name} - Создано`);
  expect(letter.text).toContain(`Вы участвуете в новом мероприятии «${name}».`);
});

test("A mail names the first of many participants and counts the rest.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const names = Array.from({ length: 24 }, () => unique("many"));
  await rows(
    `INSERT INTO users (username, username_key, created_at, updated_at)
     SELECT value, value, 0, 0 FROM json_each(?)`,
    JSON.stringify(names),
  );
  await makeEvent(ann, { participants: [bob.username, ...names] });
  expect((await lastLetter(bob)).text).toContain(" and 5 more");
  expect(await eventSubjects(bob)).toHaveLength(1);
});

test("Mails are sent by the queue, once each.", async () => {
  const [ann, bob] = (await people(2)) as [Person, Person];
  const { id } = await makeEvent(ann, { participants: [bob.username] });
  await put(`/api/event/${id}/`, { location: "Moved" }, { token: ann.token });
  const sent = () =>
    rows("SELECT status, attempts FROM outbox WHERE address = ? AND kind = 'mail'", bob.email);
  await vi.waitUntil(async () => (await sent()).every(({ status }) => status === "sent"), {
    timeout: 10_000,
    interval: 100,
  });
  expect((await sent()).map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
});
