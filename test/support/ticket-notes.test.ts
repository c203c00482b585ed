/** What is written in a ticket: who takes it up, who hears of it, and what its author never sees. */
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
    "SELECT payload FROM outbox WHERE kind = ? AND address = ? ORDER BY created_at, rowid",
    kind,
    address,
  );

describe("a message", () => {
  test("is answered with its id and time, and stands last", async () => {
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
  ])("of %j is refused", async (body, expected) => {
    const answer = await post(`${TICKETS}${id}/messages/`, body, ann);
    expect(answer).toMatchObject({ status: 400, body: expected });
    expect((await messages(ann, id)).body.count).toBe(1);
  });

  test("comes in pages of 20, the oldest first", async () => {
    for (let n = 1; n <= 20; n += 1) await write(ann, id, String(n));
    const bodies = async (query: string) =>
      (await messages(ann, id, query)).body.results.map(({ body }: { body: string }) => body);
    const first = await messages(ann, id);
    expect(first.body).toMatchObject({ count: 21, previous: null });
    expect((await bodies("")).slice(0, 3)).toEqual(["Жду второй час.", "1", "2"]);
    expect(await bodies("?page=2")).toEqual(["20"]);
  });

  test("by its author takes nothing up", async () => {
    await write(ann, id, "Алло?");
    expect((await read(ann, id)).body).toMatchObject({ status: "OPEN", assigned_to: null });
  });

  test("by an operator takes the ticket up", async () => {
    await write(olga, id, "Уже едет.");
    expect((await read(ann, id)).body).toMatchObject({
      status: "IN_PROGRESS",
      status_label: "В работе",
      assigned_to: { id: olga.id },
    });
  });

  test("by another operator leaves it to the first, and its status as it is", async () => {
    await write(olga, id, "Беру.");
    await change(olga, id, { status: "RESOLVED" });
    await write(await operator(), id, "И я.");
    expect((await read(olga, id)).body).toMatchObject({ status: "RESOLVED", assigned_to: { id: olga.id } });
  });

  test("of two operators at once gives the ticket to one of them", async () => {
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

  test("is not in the ticket, the messages, the count or the list that its author reads", async () => {
    const seen = [await read(ann, id), await messages(ann, id), await get(TICKETS, ann)];
    for (const { body } of seen) expect(JSON.stringify(body)).not.toContain("шумный");
    expect(seen[1]?.body.count).toBe(1);
    const [listed] = seen[2]?.body.results ?? [];
    expect(listed.messages).toHaveLength(1);
    expect([listed.last_message_at, listed.updated_at]).toEqual([listed.created_at, listed.created_at]);
  });

  test("is there for every operator, and takes the ticket up", async () => {
    const oleg = await operator();
    expect((await messages(oleg, id)).body).toMatchObject({
      count: 2,
      results: [{ is_internal: false }, { is_internal: true, body: "Клиент шумный." }],
    });
    const { body } = await read(oleg, id);
    expect(body).toMatchObject({ status: "IN_PROGRESS", assigned_to: { id: olga.id } });
    expect(body.last_message_at).toBe(body.messages.at(-1).created_at);
  });

  test("is told to nobody", async () => {
    expect(await noticesOf(ann)).toEqual([]);
  });

  test("is not in the author's export", async () => {
    const { body } = await get("/api/v1/users/me/export/", ann);
    expect(body.support_tickets).toMatchObject([{ id, subject: "Эвакуатор не едет" }]);
    expect(body.support_messages).toMatchObject([{ ticketId: id, body: "Жду второй час." }]);
    expect(JSON.stringify(body)).not.toContain("шумный");
  });

  test("by the author is refused", async () => {
    expect(await write(ann, id, "Тайна", true)).toMatchObject({
      status: 400,
      body: { is_internal: ["Внутренние заметки доступны только операторам."] },
    });
    expect((await messages(olga, id)).body.count).toBe(2);
  });
});

describe("people are told", () => {
  test("the author of an answer", async () => {
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

  test("whoever has the ticket of the author's words", async () => {
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

  test("the room of every message, by its id and never by its words", async () => {
    const first = (await read(olga, id)).body.messages[0].id;
    const sent = [await write(ann, id, "Слова клиента"), await write(olga, id, "Заметка", true)];
    const told = await effects("ticket_message", `ticket:${id}`);
    expect(told.map(({ payload }) => JSON.parse(payload))).toEqual(
      [first, ...sent.map(({ body }) => body.id)].map((message) => ({ id: message, ticketId: id })),
    );
  });
});
