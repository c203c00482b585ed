/** Events that are sent once more, one or those of a time. */
import { expect, test } from "vitest";
import { place, scene } from "../dispatch/scene.ts";
import { get, patch, post, rows } from "../harness/api.ts";
import { deliveriesOf, ENDPOINTS, type MadeEndpoint, newEndpoint, receiver, until } from "./endpoints.ts";

const replay = (id: number, { staff }: MadeEndpoint) =>
  post(`/api/v1/webhooks/deliveries/${id}/replay/`, undefined, { token: staff.token });

const replayAll = ({ id, staff }: MadeEndpoint, changes: object = {}) => {
  const range = { from: "2000-01-01T00:00Z", to: "2100-01-01T00:00Z", ...changes };
  return post(`${ENDPOINTS}${id}/replay/`, range, { token: staff.token });
};

/** An endpoint that accepted one event, and what it received. */
async function accepted() {
  const endpoint = await newEndpoint(["order.created"]);
  const received = receiver(endpoint);
  await place(await scene());
  await until(async () => (await deliveriesOf(endpoint))[0]?.state === "accepted");
  const [delivery] = await deliveriesOf(endpoint);
  return { endpoint, received, delivery };
}

test("An event is sent once more with its id, as a delivery of its own, and the first one's log stays.", async () => {
  const { endpoint, received, delivery } = await accepted();
  const again = await replay(delivery.id, endpoint);
  expect(again.status).toBe(201);
  expect(again.body).toMatchObject({
    message_id: delivery.message_id,
    body: delivery.body,
    state: "pending",
  });
  await until(() => received.length === 2);
  expect(received[1]?.id).toBe(received[0]?.id);
  expect(received[1]?.text).toBe(received[0]?.text);
  const [first] = await deliveriesOf(endpoint);
  expect(first.attempts).toEqual(delivery.attempts);
  expect(first.replayed_at).not.toBe(null);
  const [entry] = await rows(
    "SELECT action FROM audit_log WHERE subject = ? ORDER BY id DESC",
    `webhook_endpoint:${endpoint.id}`,
  );
  expect(entry).toEqual({ action: "webhook_endpoint.replay" });
});

test("Asked twice at once, an event is sent once more, and the other request is refused.", async () => {
  const { endpoint, received, delivery } = await accepted();
  await rows("UPDATE webhook_endpoints SET is_active = 1 WHERE id = ?", endpoint.id);
  const answers = await Promise.all([replay(delivery.id, endpoint), replay(delivery.id, endpoint)]);
  const statuses = answers.map(({ status }) => status).sort();
  // The first may be sent before the second is asked for.
  expect([
    [201, 201],
    [201, 409],
  ]).toContainEqual(statuses);
  await until(() => received.length === 1 + statuses.filter((status) => status === 201).length);
});

test("An event that is pending, or whose endpoint is switched off, is not sent again.", async () => {
  const { endpoint, delivery } = await accepted();
  await rows("UPDATE webhook_deliveries SET state = 'pending' WHERE id = ?", delivery.id);
  expect((await replay(delivery.id, endpoint)).status).toBe(409);
  await rows("UPDATE webhook_deliveries SET state = 'failed' WHERE id = ?", delivery.id);
  await patch(`${ENDPOINTS}${endpoint.id}/`, { is_active: false }, { token: endpoint.staff.token });
  expect((await replay(delivery.id, endpoint)).status).toBe(409);
  expect((await replayAll(endpoint)).status).toBe(409);
});

test("The failed events of a time are sent once more in their order, and not a second time.", async () => {
  const endpoint = await newEndpoint(["order.created"]);
  let down = true;
  const received = receiver(endpoint, () => new Response(null, { status: down ? 500 : 204 }));
  const ids = [await place(await scene()), await place(await scene()), await place(await scene())];
  await until(async () => (await deliveriesOf(endpoint)).every(({ state }) => state === "failed"));
  down = false;
  received.length = 0;
  expect((await replayAll(endpoint, { state: "accepted" })).body).toEqual({ replayed: 0, more: false });
  expect((await replayAll(endpoint, { to: "2000-01-02T00:00Z" })).body).toEqual({ replayed: 0, more: false });
  expect((await replayAll(endpoint, { to: "1999-01-02T00:00Z" })).status).toBe(400);
  expect((await replayAll(endpoint)).body).toEqual({ replayed: 3, more: false });
  expect((await replayAll(endpoint)).body).toEqual({ replayed: 0, more: false });
  await until(() => received.length === 3);
  expect(received.map(({ body }) => body.data.id).toSorted()).toEqual(ids.toSorted());
  const all = await deliveriesOf(endpoint);
  expect(all.slice(3).map(({ body }) => body.data.id)).toEqual(ids);
});

