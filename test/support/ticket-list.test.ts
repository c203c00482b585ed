/** The list of tickets: whose it has, its pages, filters, search and cost. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, person, rows, staffMember, unique } from "../harness/api.ts";
import { charge, counted } from "../harness/counting/counted.ts";
import { change, operator, read, TICKETS, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
});

describe("the list", () => {
  test("The list has a client's own tickets, and all tickets for operators, the newest first.", async () => {
    const bob = await person();
    const [first, second, his] = [await ticketOf(ann), await ticketOf(ann), await ticketOf(bob)];
    await rows("UPDATE support_tickets SET created_at = created_at - 1000 WHERE id = ?", first);
    const own = (await get(TICKETS, ann)).body;
    expect(own).toMatchObject({ count: 2, next: null, previous: null });
    expect(own.results.map(({ id }: { id: string }) => id)).toEqual([second, first]);
    for (const who of [olga, await staffMember({ staff: true, type: "CLIENT" })]) {
      const all = (await get(`${TICKETS}?limit=100`, who)).body.results.map(({ id }: { id: string }) => id);
      expect(all).toEqual(expect.arrayContaining([first, second, his]));
    }
  });

  test("The list shows each ticket as its own page does, with messages.", async () => {
    const id = await ticketOf(ann);
    await write(olga, id, "Уже едет.");
    const [listed] = (await get(TICKETS, ann)).body.results;
    expect(listed).toEqual((await read(ann, id)).body);
    expect(listed.messages).toHaveLength(2);
  });

  test("The list has 20 tickets per page.", async () => {
    for (let n = 0; n < 21; n += 1) await ticketOf(ann);
    const { body } = await get(TICKETS, ann);
    expect(body.results).toHaveLength(20);
    expect(new URL(body.next).search).toBe("?page=2");
    expect((await get(`${TICKETS}?page=2`, ann)).body.results).toHaveLength(1);
  });

  test("The list costs four statements for any number of tickets and messages.", async () => {
    const meter = counted();
    await get(TICKETS, ann);
    for (let n = 0; n < 8; n += 1) {
      await write(ann, await ticketOf(ann), "Ещё раз.");
      if (n > 0 && n < 7) continue;
      const { bill } = await charge(meter, 200, "GET", TICKETS, { token: ann.token });
      expect(bill.statements).toHaveLength(4);
      expect(bill.objectCalls).toEqual([]);
    }
  });

  test.each([
    ["status=OPEN", [0, 2]],
    ["status=RESOLVED", [1]],
    ["priority=HIGH", [0]],
    ["assigned_to=none", [0, 2]],
    ["assigned_to=OLGA", [1]],
    ["status=OPEN&priority=NORMAL", [2]],
    ["status=RESOLVED&priority=&assigned_to=", [1]],
  ])("The list filters by %s.", async (query, expected) => {
    const word = unique("тема");
    const ids = [
      await ticketOf(ann, { subject: word, priority: "HIGH" }),
      await ticketOf(ann, { subject: word }),
      await ticketOf(ann, { subject: word }),
    ];
    await change(olga, ids[1] ?? "", { status: "RESOLVED", assigned_to: olga.id });
    const search = `${query.replace("OLGA", String(olga.id))}&search=${encodeURIComponent(word)}`;
    const found = (await get(`${TICKETS}?${search}`, olga)).body.results.map(({ id }: { id: string }) => id);
    expect(new Set(found)).toEqual(new Set(expected.map((index) => ids[index])));
  });

  test.each(["status=NEW", "priority=1", "assigned_to=me"])(
    "The list refuses the filter %s.",
    async (query) => {
      const { status, body } = await get(`${TICKETS}?${query}`, olga);
      expect(status).toBe(400);
      expect(Object.keys(body)).toEqual([query.split("=")[0]]);
    },
  );

  test("A search ignores case in Cyrillic, and for operators covers authors.", async () => {
    const word = unique("Ёлка");
    const id = await ticketOf(ann, { description: `Сломалась ${word}` });
    await ticketOf(ann);
    const found = async (who: Person, search: string) =>
      (await get(`${TICKETS}?search=${encodeURIComponent(search)}`, who)).body.results.length;
    expect(await found(olga, `${word.toUpperCase()} сломалась`)).toBe(1);
    expect(await found(ann, word)).toBe(1);
    expect(await found(olga, id)).toBe(1);
    expect(await found(olga, ann.email)).toBe(2);
    expect(await found(await person(), word)).toBe(0);
  });
});
