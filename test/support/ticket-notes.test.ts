/** Messages in a ticket: assignment, notices, and notes that its author never sees. */
import { beforeEach, describe, expect, test } from "vitest";
import { get, type Person, person, post, rows } from "../harness/api.ts";
import { change, messages, operator, read, TICKETS, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;
let id: string;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
  id = await ticketOf(ann);
});

const noticesOf = async (who: Person) => (await get("/api/v1/notifications/", who)).body.results;
const effects = (kind: string, address: string) =>
  rows<{ payload: string }>(
    "SELECT payload FROM outbox WHERE kind = ? AND address = ? ORDER BY created_at, id",
    kind,
    address,
  );

describe("a message", () => {
  test("A message is returned with its id and time, and is last in the ticket.", async () => {
    const sent = await write(ann, id, " Алло? ");
    expect(sent.status).toBe(201);
    expect(sent.body).toEqual({
      id: expect.any(String),
      body: "Алло?",
      is_internal: false,
      created_at: expect.stringMatching(/Z$/),
    });
    const { body } = await read(ann, id);
    expect(body.messages.at(-1)).toMatchObject({ id: sent.body.id, author: { id: ann.id }, body: "Алло?" });
    expect(body.last_message_at).toBe(sent.body.created_at);
    expect(body.updated_at).toBe(sent.body.created_at);
  });

  test.each([
    [{}, { body: ["Обязательное поле."] }],
    [{ body: " " }, { body: ["Это поле не может быть пустым."] }],
    [{ body: "x", is_internal: "so" }, { is_internal: ["Must be a valid boolean."] }],
  ])("A message of %j is refused.", async (body, expected) => {
    const answer = await post(`${TICKETS}${id}/messages/`, body, ann);
    expect(answer).toMatchObject({ status: 400, body: expected });
    expect((await messages(ann, id)).body.count).toBe(1);
  });

  test("Messages have pages of 20, the oldest first.", async () => {
    for (let n = 1; n <= 20; n += 1) await write(ann, id, String(n));
    const bodies = async (query: string) =>
      (await messages(ann, id, query)).body.results.map(({ body }: { body: string }) => body);
    const first = await messages(ann, id);
    expect(first.body).toMatchObject({ count: 21, previous: null });
    expect((await bodies("")).slice(0, 3)).toEqual(["Жду второй час.", "1", "2"]);
    expect(await bodies("?page=2")).toEqual(["20"]);
  });

  test("A message by the author does not change status or assignee.", async () => {
    await write(ann, id, "Алло?");
    expect((await read(ann, id)).body).toMatchObject({ status: "OPEN", assigned_to: null });
  });

  test("An operator's message assigns the ticket and sets it in progress.", async () => {
    await write(olga, id, "Уже едет.");
    expect((await read(ann, id)).body).toMatchObject({
      status: "IN_PROGRESS",
      status_label: "В работе",
      assigned_to: { id: olga.id },
    });
  });

  test("A second operator's message keeps the assignee and the status.", async () => {
    await write(olga, id, "Беру.");
    await change(olga, id, { status: "RESOLVED" });
    await write(await operator(), id, "И я.");
    expect((await read(olga, id)).body).toMatchObject({ status: "RESOLVED", assigned_to: { id: olga.id } });
  });

  test("Concurrent messages of two operators assign the ticket to one of them.", async () => {
    const oleg = await operator();
    await Promise.all([write(olga, id, "Моё"), write(oleg, id, "Нет, моё")]);
    const { body } = await read(olga, id);
    expect([olga.id, oleg.id]).toContain(body.assigned_to.id);
    expect(body.messages).toHaveLength(3);
  });
});

describe("a note between operators", () => {
  beforeEach(async () => {
    expect((await write(olga, id, "Клиент шумный.", true)).body.is_internal).toBe(true);
  });

  test("A note is in nothing that the author reads: ticket, messages, count, list.", async () => {
    const seen = [await read(ann, id), await messages(ann, id), await get(TICKETS, ann)];
    for (const { body } of seen) expect(JSON.stringify(body)).not.toContain("шумный");
    expect(seen[1]?.body.count).toBe(1);
    const [listed] = seen[2]?.body.results ?? [];
    expect(listed.messages).toHaveLength(1);
    expect([listed.last_message_at, listed.updated_at]).toEqual([listed.created_at, listed.created_at]);
  });

  test("A note is visible to every operator and assigns the ticket.", async () => {
    const oleg = await operator();
    expect((await messages(oleg, id)).body).toMatchObject({
      count: 2,
      results: [{ is_internal: false }, { is_internal: true, body: "Клиент шумный." }],
    });
    const { body } = await read(oleg, id);
    expect(body).toMatchObject({ status: "IN_PROGRESS", assigned_to: { id: olga.id } });
    expect(body.last_message_at).toBe(body.messages.at(-1).created_at);
  });

  test("A note notifies nobody.", async () => {
    expect(await noticesOf(ann)).toEqual([]);
  });

  test("A note is not in the author's export.", async () => {
    const { body } = await get("/api/v1/users/me/export/", ann);
    expect(body.support_tickets).toMatchObject([{ id, subject: "Эвакуатор не едет" }]);
    expect(body.support_messages).toMatchObject([{ ticketId: id, body: "Жду второй час." }]);
    expect(JSON.stringify(body)).not.toContain("шумный");
  });

  test("A note by the author is refused.", async () => {
    expect(await write(ann, id, "Тайна", true)).toMatchObject({
      status: 400,
      body: { is_internal: ["Внутренние заметки доступны только операторам."] },
    });
    expect((await messages(olga, id)).body.count).toBe(2);
  });
});

describe("people are told", () => {
  test("An answer notifies the author.", async () => {
    await write(olga, id, "Уже едет.");
    expect(await noticesOf(ann)).toMatchObject([
      {
        notification_type: "GENERAL",
        title: "Ответ службы поддержки",
        message: "Оператор ответил на обращение «Эвакуатор не едет».",
        related_order: null,
      },
    ]);
    expect(await noticesOf(olga)).toEqual([]);
    expect(await effects("notice", `user:${ann.id}`)).toHaveLength(1);
  });

  test("The author's message notifies the assignee.", async () => {
    await write(ann, id, "Алло?");
    await change(olga, id, { assigned_to: olga.id });
    await write(ann, id, "Есть кто?");
    expect(await noticesOf(olga)).toMatchObject([
      {
        notification_type: "GENERAL",
        title: "Новое сообщение в обращении",
        message: "Автор обращения «Эвакуатор не едет» написал новое сообщение.",
      },
    ]);
    expect(await noticesOf(ann)).toEqual([]);
  });

  test("The effect that tells the room holds a message's id and never its text.", async () => {
    const first = (await read(olga, id)).body.messages[0].id;
    const sent = [await write(ann, id, "Слова клиента"), await write(olga, id, "Заметка", true)];
    const told = await effects("ticket_message", `ticket:${id}`);
    expect(told.map(({ payload }) => JSON.parse(payload))).toEqual(
      [first, ...sent.map(({ body }) => body.id)].map((message) => ({ id: message, ticketId: id })),
    );
  });
});