test("Events of one subject that are sent once more wait for each other, too.", async () => {
  const endpoint = await newEndpoint(["order.created", "order.updated"]);
  const received = receiver(endpoint);
  const id = await place(await scene());
  for (const priority of ["HIGH", "LOW", "URGENT"])
    await rows("UPDATE orders SET priority = ? WHERE id = ?", priority, id);
  await post(`${ENDPOINTS}${endpoint.id}/test/`, undefined, { token: endpoint.staff.token });
  await until(async () => (await deliveriesOf(endpoint)).every(({ state }) => state === "accepted"));
  received.length = 0;
  expect((await replayAll(endpoint, { state: "accepted" })).body.replayed).toBe(5);
  await until(() => received.length === 5);
  const priorities = received.filter(({ body }) => body.data.id === id).map(({ body }) => body.data.priority);
  expect(priorities).toEqual(["NORMAL", "HIGH", "LOW", "URGENT"]);
});

test("The log is read page by page, the newest first, also by state.", async () => {
  const endpoint = await newEndpoint(["order.updated"]);
  receiver(endpoint);
  const id = await place(await scene());
  for (const priority of ["HIGH", "LOW", "URGENT"])
    await rows("UPDATE orders SET priority = ? WHERE id = ?", priority, id);
  const { token } = endpoint.staff;
  const first = await get(`${ENDPOINTS}${endpoint.id}/deliveries/?limit=2`, { token });
  const next = new URL(first.body.next);
  const second = await get(next.pathname + next.search, { token });
  const told = [...first.body.results, ...second.body.results].map(({ body }) => body.data.priority);
  expect(told).toEqual(["URGENT", "LOW", "HIGH"]);
  expect(second.body.next).toBe(null);
  const failed = await get(`${ENDPOINTS}${endpoint.id}/deliveries/?state=failed`, { token });
  expect(failed.body).toEqual({ next: null, results: [] });
  expect((await get(`${ENDPOINTS}${endpoint.id}/deliveries/?state=lost`, { token })).status).toBe(400);
});

test("A page of one state looks through a thousand deliveries, and the pages after it find what is older.", async () => {
  const endpoint = await newEndpoint(["order.updated"]);
  const [{ first } = { first: 0 }] = await rows<{ first: number }>(
    "SELECT coalesce(max(id), 0) + 1 AS first FROM webhook_deliveries",
  );
  await rows(
    `WITH RECURSIVE n(value) AS (SELECT 0 UNION ALL SELECT value + 1 FROM n WHERE value < 1499)
     INSERT INTO webhook_deliveries (id, endpoint_id, message_id, type, subject, data, state, created_at)
     SELECT ? + value, ?, 'msg_' || value, 'order.updated', 'order:x', '{}', iif(value = 0, 'failed', 'accepted'), 0 FROM n`,
    first,
    endpoint.id,
  );
  const { token } = endpoint.staff;
  const newest = await get(`${ENDPOINTS}${endpoint.id}/deliveries/?state=failed`, { token });
  expect(newest.body.results).toEqual([]);
  const next = new URL(newest.body.next);
  const older = await get(next.pathname + next.search, { token });
  expect(older.body.results).toMatchObject([{ state: "failed" }]);
  expect(older.body.next).toBe(null);
});

test("A delivery is sent once more from the console, many at once, too.", async () => {
  const { endpoint, received, delivery } = await accepted();
  const { token } = endpoint.staff;
  const path = "/api/admin/webhook-deliveries/";
  expect((await post(`${path}${delivery.id}/actions/replay/`, undefined, { token })).status).toBe(204);
  await until(() => received.length === 2);
  await until(async () => (await deliveriesOf(endpoint)).every(({ state }) => state === "accepted"));
  const bulk = await post(`${path}bulk/`, { action: "replay", ids: [delivery.id] }, { token });
  expect(bulk.status).toBe(200);
  await until(() => received.length === 3);
});
