/** Limits of letters to one address, which needs no verification to be in an event. */
import { expect, test } from "vitest";
import { outboxOf, person, post, put, rows } from "../harness/api.ts";
import { watchDatabase } from "../harness/counting/watched-database.ts";

const sent = new Set<string>();
watchDatabase((statements) => {
  for (const statement of statements) sent.add(statement.sql);
});

const settings = { RATE_LETTERS: "3/3600" };
const event = (participants: string[]) => ({
  name: "Ride",
  starting_time: "2031-01-01T10:00Z",
  end_time: "2031-01-01T11:00Z",
  location: "Bridge",
  participants,
});
const subjects = async (address: string) => (await outboxOf(address)).map(({ subject }) => subject);

test("Event changes continue, but mails to one address are limited.", async () => {
  const ann = await person();
  const bob = await person();
  const before = (await subjects(bob.email)).length;
  const options = { token: ann.token, settings: { RATE_LETTERS: `${before + 3}/3600` } };
  const { body } = await post("/api/events/", event([bob.username]), options);
  const statuses: number[] = [];
  for (let change = 0; change < 5; change++) {
    const location = `Bridge ${change}`;
    statuses.push((await put(`/api/event/${body.id}/`, { location }, options)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200]);
  expect((await subjects(bob.email)).length - before).toBe(3);
  const told = await rows(
    "SELECT 1 FROM event_entries WHERE event_id = (SELECT id FROM events WHERE uuid = ?)",
    body.id,
  );
  expect(told).toHaveLength(6);
});

test("A batch counts each mail, separately for each address.", async () => {
  const ann = await person();
  const [bob, eve] = [await person(), await person()];
  const options = { token: ann.token, settings };
  const both = [bob.username, eve.username];
  const batch = [event(both), event([bob.username]), event([bob.username]), event([bob.username])];
  const { status, body } = await post("/api/batch_events/", batch, options);
  expect(status).toBe(201);
  expect(body.ids).toHaveLength(4);
  // The letter that asks each to confirm the address is one of the three.
  expect(await subjects(bob.email)).toHaveLength(3);
  expect(await subjects(eve.email)).toHaveLength(2);
});

test("A user whose mailbox is at its limit can still reset the password.", async () => {
  const ann = await person();
  const bob = await person();
  await post("/api/batch_events/", Array(5).fill(event([bob.username])), { token: ann.token, settings });
  expect((await post("/api/auth/password/reset/", { email: bob.email }, { settings })).status).toBe(200);
  expect((await outboxOf(bob.email))[0]?.links[0]).toContain("/password_reset_confirm/");
});

test("A change without effect succeeds even if the mail limit is reached.", async () => {
  const ann = await person();
  const bob = await person();
  const options = { token: ann.token, settings };
  const { body } = await post("/api/batch_events/", Array(5).fill(event([bob.username])), options);
  const [id] = body.ids;
  await rows("DELETE FROM events WHERE uuid = ?", id);
  expect((await put(`/api/event/${id}/`, { location: "Nowhere" }, options)).status).toBe(404);
});

test("Letters that count against a limit are counted in an index, without reading their rows.", async () => {
  const [ann, bob] = [await person(), await person()];
  sent.clear();
  await post("/api/events/", event([bob.username]), { token: ann.token });
  const counting = [...sent].filter((statement) => /FROM outbox (?:AS past )?WHERE/.test(statement));
  const plans = await Promise.all(
    counting.map((statement) => {
      const places = statement.match(/\?(?!\d)/g)?.length ?? 0;
      return rows<{ detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...Array<string>(places).fill("1"));
    }),
  );
  const searches = plans.flat().filter(({ detail }) => /^SEARCH (?:past|outbox) /.test(detail));
  // The budget is read before the event is written and checked as it is written; the address, as its letter is.
  expect(searches.map(({ detail }) => detail).toSorted()).toEqual([
    "SEARCH outbox USING COVERING INDEX outbox_sender (sender_id=? AND created_at>?)",
    "SEARCH outbox USING COVERING INDEX outbox_sender (sender_id=? AND created_at>?)",
    "SEARCH past USING COVERING INDEX outbox_letters (address=? AND created_at>?)",
  ]);
});
