/** Conversations in the console: views, counts, search, what each operator has not read, and messages page by page. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, person, put, rows, unique, uniquePhone } from "../harness/api.ts";
import { change, operator, orderOf, ticketOf, write } from "./tickets.ts";

const PATH = "/api/admin/conversations/";

let ann: Person;
let olga: Person;
let oleg: Person;
let id: string;
beforeEach(async () => {
  [ann, olga, oleg] = await Promise.all([person(), operator(), operator()]);
  id = await ticketOf(ann);
});

interface Row {
  id: string;
  unread: number;
  last_message: { text: string };
}
/** All rows of a view that this test knows: other tests have tickets, too. */
const listed = async (who: Person, query: string): Promise<Row[]> =>
  (await get(`${PATH}?${query}&limit=100`, who)).body.results;
const ids = async (who: Person, query: string) => (await listed(who, query)).map((row) => row.id);
const unread = async (who: Person, of = id) => (await get(`${PATH}${of}/`, who)).body.unread;
const last = async (who: Person) => (await get(`${PATH}${id}/messages/`, who)).body.results.at(-1).id;
const read = async (who: Person, message: string | null) =>
  (await put(`${PATH}${id}/read/`, { message }, who)).status;

describe("views", () => {
  test("Each view has its conversations, the newest activity first, and the counts follow.", async () => {
    const [taken, closed] = [await ticketOf(ann), await ticketOf(ann)];
    const before = (await get(`${PATH}counts/`, olga)).body;
    await change(olga, taken, { assigned_to: olga.id, status: "IN_PROGRESS" });
    await change(olga, closed, { status: "CLOSED" });
    await write(ann, id, "Hello?");
    expect((await ids(olga, "view=open")).filter((each) => [id, taken, closed].includes(each))).toEqual([
      id,
      taken,
    ]);
    expect(await ids(olga, "view=mine")).toEqual([taken]);
    expect(await ids(oleg, "view=mine")).toEqual([]);
    expect(await ids(olga, "view=unassigned")).toContain(id);
    expect(await ids(olga, "view=unassigned")).not.toContain(taken);
    expect(await ids(olga, "view=closed")).toContain(closed);
    expect(await ids(olga, "view=closed")).not.toContain(id);
    const after = (await get(`${PATH}counts/`, olga)).body;
    expect(after).toMatchObject({ mine: 1, unread: 1 });
    expect(after.closed - before.closed).toBe(1);
  });

  test("Pages follow each other by the cursor without gaps, and another cursor is refused.", async () => {
    const mine = [id, await ticketOf(ann), await ticketOf(ann)];
    // Equal times are ordered by the id.
    await rows(
      "UPDATE support_tickets SET last_message_at = 5, assigned_to = ? WHERE author_id = ?",
      olga.id,
      ann.id,
    );
    const seen: string[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const { body } = await get(`${PATH}?view=mine&limit=1${next && `&cursor=${next}`}`, olga);
      seen.push(...body.results.map((row: Row) => row.id));
      next = body.cursor;
    }
    expect(seen).toEqual(mine.sort().reverse());
    for (const cursor of ["1", "x:y", `5:${id}:1`])
      expect((await get(`${PATH}?cursor=${cursor}`, olga)).body).toHaveProperty("cursor");
    expect((await get(`${PATH}?view=theirs`, olga)).status).toBe(400);
  });

  test("A conversation names its author with the phone, its assignee and its order.", async () => {
    const order = await orderOf(ann);
    const about = await ticketOf(ann, { related_order: order });
    await change(olga, about, { assigned_to: oleg.id });
    expect((await get(`${PATH}${about}/`, olga)).body).toMatchObject({
      author: { id: ann.id, username: ann.username, phone: expect.any(String), tickets: 2 },
      assigned_to: { id: oleg.id },
      related_order: order,
    });
    expect((await get(`${PATH}${crypto.randomUUID()}/`, olga)).status).toBe(404);
  });

  test("Colleagues are the active operators and staff, each with their open conversations.", async () => {
    await change(olga, id, { assigned_to: oleg.id });
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", olga.id);
    // First by name: the answer is bounded, and other tests have made many colleagues.
    for (const { id: each } of [ann, olga, oleg])
      await rows("UPDATE users SET first_name = '!', last_name = ? WHERE id = ?", `${each}`, each);
    const found: { id: number; open: number }[] = (await get(`${PATH}colleagues/`, oleg)).body;
    expect(found.find((each) => each.id === oleg.id)).toMatchObject({ open: 1 });
    expect(found.some((each) => [ann.id, olga.id].includes(each.id))).toBe(false);
  });
});

