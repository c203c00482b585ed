/** Changes of a ticket: what its author and operators may set, and what follows from it. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Person, person, put, rows, staffMember } from "../harness/api.ts";
import { change, operator, orderOf, read, TICKETS, ticketOf, write } from "./tickets.ts";

let ann: Person;
let olga: Person;
beforeEach(async () => {
  ann = await person();
  olga = await operator();
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
