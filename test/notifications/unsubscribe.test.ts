/** One-click unsubscription from letters (RFC 8058): which letters have it, what the link does, and for whom. */
import { describe, expect, test } from "vitest";
import { sendExpiryReminders } from "../../src/modules/documents/index.ts";
import { sendReminders } from "../../src/modules/events/index.ts";
import { eventBy, type Person, people, type TestEvent } from "../events/clients.ts";
import { call, get, type Letter, outboxOf, patch, post, rows, send } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

const EVENTS = "/api/v1/events/";
const SETTINGS = "/api/v1/notifications/settings/";
const HOUR = 3600_000;
const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en" } });
const lettersTo = ({ username }: Person) => outboxOf(`${username}@example.com`);

/** A day that no other test looks at. */
let day = Date.UTC(2044, 0, 1);

interface World {
  readonly owner: Person;
  readonly ann: Person;
  readonly event: TestEvent;
  readonly startsAt: number;
}

async function world(): Promise<World> {
  const [owner, ann] = (await people(2)) as [Person, Person];
  await rows("UPDATE users SET locale = 'en' WHERE id IN (?, ?)", owner.id, ann.id);
  day += 24 * HOUR;
  const start_date = new Date(day).toISOString();
  const event = await eventBy(owner, { members: [{ id: ann.id }], start_date, end_date: null });
  return { owner, ann, event, startsAt: day };
}

/** Path and query of a letter's link. */
function linkOf(letter: Letter | undefined): string {
  const url = new URL(/^<(\S+)>$/.exec(letter?.headers["List-Unsubscribe"] ?? "")?.[1] ?? "http://none/");
  return url.pathname + url.search;
}

const linkTo = async (who: Person) => linkOf((await lettersTo(who))[0]);

/** The request of a mail program: no cookie, no credential. */
const oneClick = (
  path: string,
  body: BodyInit | null = new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
) => send(new Request(`http://caravan.test${path}`, { method: "POST", body }));

const kindsOf = async (who: Person) => (await get(SETTINGS, as(who))).body.kinds;
const move = ({ owner, event }: World, address: string) =>
  patch(`${EVENTS}${event.id}/`, { address }, as(owner));
const remind = async (now: number) => {
  const { ctx, finished } = jobContext({ now: () => now });
  const sent = await sendReminders(ctx);
  await finished();
  return sent;
};

