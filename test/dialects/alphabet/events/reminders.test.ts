/** Reminders: once per person and event within the half hour before it starts, whatever runs twice, late or concurrently. */
import { createExecutionContext, createScheduledController, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../../../src/env.ts";
import worker from "../../../../src/index.ts";
import { sendReminders } from "../../../../src/modules/events/index.ts";
import { openJobContext } from "../../../../src/platform/http/request-context.ts";
import { del, outboxOf, type Person, person, put, rows } from "../../../harness/api.ts";
import { fromNow, HOUR, MINUTE, makeEvent } from "../world.ts";

/** One run of the job, at a time of the test's own. */
async function remind(now = Date.now(), batch?: number): Promise<number> {
  const context = createExecutionContext();
  const sent = await sendReminders({ ...openJobContext(runtimeOf(env), context), now: () => now }, batch);
  await waitOnExecutionContext(context);
  return sent;
}

/** Runs the cron job. */
async function strike(cron: string): Promise<void> {
  const context = createExecutionContext();
  await worker.scheduled(createScheduledController({ cron, scheduledTime: new Date() }), env, context);
  await waitOnExecutionContext(context);
}

async function reminders(someone: Person) {
  return (await outboxOf(someone.email)).filter(({ subject }) => subject === "Event Reminder");
}

async function countOf(someone: Person): Promise<number> {
  return (await reminders(someone)).length;
}

/** Creates an event of `owner` with these people that starts this many ms from now. */
function soon(owner: Person, who: readonly Person[], startsIn = 10 * MINUTE) {
  const participants = who.map(({ username }) => username);
  const times = { starting_time: fromNow(startsIn), end_time: fromNow(startsIn + HOUR) };
  return makeEvent(owner, { participants, ...times });
}

/** A day that no other test looks at. */
let day = Date.UTC(2040, 0, 1);
async function onADayOfItsOwn(owner: Person, who: readonly Person[]) {
  day += 24 * HOUR;
  const starting_time = new Date(day).toISOString();
  const end_time = new Date(day + HOUR).toISOString();
  const participants = who.map(({ username }) => username);
  const event = await makeEvent(owner, { participants, starting_time, end_time });
  return { ...event, startsAt: day };
}

test("Every participant is reminded once, with the event's details.", async () => {
  const [ann, bob, owner] = [await person(), await person(), await person()];
  const event = await soon(owner, [ann, bob]);
  await remind();
  await remind();
  for (const someone of [ann, bob]) {
    const letters = await reminders(someone);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.text).toContain(`The event "${event.name}" is starting in 30 minutes.`);
    expect(letters[0]?.text).toContain(`Location: ${event.location}`);
    expect(letters[0]?.text).toContain(ann.username);
    expect(letters[0]?.text).toContain(bob.username);
  }
  expect(await countOf(owner)).toBe(0);
});

test("Concurrent runs remind once.", async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => person()));
  const owner = people[0] as Person;
  for (const _ of [1, 2, 3]) await soon(owner, people);
  await Promise.all([remind(), strike("* * * * *"), remind(), strike("* * * * *"), remind()]);
  for (const someone of people) expect(await countOf(someone)).toBe(3);
});

test("The minute cron reminds, and the next minute sends nothing more.", async () => {
  const ann = await person();
  await soon(ann, [ann]);
  await strike("* * * * *");
  expect(await countOf(ann)).toBe(1);
  await strike("* * * * *");
  expect(await countOf(ann)).toBe(1);
});

test("The nightly cron sends no reminders.", async () => {
  const ann = await person();
  await soon(ann, [ann]);
  await strike("17 3 * * *");
  expect(await countOf(ann)).toBe(0);
});

test("Small batches reach every participant, each once.", async () => {
  const people = await Promise.all(Array.from({ length: 5 }, () => person()));
  const { startsAt } = await onADayOfItsOwn(people[0] as Person, people);
  expect(await remind(startsAt - MINUTE, 2)).toBe(5);
  expect(await remind(startsAt - MINUTE, 2)).toBe(0);
  for (const someone of people) expect(await countOf(someone)).toBe(1);
});