describe("search", () => {
  test("A search finds the number, the person, and the texts of messages in any case.", async () => {
    const word = unique("Ёжик");
    await write(ann, id, `Где мой ${word}?`);
    await rows("UPDATE users SET first_name = ? WHERE id = ?", word.replace("Ёжик", "Аня"), ann.id);
    for (const search of [
      word.toUpperCase(),
      `${word} где`,
      word.replace("Ёжик", "аня"),
      ann.email,
      `#${id.slice(0, 8)}`,
    ])
      expect(await ids(olga, `view=all&search=${encodeURIComponent(search)}`), search).toEqual([id]);
    expect(await ids(olga, `view=closed&search=${encodeURIComponent(word)}`)).toEqual([]);
  });

  test("A search finds the author's phone however it is spelt.", async () => {
    const phone = uniquePhone();
    await rows("UPDATE users SET phone = ? WHERE id = ?", phone, ann.id);
    const own = phone.slice(2);
    const spelt = `${own.slice(0, 3)}) ${own.slice(3, 6)}-${own.slice(6, 8)}-${own.slice(8)}`;
    for (const search of [phone, phone.slice(1), `8 (${spelt}`, `+7 (${spelt}`, own.slice(-7)])
      expect(await ids(olga, `view=all&search=${encodeURIComponent(search)}`), search).toEqual([id]);
  });
});

describe("unread", () => {
  test("What the author wrote is unread until the operator reads it, and for each operator apart.", async () => {
    await write(ann, id, "Hello?");
    expect([await unread(olga), await unread(oleg)]).toEqual([2, 2]);
    expect(await read(olga, await last(olga))).toBe(204);
    expect([await unread(olga), await unread(oleg)]).toEqual([0, 2]);
    await write(ann, id, "Anybody?");
    expect([await unread(olga), await unread(oleg)]).toEqual([1, 3]);
    expect((await listed(oleg, "view=open")).find((row) => row.id === id)).toMatchObject({
      unread: 3,
      last_message: { text: "Anybody?" },
    });
  });

  test("An answer by a colleague leaves nothing unread for operators who never opened the conversation.", async () => {
    await read(oleg, await last(oleg));
    await write(olga, id, "On the way.");
    await write(olga, id, "She is nervous.", true);
    const nina = await operator();
    // Oleg follows the conversation, and gets the answer and the note as news.
    expect([await unread(nina), await unread(oleg), await unread(olga)]).toEqual([0, 2, 0]);
    await write(ann, id, "Thanks!");
    expect([await unread(nina), await unread(oleg)]).toEqual([1, 3]);
  });

  test("A closed conversation is read, and what its author writes afterwards is new.", async () => {
    await change(olga, id, { status: "CLOSED" });
    expect(await unread(oleg)).toBe(0);
    await write(ann, id, "One more thing");
    expect(await unread(oleg)).toBe(1);
  });

  test("A mark never moves back, except to mark the conversation as unread.", async () => {
    const first = await last(olga);
    await rows("UPDATE support_messages SET created_at = created_at - 1000 WHERE id = ?", first);
    await write(ann, id, "Hello?");
    await read(olga, await last(olga));
    await read(olga, first);
    expect(await unread(olga)).toBe(0);
    expect(await read(olga, null)).toBe(204);
    expect(await unread(olga)).toBe(1);
  });

  test("A mark needs a message of this conversation.", async () => {
    const other = await ticketOf(ann);
    const [message] = await rows<{ id: string }>(
      "SELECT id FROM support_messages WHERE ticket_id = ?",
      other,
    );
    expect(await read(olga, message?.id ?? "")).toBe(404);
    expect(await read(olga, crypto.randomUUID())).toBe(404);
    expect((await put(`${PATH}${id}/read/`, { message: "x" }, olga)).status).toBe(400);
    await rows("DELETE FROM support_messages WHERE ticket_id = ?", id);
    expect(await read(olga, null)).toBe(404);
  });
});

test("Messages come the oldest first, the newest fifty, and those before on request.", async () => {
  await rows(
    `INSERT INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at)
     SELECT lower(hex(randomblob(4))) || '-0000-4000-8000-' || printf('%012d', value), ?1, ?2, 'no ' || value, value % 2, 1000 + value / 2
     FROM generate_series(1, 60)`.replace("generate_series(1, 60)", "json_each(?3)"),
    id,
    ann.id,
    JSON.stringify(Array.from({ length: 60 }, (_, at) => at)),
  );
  const newest = (await get(`${PATH}${id}/messages/`, olga)).body;
  expect(newest.results).toHaveLength(50);
  expect(newest.has_earlier).toBe(true);
  const [first] = newest.results;
  const before = (await get(`${PATH}${id}/messages/?before=${first.id}`, olga)).body;
  expect(before.has_earlier).toBe(false);
  const all = [...before.results, ...newest.results].map((message: { body: string }) => message.body);
  expect(all).toEqual([...Array.from({ length: 60 }, (_, at) => `no ${at}`), "Жду второй час."]);
});
