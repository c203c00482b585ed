/** Tickets: opened by anybody, handled by operators, hidden from everybody else. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, person, post, put, rows, staffMember, unique } from "../harness/api.ts";
import { charge, counted } from "../harness/counted.ts";
import { change, messages, open, operator, orderOf, read, TICKETS, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
});

const ticketsOf = ({ id }: Person) => rows("SELECT * FROM support_tickets WHERE author_id = ?", id);

describe("opening", () => {
  test("A new ticket is open and its description is its first message.", async () => {
    const order = await orderOf(ann);
    const draft = {
      subject: "  Где водитель? ",
      description: "Жду.",
      priority: "URGENT",
      related_order: order,
    };
    const made = await post(TICKETS, draft, ann);
    expect(made).toMatchObject({ status: 201 });
    expect(made.body).toEqual({ ...draft, subject: "Где водитель?", id: expect.any(String), status: "OPEN" });
    const { status, body } = await read(ann, made.body.id);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual([
      "id",
      "author",
      "subject",
      "description",
      "status",
      "status_label",
      "priority",
      "related_order",
      "related_order_uuid",
      "assigned_to",
      "closed_at",
      "last_message_at",
      "created_at",
      "updated_at",
      "messages",
    ]);
    expect(body).toMatchObject({
      status: "OPEN",
      status_label: "Открыт",
      related_order: order,
      related_order_uuid: order,
      assigned_to: null,
      closed_at: null,
      last_message_at: body.created_at,
      author: { id: ann.id, email: ann.email },
      messages: [{ author: { id: ann.id }, body: "Жду.", is_internal: false, created_at: body.created_at }],
    });
  });

  test("A new ticket has the priority NORMAL and no order by default.", async () => {
    const { body } = await open(ann, { related_order: null });
    expect(body).toMatchObject({ priority: "NORMAL", related_order: null });
  });

  test("A new ticket gets the same error for another client's order and an unknown one.", async () => {
    const bob = await person();
    for (const order of [await orderOf(bob), crypto.randomUUID()]) {
      expect(await open(ann, { related_order: order })).toMatchObject({
        status: 400,
        body: { related_order: [`Недопустимый первичный ключ "${order}" - объект не существует.`] },
      });
    }
    expect(await ticketsOf(ann)).toEqual([]);
  });

  test.each([
    ["no subject", { subject: undefined }, { subject: ["Обязательное поле."] }],
    ["a blank subject", { subject: " " }, { subject: ["Это поле не может быть пустым."] }],
    [
      "a long subject",
      { subject: "x".repeat(256) },
      { subject: ["Убедитесь, что это значение содержит не более 255 символов."] },
    ],
    ["a null description", { description: null }, { description: ["Это поле не может быть пустым."] }],
    [
      "an unknown priority",
      { priority: "SOON" },
      { priority: ["Значения SOON нет среди допустимых вариантов."] },
    ],
    [
      "an order that is no uuid",
      { related_order: "abc" },
      { related_order: ["Значение “abc” не является верным UUID-ом."] },
    ],
  ])("Opening a ticket refuses %s.", async (_name, changes, body) => {
    expect(await open(ann, changes)).toMatchObject({ status: 400, body });
    expect(await ticketsOf(ann)).toEqual([]);
  });

  test("Opening a ticket ignores fields that only operators set.", async () => {
    const id = await ticketOf(ann, { status: "CLOSED", assigned_to: olga.id, author: olga.id });
    expect((await read(ann, id)).body).toMatchObject({
      status: "OPEN",
      assigned_to: null,
      author: { id: ann.id },
    });
  });
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

describe("a change", () => {
  test.each([{ status: "CLOSED" }, { assigned_to: 1 }, { status: "NONSENSE" }, { assigned_to: null }])(
    "The change %j by the author is refused before it is validated.",
    async (changes) => {
      const id = await ticketOf(ann);
      const answer = await change(ann, id, { priority: "LOW", ...changes });
      const detail = "Только операторы могут менять статус или исполнителя.";
      expect(answer).toMatchObject({ status: 403, body: { detail } });
      expect((await read(ann, id)).body).toMatchObject({ status: "OPEN", priority: "NORMAL" });
    },
  );

  test("The author can change the priority and nothing else.", async () => {
    const id = await ticketOf(ann);
    const others = {
      status: 7,
      assigned_to: "x",
      related_order: await orderOf(ann),
      subject: "",
      unknown: null,
    };
    for (const [name, value] of Object.entries(others))
      expect(await change(ann, id, { priority: "no priority", [name]: value })).toMatchObject({
        status: 403,
        body: { detail: "Только операторы могут менять статус или исполнителя." },
      });
    expect(await change(ann, id, { priority: "LOW" })).toMatchObject({
      status: 200,
      body: { status: "OPEN", priority: "LOW", assigned_to: null, related_order: null },
    });
  });

  test("An operator's change returns the four fields and leaves an audit row.", async () => {
    const [id, order] = [await ticketOf(ann), await orderOf(ann)];
    const changes = { status: "IN_PROGRESS", priority: "HIGH", assigned_to: olga.id, related_order: order };
    const answer = await put(`${TICKETS}${id}/`, changes, olga);
    expect([answer.status, answer.body]).toEqual([200, changes]);
    expect(await rows("SELECT actor_id, action FROM audit_log WHERE subject = ?", `ticket:${id}`)).toEqual([
      { actor_id: olga.id, action: "ticket.change" },
    ]);
    expect((await change(olga, id, { assigned_to: null, related_order: null })).body).toMatchObject({
      assigned_to: null,
      related_order: null,
    });
  });

  test("An operator's PUT requires a status.", async () => {
    const id = await ticketOf(ann);
    const answer = await put(`${TICKETS}${id}/`, { priority: "LOW" }, olga);
    expect(answer).toMatchObject({ status: 400, body: { status: ["Обязательное поле."] } });
  });

  test.each([
    [{ status: "NEW" }, { status: ["Объект с code=NEW не существует."] }],
    [{ status: null }, { status: ["Это поле не может быть пустым."] }],
    [{ priority: "NO" }, { priority: ["Значения NO нет среди допустимых вариантов."] }],
    [
      { assigned_to: 2_000_000_000 },
      { assigned_to: ['Недопустимый первичный ключ "2000000000" - объект не существует.'] },
    ],
    [
      { related_order: "00000000-0000-4000-8000-000000000000" },
      {
        related_order: [
          'Недопустимый первичный ключ "00000000-0000-4000-8000-000000000000" - объект не существует.',
        ],
      },
    ],
  ])("The change %j is refused as a whole.", async (changes, body) => {
    const id = await ticketOf(ann);
    expect(await change(olga, id, { priority: "LOW", ...changes })).toMatchObject({ status: 400, body });
    expect((await read(olga, id)).body).toMatchObject({ priority: "NORMAL", status: "OPEN" });
  });

  test("A ticket can be assigned to operators only.", async () => {
    const id = await ticketOf(ann);
    for (const who of [ann, await staffMember({ type: "DRIVER" })]) {
      expect(await change(olga, id, { assigned_to: who.id })).toMatchObject({
        status: 400,
        body: { assigned_to: ["Назначать можно только операторов."] },
      });
    }
  });

  test("Closing sets the closing time once, and reopening clears it.", async () => {
    const id = await ticketOf(ann);
    const closedAt = async (status: string) => {
      await change(olga, id, { status });
      return (await read(ann, id)).body.closed_at;
    };
    const resolved = await closedAt("RESOLVED");
    expect(resolved).toMatch(/Z$/);
    expect(await closedAt("CLOSED")).toBe(resolved);
    expect((await write(ann, id, "Спасибо!")).status).toBe(201);
    expect((await read(ann, id)).body).toMatchObject({ status: "CLOSED", closed_at: resolved });
    expect(await closedAt("OPEN")).toBeNull();
  });

  test("Concurrent changes by two operators are both kept.", async () => {
    const [id, oleg] = [await ticketOf(ann), await operator()];
    await Promise.all([change(olga, id, { status: "RESOLVED" }), change(oleg, id, { priority: "HIGH" })]);
    expect((await read(olga, id)).body).toMatchObject({ status: "RESOLVED", priority: "HIGH" });
  });
});

describe("a stranger to the ticket", () => {
  test("A stranger gets a 404 for the ticket.", async () => {
    const [id, bob] = [await ticketOf(ann), await person()];
    for (const answer of [await read(bob, id), await change(bob, id, { priority: "LOW" })])
      expect(answer).toMatchObject({ status: 404, body: { detail: "Страница не найдена." } });
    for (const missing of [crypto.randomUUID(), "abc"]) expect((await read(olga, missing)).status).toBe(404);
  });

  test("A stranger gets a 403 for the messages and can't write any.", async () => {
    const [id, bob] = [await ticketOf(ann), await person()];
    for (const answer of [await messages(bob, id), await write(bob, id, "Я тут")])
      expect(answer).toMatchObject({ status: 403, body: { detail: "Нет доступа к тикету." } });
    expect((await messages(bob, crypto.randomUUID())).status).toBe(404);
    expect((await messages(ann, id)).body.count).toBe(1);
  });

  test("A former operator has no access, even as assignee.", async () => {
    const id = await ticketOf(ann);
    await change(olga, id, { assigned_to: olga.id });
    await rows("UPDATE users SET user_type = 'CLIENT' WHERE id = ?", olga.id);
    const { body } = await post("/api/auth/signin/", { username: olga.username, password: olga.password });
    const demoted = { ...olga, token: body.access as string };
    expect((await read(demoted, id)).status).toBe(404);
    expect((await messages(demoted, id)).status).toBe(403);
    expect((await get(TICKETS, demoted)).body.count).toBe(0);
  });
});

test("An author sees an operator's name but no contact data.", async () => {
  const id = await ticketOf(ann);
  await write(olga, id, "Здравствуйте");
  const { body } = await read(ann, id);
  const shown = { id: olga.id, email: "", phone: "" };
  expect(body).toMatchObject({ assigned_to: shown, messages: [{}, { author: shown }] });
  expect((await read(olga, id)).body.author).toMatchObject({ email: ann.email });
});