describe("the window", () => {
  test.each([
    ["30 minutes and a moment before", -(30 * MINUTE + 1), 0],
    ["exactly 30 minutes before", -30 * MINUTE, 1],
    ["29 minutes before", -29 * MINUTE, 1],
    ["a moment before", -1, 1],
    ["at the start", 0, 0],
    ["after the start", MINUTE, 0],
    ["a day before", -24 * HOUR, 0],
  ])(
    "A run at this time before the start reminds only within 30 minutes: %s (case %#).",
    async (_, offset, expected) => {
      const ann = await person();
      const { startsAt } = await onADayOfItsOwn(ann, [ann]);
      expect(await remind(startsAt + offset)).toBe(expected);
      expect(await countOf(ann)).toBe(expected);
    },
  );

  test("Missed minutes lose no reminders.", async () => {
    const ann = await person();
    const { startsAt } = await onADayOfItsOwn(ann, [ann]);
    expect(await remind(startsAt - 31 * MINUTE)).toBe(0);
    expect(await remind(startsAt - 2 * MINUTE)).toBe(1);
    expect(await countOf(ann)).toBe(1);
  });

  test.each([
    ["past", -HOUR],
    ["just begun", -1000],
    ["far", 31 * MINUTE],
    ["of another day", 24 * HOUR],
  ])("An event that is %s sends no reminder by the real clock.", async (_, startsIn) => {
    const ann = await person();
    await soon(ann, [ann], startsIn);
    await remind();
    expect(await countOf(ann)).toBe(0);
  });
});

describe("who is not reminded", () => {
  test.each([
    ["has no address", "email = NULL"],
    ["is blocked", "is_active = 0"],
    ["wants none", "mail_reminders = 0"],
  ])("A participant who %s is not reminded; the others are.", async (_, change) => {
    const [ann, bob] = [await person(), await person()];
    const { startsAt, id } = await onADayOfItsOwn(ann, [ann, bob]);
    await rows(`UPDATE users SET ${change} WHERE id = ?`, bob.id);
    expect(await remind(startsAt - MINUTE)).toBe(1);
    expect([await countOf(ann), await countOf(bob)]).toEqual([1, 0]);
    const marks = await rows(
      "SELECT user_id FROM event_reminders WHERE event_id = (SELECT id FROM events WHERE uuid = ?)",
      id,
    );
    expect(marks).toEqual([{ user_id: ann.id }]);
  });

  test("Removed participants and those of a deleted event are not reminded.", async () => {
    const [ann, bob] = [await person(), await person()];
    const { id, startsAt } = await onADayOfItsOwn(ann, [ann, bob]);
    await put(`/api/event/${id}/`, { participants: [ann.username] }, { token: ann.token });
    expect(await remind(startsAt - MINUTE)).toBe(1);
    expect(await countOf(bob)).toBe(0);
    const deleted = await onADayOfItsOwn(ann, [bob]);
    await del(`/api/event/${deleted.id}/`, undefined, { token: ann.token });
    expect(await remind(deleted.startsAt - MINUTE)).toBe(0);
    expect(await countOf(bob)).toBe(0);
  });

  test("An event without participants sends no reminder.", async () => {
    const { startsAt } = await onADayOfItsOwn(await person(), []);
    expect(await remind(startsAt - MINUTE)).toBe(0);
  });
});

test("A participant who joins late is reminded alone.", async () => {
  const [ann, bob] = [await person(), await person()];
  const { id, startsAt } = await onADayOfItsOwn(ann, [ann]);
  await remind(startsAt - 20 * MINUTE);
  await put(`/api/event/${id}/`, { participants: [ann.username, bob.username] }, { token: ann.token });
  expect(await remind(startsAt - 10 * MINUTE)).toBe(1);
  expect([await countOf(ann), await countOf(bob)]).toEqual([1, 1]);
});

test("A participant who is removed and added again is reminded once, and a moved start reminds again.", async () => {
  const ann = await person();
  const { id, startsAt } = await onADayOfItsOwn(ann, [ann]);
  await remind(startsAt - 20 * MINUTE);
  await put(`/api/event/${id}/`, { participants: [] }, { token: ann.token });
  await put(`/api/event/${id}/`, { participants: [ann.username] }, { token: ann.token });
  expect(await remind(startsAt - 15 * MINUTE)).toBe(0);
  expect(await countOf(ann)).toBe(1);
  const later = startsAt + 10 * MINUTE;
  await put(`/api/event/${id}/`, { starting_time: new Date(later).toISOString() }, { token: ann.token });
  expect(await remind(later - 20 * MINUTE)).toBe(1);
  expect(await remind(later - 10 * MINUTE)).toBe(0);
  expect(await countOf(ann)).toBe(2);
});

test("Two events of one person send two reminders.", async () => {
  const ann = await person();
  await soon(ann, [ann]);
  await soon(ann, [ann], 20 * MINUTE);
  await remind();
  expect(await countOf(ann)).toBe(2);
});
