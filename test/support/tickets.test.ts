/** Tickets: opened by anybody, and hidden from everybody but their author and operators. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, person, post, rows } from "../harness/api.ts";
import { change, messages, open, operator, orderOf, read, TICKETS, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;

const ticketsOf = ({ id }: Person) => rows("SELECT * FROM support_tickets WHERE author_id = ?", id);

beforeEach(async () => {
  ann = await person();
  olga = await operator();
});

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
