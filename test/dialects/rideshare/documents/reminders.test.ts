/** Letters 30, 7 and 1 days before a document expires: each once, whatever runs twice, late or concurrently. */
import { expect, test } from "vitest";
import { sendExpiryReminders } from "../../../../src/modules/documents/index.ts";
import { del, outboxOf, patch, post, put, rows } from "../../../harness/api.ts";
import { jobContext } from "../../../harness/job-context.ts";
import { type Driver, driver } from "../posts/cars.ts";

const DAY = 24 * 3600_000;
const SUBJECT = 'Your document "Licence" expires soon';

/** A day that no other test's documents are near to. */
let last = Date.UTC(2040, 0, 1);
const ownDay = () => {
  last += 100 * DAY;
  return last;
};
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);

async function remind(now: number, batch?: number): Promise<number> {
  const job = jobContext({ now: () => now });
  const sent = await sendExpiryReminders(job.ctx, batch);
  await job.finished();
  return sent;
}

const add = async (who: Driver, expires: number, name = "Licence") => {
  const body = { name, kind: "driving", expiration_date: dateOf(expires) };
  return (await post("/api/documents/", body, who.with)).body.id as number;
};
const lettersTo = async ({ email }: Driver) =>
  (await outboxOf(email)).filter(({ subject }) => subject.includes("expires soon"));
const countTo = async (who: Driver) => (await lettersTo(who)).length;

test("Three reminders are mailed, once each on their days.", async () => {
  const ann = await driver();
  const expires = ownDay();
  const id = await add(ann, expires);
  const counts: Record<number, number> = {};
  for (const ahead of [40, 31, 30, 29, 8, 7, 6, 2, 1, 0, -1, -10]) {
    for (const hour of [0, 9, 23.99]) await remind(expires - ahead * DAY + hour * 3600_000);
    counts[ahead] = await countTo(ann);
  }
  expect(counts).toEqual({
    40: 0,
    31: 0,
    30: 1,
    29: 1,
    8: 1,
    7: 2,
    6: 2,
    2: 2,
    1: 3,
    0: 3,
    [-1]: 3,
    [-10]: 3,
  });
  const marks = await rows("SELECT days FROM document_reminders WHERE document_id = ? ORDER BY days", id);
  expect(marks).toEqual([{ days: 1 }, { days: 7 }, { days: 30 }]);
});

test.each([
  [30, "in 30 days"],
  [7, "in 7 days"],
  [1, "tomorrow"],
])("The reminder of %i days says so.", async (ahead, words) => {
  const ann = await driver();
  const expires = ownDay();
  await add(ann, expires);
  await remind(expires - ahead * DAY);
  const [letter] = await lettersTo(ann);
  expect(letter).toMatchObject({ subject: SUBJECT, to: ann.email.toLowerCase() });
  expect(letter?.text).toContain(`Your document "Licence" expires on ${dateOf(expires)}: ${words}.`);
  expect(letter?.text).toContain("driving");
});

test("A reminder is in the owner's language.", async () => {
  const ann = await driver();
  await put("/api/settings/", { locale: "ru" }, ann.with);
  const expires = ownDay();
  await add(ann, expires, "Права");
  await remind(expires - 7 * DAY);
  const [letter] = await outboxOf(ann.email);
  expect(letter?.subject).toBe("Документ «Права» скоро истекает");
});

test.each([
  [20, [1, 2, 3]],
  [5, [1, 1, 2]],
  [1, [1, 1, 1]],
  [0, [1, 1, 1]],
])(
  "A document added %i days before its expiry gets the nearest reminder only, then the later ones.",
  async (ahead, counts) => {
    const ann = await driver();
    const expires = ownDay();
    await add(ann, expires);
    const seen: number[] = [];
    for (const days of [ahead, Math.min(ahead, 6), Math.min(ahead, 1)]) {
      await remind(expires - days * DAY);
      seen.push(await countTo(ann));
    }
    expect(seen).toEqual(counts);
  },
);

test("Concurrent runs send one reminder.", async () => {
  const [ann, bob] = [await driver(), await driver()];
  const expires = ownDay();
  for (const who of [ann, bob, ann]) await add(who, expires);
  const sent = await Promise.all([1, 2, 3, 4].map(() => remind(expires - 7 * DAY)));
  expect(sent.reduce((sum, each) => sum + each, 0)).toBe(3);
  expect([await countTo(ann), await countTo(bob)]).toEqual([2, 1]);
});

test("A reminder run takes as many rounds as it needs.", async () => {
  const ann = await driver();
  const expires = ownDay();
  for (let n = 0; n < 5; n += 1) await add(ann, expires);
  expect(await remind(expires - 7 * DAY, 2)).toBe(5);
  expect(await countTo(ann)).toBe(5);
});

test("An owner who turned reminders off gets none, and gets them after turning them on again.", async () => {
  const ann = await driver();
  await put("/api/settings/", { mail_reminders: false }, ann.with);
  const expires = ownDay();
  const id = await add(ann, expires);
  expect(await remind(expires - 7 * DAY)).toBe(0);
  expect(await countTo(ann)).toBe(0);
  expect(await rows("SELECT days FROM document_reminders WHERE document_id = ?", id)).toEqual([]);
  await put("/api/settings/", { mail_reminders: true }, ann.with);
  expect(await remind(expires - 7 * DAY)).toBe(1);
});

test.each([
  ["has no address", "UPDATE users SET email = NULL WHERE id = ?"],
  ["is shut out", "UPDATE users SET is_active = 0 WHERE id = ?"],
])("An owner who %s gets no reminder.", async (_name, change) => {
  const ann = await driver();
  const expires = ownDay();
  await add(ann, expires);
  await rows(change, ann.id);
  expect(await remind(expires - 7 * DAY)).toBe(0);
  expect(await countTo(ann)).toBe(0);
});

test("A changed expiry date is reminded of, and the old one no longer.", async () => {
  const ann = await driver();
  const expires = ownDay();
  const id = await add(ann, expires);
  await remind(expires - 30 * DAY);
  const later = expires + 20 * DAY;
  await patch(`/api/documents/${id}/`, { expiration_date: dateOf(later) }, ann.with);
  for (const ahead of [7, 1]) await remind(expires - ahead * DAY);
  // 27 and 21 days before the new date: its first letter, once.
  expect(await countTo(ann)).toBe(2);
  await remind(later - 7 * DAY);
  expect(await countTo(ann)).toBe(3);
  expect((await lettersTo(ann))[0]?.text).toContain(dateOf(later));
});

test("A changed name sends no reminder again.", async () => {
  const ann = await driver();
  const expires = ownDay();
  const id = await add(ann, expires);
  await remind(expires - 7 * DAY);
  await patch(`/api/documents/${id}/`, { name: "Other" }, ann.with);
  await remind(expires - 7 * DAY);
  expect(await countTo(ann)).toBe(1);
});

test("Documents that never expire or are deleted send no reminders.", async () => {
  const ann = await driver();
  const expires = ownDay();
  const gone = await add(ann, expires);
  await remind(expires - 30 * DAY);
  await post("/api/documents/", { name: "Forever" }, ann.with);
  await del(`/api/documents/${gone}/`, undefined, ann.with);
  expect(await remind(expires - 7 * DAY)).toBe(0);
  expect(await rows("SELECT days FROM document_reminders WHERE document_id = ?", gone)).toEqual([]);
});