describe("the link of a letter", () => {
  test("Letters about events carry it as header and as link, and so do reminders of events and documents.", async () => {
    const { owner, ann, event, startsAt } = await world();
    await move({ owner, ann, event, startsAt }, "Pier");
    await remind(startsAt - HOUR / 4);
    const expiration_date = new Date(startsAt).toISOString().slice(0, 10);
    await rows(
      "INSERT INTO documents (user_id, name, kind, expires_on, created_at) VALUES (?, 'Pass', '', ?, 0)",
      ann.id,
      expiration_date,
    );
    const { ctx, finished } = jobContext({ now: () => startsAt - 24 * HOUR });
    await sendExpiryReminders(ctx);
    await finished();
    await call("DELETE", `${EVENTS}${event.id}/`, as(owner));
    const letters = (await lettersTo(ann)).filter(({ headers }) => headers["List-Unsubscribe"]);
    const kinds = letters.map((letter) => {
      const link = letter.headers["List-Unsubscribe"]?.slice(1, -1) ?? "";
      expect(letter.headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
      expect(letter.text).toContain(link);
      return new URL(link).searchParams.get("kind");
    });
    expect(kinds.toSorted()).toEqual([...Array(3).fill("event_changes"), "reminders", "reminders"]);
  });

  test("Letters about the account's security carry none.", async () => {
    const [ann] = (await people(1)) as [Person];
    const email = `${ann.username}@example.com`;
    await post("/api/auth/password/reset/", { email });
    await patch("/api/v1/auth/profile/", { email: `new-${email}` }, as(ann));
    const letters = [...(await outboxOf(email)), ...(await outboxOf(`new-${email}`))];
    expect(letters.length).toBeGreaterThanOrEqual(3);
    expect(letters.map(({ headers }) => headers)).toEqual(letters.map(() => ({})));
  });
});

describe("a mail program's request", () => {
  test.each<[string, () => BodyInit | null]>([
    ["as a form", () => new URLSearchParams({ "List-Unsubscribe": "One-Click" })],
    [
      "in parts",
      () => {
        const form = new FormData();
        form.set("List-Unsubscribe", "One-Click");
        return form;
      },
    ],
    ["without a body", () => null],
    ["as bytes of no type", () => new TextEncoder().encode("List-Unsubscribe=One-Click")],
  ])(
    "A request %s ends the letters of that kind, is told in the app instead, and may be repeated.",
    async (_, body) => {
      const there = await world();
      const link = await linkTo(there.ann);
      for (const __ of [1, 2]) expect((await oneClick(link, body())).status).toBe(200);
      expect((await kindsOf(there.ann)).event_changes).toEqual({ push: true, email: false });
      const before = (await lettersTo(there.ann)).length;
      await move(there, "Pier");
      expect(await lettersTo(there.ann)).toHaveLength(before);
      const told = await rows("SELECT type FROM notifications WHERE user_id = ?", there.ann.id);
      expect(told).toEqual([{ type: "EVENT_UPDATED" }]);
    },
  );

  test("Only that kind ends: reminders still come, until they are ended, too; deletions are told in the app.", async () => {
    const there = await world();
    const { owner, ann, event, startsAt } = there;
    await oneClick(await linkTo(ann));
    await remind(startsAt - HOUR / 4);
    const [reminder] = await lettersTo(ann);
    expect(reminder?.subject).toBe("Event Reminder");
    await oneClick(linkOf(reminder));
    expect((await kindsOf(ann)).reminders).toEqual({ push: true, email: false });
    const later = new Date(startsAt + HOUR).toISOString();
    await patch(`${EVENTS}${event.id}/`, { start_date: later }, as(owner));
    const count = (await lettersTo(ann)).length;
    await remind(startsAt + HOUR / 2);
    await call("DELETE", `${EVENTS}${event.id}/`, as(owner));
    expect(await lettersTo(ann)).toHaveLength(count);
    const told = await rows("SELECT type FROM notifications WHERE user_id = ? ORDER BY id", ann.id);
    expect(told).toEqual([{ type: "EVENT_UPDATED" }, { type: "EVENT_CANCELLED" }]);
  });
});

describe("a person with a browser", () => {
  test("Opening the link shows a button and changes nothing; the button ends the letters, and the next one starts them again.", async () => {
    const { ann } = await world();
    const formOf = async (response: Response) => {
      const html = await response.text();
      const action = /<form method="post" action="([^"]+)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
      return { action, html };
    };
    const link = await linkTo(ann);
    const opened = await formOf(await send(new Request(`http://caravan.test${link}`)));
    expect(opened.html).toContain("Event changes");
    expect((await kindsOf(ann)).event_changes.email).toBe(true);
    const ended = await formOf(await oneClick(opened.action));
    expect((await kindsOf(ann)).event_changes.email).toBe(false);
    expect((await formOf(await send(new Request(`http://caravan.test${link}`)))).action).toBe(ended.action);
    expect((await oneClick(ended.action)).status).toBe(200);
    expect((await kindsOf(ann)).event_changes.email).toBe(true);
  });
});

describe("a link that is not good", () => {
  test.each<[string, (link: string, bob: Person) => string]>([
    ["names another person", (link, { id }) => link.replace(/person=\d+/, `person=${id}`)],
    ["names another kind", (link) => link.replace("event_changes", "reminders")],
    ["names a kind without letters", (link) => link.replace("event_changes", "chat_messages")],
    ["names a kind that every object has", (link) => link.replace("event_changes", "constructor")],
    ["has another signature", (link) => `${link}0`],
    ["has no person", (link) => link.replace(/person=\d+/, "person=0")],
  ])("A link that %s changes nothing, for its person or another.", async (_, spoil) => {
    const { owner, ann } = await world();
    const path = spoil(await linkTo(ann), owner);
    for (const request of [oneClick(path), oneClick(path.replace("unsubscribe", "subscribe"))])
      expect((await request).status).toBeGreaterThanOrEqual(400);
    for (const who of [ann, owner]) {
      const kinds = await kindsOf(who);
      expect([kinds.event_changes.email, kinds.reminders.email]).toEqual([true, true]);
    }
  });

  test("The link of a deleted account is a 404.", async () => {
    const { ann } = await world();
    const link = await linkTo(ann);
    await rows("DELETE FROM users WHERE id = ?", ann.id);
    expect((await oneClick(link)).status).toBe(404);
    expect((await get(link)).status).toBe(404);
  });
});
