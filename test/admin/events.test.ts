/** Events and their members in the console follow the rules of events. */
import { beforeAll, describe, expect, test } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { del, get, outboxOf, patch, post, rows, unique } from "../harness/api.ts";
import { asAnyVersion as as } from "./requests.ts";

let staff: Person;

beforeAll(async () => {
  staff = await newPerson("staff");
});

describe("an event", () => {
  test("An event changed by staff is announced to its room and its members.", async () => {
    const member = await newPerson("owner");
    const facts = { name: unique("Ride"), starts_at: "2031-01-01T10:00:00Z", location: "Мост" };
    const made = await post("/api/admin/events/", facts, as(staff));
    expect(made).toMatchObject({ status: 201, body: { ...facts, starts_at: "2031-01-01T10:00:00.000Z" } });
    const path = `/api/admin/events/${made.body.id}/`;
    const join = { event: made.body.id, user: member.id, is_organizer: true };
    expect((await post("/api/admin/event-members/", join, as(staff))).status).toBe(201);
    expect((await patch(path, { name: "Moved", price: "99.90" }, as(staff))).body).toMatchObject({
      name: "Moved",
      price: "99.90",
      members_count: 1,
    });
    expect(await outboxOf(`${member.username}@example.com`)).toHaveLength(1);
    // Nobody has entered its room: what it is told is in its archive.
    const told = await rows("SELECT kind FROM event_entries WHERE event_id = ?", made.body.id);
    expect(told.length).toBeGreaterThanOrEqual(2);
    const [row] = await rows("SELECT location_key FROM events WHERE id = ?", made.body.id);
    expect(row).toEqual({ location_key: "мост" });
    expect((await del(path, undefined, as(staff))).status).toBe(204);
    expect(await outboxOf(`${member.username}@example.com`)).toHaveLength(2);
  });

  test("An event that ends before it begins is refused.", async () => {
    const facts = { name: "x", starts_at: "2031-01-01T10:00:00Z", ends_at: "2030-01-01T10:00:00Z" };
    expect((await post("/api/admin/events/", facts, as(staff))).status).toBe(400);
  });

  test("An event's organizers can be set in the console.", async () => {
    const member = await newPerson("owner");
    const { body } = await post(
      "/api/admin/events/",
      { name: "x", starts_at: "2031-01-01T10:00:00Z" },
      as(staff),
    );
    await post("/api/admin/event-members/", { event: body.id, user: member.id }, as(staff));
    const path = `/api/admin/event-members/${body.id}:${member.id}/`;
    expect((await patch(path, { is_organizer: true }, as(staff))).body).toMatchObject({
      id: `${body.id}:${member.id}`,
      is_organizer: true,
    });
    expect((await del(path, undefined, as(staff))).status).toBe(204);
    expect((await get(path, as(staff))).status).toBe(404);
  });
});

describe("taking a member out of a full event", () => {
  async function fullEvent() {
    const [member, first, second] = await Promise.all([
      newPerson("owner"),
      newPerson("owner"),
      newPerson("owner"),
    ]);
    const facts = { name: unique("Full"), starts_at: "2031-01-01T10:00:00Z", max_members: 1 };
    const { body } = await post("/api/admin/events/", facts, as(staff));
    await post("/api/admin/event-members/", { event: body.id, user: member.id }, as(staff));
    for (const [at, who] of [first, second].entries())
      await rows(
        `INSERT INTO participation_requests (event_id, user_id, is_waiting, created_at, updated_at)
         VALUES (?, ?, 1, ${at + 1}, 1)`,
        body.id,
        who.id,
      );
    return { event: body.id as number, member, first, second };
  }
  const waitingIn = (event: number) =>
    rows(
      "SELECT user_id, is_waiting FROM participation_requests WHERE event_id = ? ORDER BY created_at",
      event,
    );
  const roomUpdatesOf = (event: number) =>
    rows("SELECT user_id, type FROM notifications WHERE about = ?", `event:${event}`);

  test("Removing a member of a full event offers the place to the person who waits longest, and to nobody else.", async () => {
    const { event, member, first, second } = await fullEvent();
    expect((await del(`/api/admin/event-members/${event}:${member.id}/`, undefined, as(staff))).status).toBe(
      204,
    );
    expect(await waitingIn(event)).toEqual([
      { user_id: first.id, is_waiting: 0 },
      { user_id: second.id, is_waiting: 1 },
    ]);
    expect(await roomUpdatesOf(event)).toEqual([{ user_id: first.id, type: "PARTICIPATION_PLACE_FREE" }]);
  });

  test("Removing a member of a full event deletes their request.", async () => {
    const { event, member } = await fullEvent();
    await rows(
      `INSERT INTO participation_requests (event_id, user_id, status, created_at, updated_at)
       VALUES (?, ?, 'Accepted', 0, 0)`,
      event,
      member.id,
    );
    await del(`/api/admin/event-members/${event}:${member.id}/`, undefined, as(staff));
    expect((await waitingIn(event)).map(({ user_id }) => user_id)).not.toContain(member.id);
  });
});
