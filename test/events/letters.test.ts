/** Letters about events: their text, when none is sent, the sender's budget, and the links. */
import { describe, expect, test } from "vitest";
import { sendReminders } from "../../src/modules/events/index.ts";
import { newPerson } from "../authorization/world.ts";
import { call, get, outboxOf, patch, post, put, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { addingClients, eventBy, memberIds, type Person, people, type TestEvent } from "./clients.ts";

const as = ({ token }: Person, settings?: Record<string, string>) => ({
  token,
  headers: { "accept-language": "en", "if-match": "*" },
  ...(settings ? { settings } : {}),
});
const lettersTo = ({ username }: Person) => outboxOf(`${username}@example.com`);
const noticesOf = ({ id }: Person) =>
  rows<{ type: string; message: string }>("SELECT type, message FROM notifications WHERE user_id = ?", id);

async function two(): Promise<{ owner: Person; ann: Person; event: TestEvent }> {
  const [owner, ann] = (await people(2)) as [Person, Person];
  await rows("UPDATE users SET locale = 'en' WHERE id IN (?, ?)", owner.id, ann.id);
  const event = await eventBy(owner, { members: [{ id: ann.id }], address: "Old bridge" });
  return { owner, ann, event };
}

const changes: Record<string, (owner: Person, event: TestEvent, location: string) => Promise<unknown>> = {
  "Find Friend's PATCH": (owner, { id }, address) => patch(`/api/v1/events/${id}/`, { address }, as(owner)),
  "AlphaBet's PUT": (owner, { uuid }, location) => put(`/api/event/${uuid}/`, { location }, as(owner)),
  "AlphaBet's batch PUT": (owner, { uuid }, location) =>
    put("/api/batch_events/", [{ id: uuid, location }], as(owner)),
  "the console": async (_, { id }, location) =>
    patch(`/api/admin/events/${id}/`, { location }, as(await newPerson("staff"))),
};

describe.each(Object.entries(changes))("a change by %s", (_, change) => {
  test("A change without a difference sends no letter, and a real one says what changed.", async () => {
    const { owner, ann, event } = await two();
    await change(owner, event, "Old bridge");
    expect(await lettersTo(ann)).toHaveLength(1);
    await change(owner, event, "New bridge");
    const [letter] = await lettersTo(ann);
    expect(letter?.subject).toMatch(/ - Updated$/);
    expect(letter?.text).toContain("Changed: location (was: Old bridge).");
    expect(letter?.text).toContain("Location: New bridge");
  });
});

test.each(Object.entries(addingClients).filter(([name]) => name !== "the console"))(
  "A member set by %s sends no letter when nothing changes, and names who joined and left when it does.",
  async (_, client) => {
    const { owner, ann, event } = await two();
    const [bob] = (await people(1)) as [Person];
    if (_ !== "Find Friend's PUT") {
      await client.name(owner, event, [ann, owner]);
      expect(await lettersTo(ann)).toHaveLength(1);
    }
    await client.name(owner, event, [owner, ann, bob]);
    expect((await lettersTo(ann))[0]?.text).toContain(`joined: ${bob.username}`);
  },
);

describe("a sender's budget", () => {
  test("The budget is charged for letters to people who accepted nothing from the sender; beyond it they are told in the app.", async () => {
    const [owner, ...guests] = (await people(5)) as [Person, ...Person[]];
    await rows("UPDATE users SET locale = 'en' WHERE id = ?", guests[3]?.id);
    const draft = {
      name: "Crowd",
      starting_time: "2031-06-01T10:00Z",
      end_time: "2031-06-01T12:00Z",
      location: "Hall",
      participants: guests.map(({ username }) => username),
    };
    const options = as(owner, { RATE_LETTERS_SENT: "2/3600" });
    const { status, body } = await post("/api/events/", draft, options);
    expect(status).toBe(201);
    const counts = async () => Promise.all(guests.map(async (guest) => (await lettersTo(guest)).length));
    expect(await counts()).toEqual([1, 1, 0, 0]);
    expect(await noticesOf(guests[3] as Person)).toEqual([
      { type: "EVENT_CREATED", message: "You take part in the new event “Crowd”." },
    ]);
    expect(await noticesOf(guests[0] as Person)).toEqual([]);

    await post(`/api/v1/events/${body.id}/accept/`, undefined, as(guests[2] as Person));
    await put(`/api/event/${body.id}/`, { location: "Elsewhere" }, options);
    expect(await counts()).toEqual([1, 1, 1, 0]);
    expect((await noticesOf(guests[0] as Person)).map(({ type }) => type)).toEqual(["EVENT_UPDATED"]);

    expect((await call("DELETE", `/api/event/${body.id}/`, options)).status).toBe(200);
    expect(await counts()).toEqual([2, 2, 2, 1]);
  });

  test("The budget holds when many requests spend it at once.", async () => {
    const [owner, ...guests] = (await people(7)) as [Person, ...Person[]];
    const options = as(owner, { RATE_LETTERS_SENT: "3/3600" });
    const responses = await Promise.all(
      guests.map(({ username }) =>
        post(
          "/api/events/",
          {
            name: "Race",
            starting_time: "2031-06-01T10:00Z",
            end_time: "2031-06-01T12:00Z",
            location: "Hall",
            participants: [username],
          },
          options,
        ),
      ),
    );
    expect(responses.map(({ status }) => status)).toEqual(guests.map(() => 201));
    const letters = await Promise.all(guests.map(async (guest) => (await lettersTo(guest)).length));
    const notices = await Promise.all(guests.map(async (guest) => (await noticesOf(guest)).length));
    expect(letters.filter((count) => count === 1)).toHaveLength(3);
    expect(letters.map((count, index) => count + (notices[index] ?? 0))).toEqual(guests.map(() => 1));
  });

  test("One request sends at most a thousand letters.", async () => {
    const [owner, ...guests] = (await people(4)) as [Person, ...Person[]];
    const batch = Array.from({ length: 400 }, (_, index) => ({
      name: `Batch ${index}`,
      starting_time: "2031-06-01T10:00Z",
      end_time: "2031-06-01T12:00Z",
      location: "Hall",
      participants: guests.map(({ username }) => username),
    }));
    expect((await post("/api/batch_events/", batch, as(owner))).status).toBe(201);
    const [{ count } = { count: 0 }] = await rows<{ count: number }>(
      `SELECT count(*) AS count FROM outbox WHERE kind = 'mail' AND address IN (${guests.map(() => "?").join(", ")})`,
      ...guests.map(({ username }) => `${username}@example.com`),
    );
    expect(count).toBe(1000);
    for (const guest of guests) expect(await noticesOf(guest)).toHaveLength(1);
    await rows("DELETE FROM events WHERE creator_id = ?", owner.id);
  });
});

describe("the links of a letter", () => {
  async function linked() {
    const world = await two();
    const [letter] = await lettersTo(world.ann);
    const linkTo = (act: string) => {
      const found = letter?.links.find((url) => new URL(url).pathname.endsWith(`/${act}`));
      if (!found) throw new Error(`no link to ${act}`);
      const url = new URL(found);
      return `${url.pathname}${url.search}`;
    };
    return { ...world, linkTo };
  }

  test("A link shows a page with a button, and opening it changes nothing.", async () => {
    const { owner, ann, event, linkTo } = await linked();
    for (const act of ["leave", "accept"])
      for (const method of ["HEAD", "GET", "GET"]) {
        const { status, headers } = await call(method, linkTo(act));
        expect(status).toBe(200);
        expect(headers.get("content-type")).toContain("text/html");
      }
    expect((await memberIds(event.id)).sort()).toEqual([owner.id, ann.id].sort());
    expect(await rows("SELECT accepted_at FROM event_members WHERE user_id = ?", ann.id)).toEqual([
      { accepted_at: null },
    ]);
  });

  test("The links accept and leave without a password, and a used link says that the membership has ended.", async () => {
    const { owner, ann, event, linkTo } = await linked();
    expect((await post(linkTo("accept"))).status).toBe(200);
    expect(await rows("SELECT accepted_at FROM event_members WHERE user_id = ?", ann.id)).toEqual([
      { accepted_at: expect.any(Number) },
    ]);
    expect((await post(linkTo("leave"))).status).toBe(200);
    expect(await memberIds(event.id)).toEqual([owner.id]);
    expect((await post(linkTo("leave"))).status).toBe(404);
    expect((await get(linkTo("leave"))).status).toBe(404);
    expect((await post(linkTo("accept"))).status).toBe(404);
  });

  test("A link is good for its person and event only.", async () => {
    const { owner, ann, event, linkTo } = await linked();
    const other = await eventBy(owner, { members: [{ id: ann.id }] });
    const link = linkTo("leave");
    const forged = [
      link.replace(`person=${ann.id}`, `person=${owner.id}`),
      link.replace(event.uuid, other.uuid),
      link.replace(/signature=\w{4}/, "signature=0000"),
    ];
    for (const path of forged) expect((await post(path)).status).toBe(404);
    expect((await memberIds(event.id)).length + (await memberIds(other.id)).length).toBe(4);
  });

  test("Reminders have the links too.", async () => {
    const [owner, ann] = (await people(2)) as [Person, Person];
    const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    const times = { start_date: at(20), end_date: at(90) };
    const { uuid } = await eventBy(owner, { members: [{ id: ann.id }], ...times });
    await sendReminders(jobContext().ctx);
    const paths = (await lettersTo(ann))[0]?.links.map((url) => new URL(url).pathname);
    expect(paths).toEqual([`/events/${uuid}/accept`, `/events/${uuid}/leave`]);
  });

  test("The link to accept is left out after accepting.", async () => {
    const { owner, ann, event } = await linked();
    await post(`/api/v1/events/${event.uuid}/accept/`, undefined, as(ann));
    await patch(`/api/v1/events/${event.id}/`, { address: "New bridge" }, as(owner));
    const paths = (await lettersTo(ann))[0]?.links.map((url) => new URL(url).pathname);
    expect(paths).toEqual([`/events/${event.uuid}/leave`]);
  });
});
