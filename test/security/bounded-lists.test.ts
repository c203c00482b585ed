/** A person who writes without end does not hide other people's work: the rows nested in a list are limited. */
import { expect, test } from "vitest";
import { at, place, scene } from "../dispatch/scene.ts";
import { get, person, post, rows } from "../harness/api.ts";
import { operator, TICKETS, ticketOf } from "../support/tickets.ts";

const NUMBERS = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)";

test("A ticket with thousands of messages is listed with its last hundred, and other tickets with all of theirs.", async () => {
  const [author, by] = [await person(), await operator()];
  const [flooded, quiet] = [await ticketOf(author), await ticketOf(author)];
  await rows(
    `INSERT INTO support_messages (id, ticket_id, author_id, body, is_internal, created_at)
     ${NUMBERS} SELECT substr(?, 1, 28) || printf('%08d', n), ?, ?, 'n' || n, n % 2, 9e12 + n / 2 FROM n`,
    3000,
    flooded,
    flooded,
    author.id,
  );
  const bodies = (messages: { body: string }[]) => messages.map(({ body }) => body);
  const { body: list } = await get(TICKETS, by);
  const threads = [flooded, quiet].map((id) => list.results.find((one: { id: string }) => one.id === id));
  const last = Array.from({ length: 100 }, (_, nth) => `n${2901 + nth}`);
  expect(threads.map(({ messages }) => bodies(messages))).toEqual([last, ["Жду второй час."]]);
  expect(bodies((await get(`${TICKETS}${flooded}/`, by)).body.messages)).toEqual(last);
  // Messages that the author may not see do not count towards the limit.
  const even = Array.from({ length: 100 }, (_, nth) => `n${2802 + 2 * nth}`);
  expect(bodies((await get(`${TICKETS}${flooded}/`, author)).body.messages)).toEqual(even);
  expect((await get(`${TICKETS}${flooded}/messages/`, by)).body.count).toBe(3001);
});

test("At most twenty payments of an order are pending, and an operator's decision makes room.", async () => {
  const there = await scene();
  const id = await place(there);
  const { client, operator: by } = there;
  const facts = { amount: "1.00", payment_method: "CASH" };
  const pay = () => post(at(id, "payments/"), facts, { token: client.token });
  const responses = await Promise.all(Array.from({ length: 24 }, pay));
  expect(responses.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(responses.find(({ status }) => status === 400)?.body).toEqual({
    non_field_errors: ["По этому заказу уже ждут подтверждения платежи: 20."],
  });
  const first = responses.find(({ status }) => status === 201)?.body.id;
  await rows("UPDATE payments SET status = 'FAILED' WHERE id = ?", first);
  expect((await pay()).status).toBe(201);
  const { body } = await get(at(id), { token: by.token });
  expect(body.payments).toHaveLength(21);
});
