/** Endpoints that fail, the log's age, and what an account's export and deletion do with it. */
import { describe, expect, test } from "vitest";
import { eraseWebhooks, purgeWebhooks, sweepWebhooks } from "../../src/modules/webhooks/index.ts";
import { newPerson } from "../authorization/world.ts";
import { move, place, scene } from "../dispatch/scene.ts";
import { del, get, outboxOf, patch, post, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { deliveriesOf, ENDPOINTS, newEndpoint, receiver, until } from "./endpoints.ts";

const DAY = 24 * 3600_000;
/** A deployment's schedule: about three days. */
const days = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map((seconds) => seconds * 1000);

/** A job at another time, with the schedule of a deployment. */
function later(ms: number) {
  const { ctx, finished } = jobContext({ now: () => Date.now() + ms });
  const settings = {
    ...ctx.runtime.settings,
    webhooks: { ...ctx.runtime.settings.webhooks, schedule: days },
  };
  return { ctx: { ...ctx, runtime: { ...ctx.runtime, settings } }, finished };
}

async function at(
  ms: number,
  job: (ctx: ReturnType<typeof later>["ctx"]) => Promise<unknown>,
): Promise<void> {
  const { ctx, finished } = later(ms);
  await job(ctx);
  await finished();
}

const noticesOf = (id: number) =>
  rows<{ title: string; message: string }>(
    "SELECT title, message FROM notifications WHERE user_id = ? AND type = 'WEBHOOK' ORDER BY id",
    id,
  );
const stateOf = async (id: number) => (await rows("SELECT * FROM webhook_endpoints WHERE id = ?", id))[0];

describe("an endpoint that accepts nothing", () => {
  test("Its owner is told once after a day, and after three it is switched off, and told so.", async () => {
    const { id, staff, url } = await newEndpoint(["order.created"]);
    await rows("UPDATE webhook_endpoints SET failing_since = ? WHERE id = ?", Date.now(), id);
    await at(0.9 * DAY, sweepWebhooks);
    expect(await noticesOf(staff.id)).toEqual([]);
    await at(1.1 * DAY, sweepWebhooks);
    await at(1.2 * DAY, sweepWebhooks);
    expect(await noticesOf(staff.id)).toHaveLength(1);
    expect((await noticesOf(staff.id))[0]?.message).toContain(url);
    await at(3 * DAY, sweepWebhooks);
    expect(await stateOf(id)).toMatchObject({ is_active: 1 });
    await at(3.2 * DAY, sweepWebhooks);
    expect(await stateOf(id)).toMatchObject({ is_active: 0, disabled_reason: "failing" });
    expect(await noticesOf(staff.id)).toHaveLength(2);
    const letters = await rows(
      "SELECT 1 FROM outbox WHERE kind = 'mail' AND address = ?",
      `${staff.username}@example.com`,
    );
    expect(letters).toHaveLength(2);
  });

  test("An owner who ends these letters, by the link that each carries, is still told in the app.", async () => {
    const { id, staff } = await newEndpoint(["order.created"]);
    const address = `${staff.username}@example.com`;
    await rows("UPDATE webhook_endpoints SET failing_since = ? WHERE id = ?", Date.now(), id);
    await at(1.1 * DAY, sweepWebhooks);
    const [letter] = await outboxOf(address);
    const link = new URL(letter?.headers["List-Unsubscribe"]?.slice(1, -1) ?? "");
    expect((await post(link.pathname + link.search)).status).toBe(200);
    await at(3.2 * DAY, sweepWebhooks);
    expect(await noticesOf(staff.id)).toHaveLength(2);
    expect(await outboxOf(address)).toHaveLength(1);
  });

  test("It is not switched off before its owner was told, however long it fails.", async () => {
    const { id, staff } = await newEndpoint(["order.created"]);
    await rows("UPDATE webhook_endpoints SET failing_since = ? WHERE id = ?", Date.now() - 30 * DAY, id);
    await at(0, sweepWebhooks);
    expect(await stateOf(id)).toMatchObject({ is_active: 1 });
    expect(await noticesOf(staff.id)).toHaveLength(1);
  });

  test("One event that is accepted ends it.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint, (nth) => new Response(null, { status: nth === 0 ? 500 : 200 }));
    await place(await scene());
    await until(async () => (await stateOf(endpoint.id))?.failing_since !== null);
    await until(async () => (await stateOf(endpoint.id))?.failing_since === null);
  });

  test("When its owner's account is gone, all staff are told.", async () => {
    const { id, staff } = await newEndpoint(["order.created"]);
    const colleague = await newPerson("staff");
    await del("/api/v1/auth/profile/", undefined, { token: staff.token });
    const others =
      "UPDATE users SET is_staff = ?1 WHERE is_staff = 1 - ?1 AND id IN (SELECT value FROM json_each(?2))";
    const ids = (await rows<{ id: number }>("SELECT id FROM users WHERE is_staff = 1")).map(
      (each) => each.id,
    );
    const rest = JSON.stringify(ids.filter((each) => each !== colleague.id));
    await rows(others, 0, rest);
    await rows("UPDATE webhook_endpoints SET failing_since = 1 WHERE id = ?", id);
    await at(0, sweepWebhooks);
    // Other tests' staff go on working.
    await rows(others, 1, rest);
    expect(await noticesOf(colleague.id)).toHaveLength(1);
  });

  test("What waits for one that is switched off is given up, and can be sent again.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint, () => new Response(null, { status: 503, headers: { "retry-after": "600" } }));
    await place(await scene());
    await until(async () => (await deliveriesOf(endpoint))[0]?.attempts.length === 1);
    await patch(`${ENDPOINTS}${endpoint.id}/`, { is_active: false }, { token: endpoint.staff.token });
    await at(0, sweepWebhooks);
    expect((await deliveriesOf(endpoint))[0]).toMatchObject({ state: "failed", next_attempt_at: null });
  });
});

describe("the log", () => {
  test("Old deliveries are deleted by night, those that wait too long are given up, young ones stay.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint);
    const add = (subject: string, state: string, age: number) =>
      rows(
        `INSERT INTO webhook_deliveries (endpoint_id, message_id, type, subject, data, state, created_at)
         VALUES (?, ?, 'order.created', ?, '{}', ?, ?)`,
        endpoint.id,
        subject,
        subject,
        state,
        Date.now() - age,
      );
    // As in life, the oldest first.
    await rows("DELETE FROM webhook_deliveries");
    await add("old", "accepted", 15 * DAY);
    await add("stuck", "pending", 8 * DAY);
    await add("young", "accepted", 7 * DAY);
    await add("waiting", "pending", 0);
    await at(0, purgeWebhooks);
    const left = await rows(
      "SELECT subject, state, next_at IS NOT NULL AS due FROM webhook_deliveries ORDER BY id",
    );
    expect(left).toEqual([
      { subject: "stuck", state: "failed", due: 0 },
      { subject: "young", state: "accepted", due: 0 },
      { subject: "waiting", state: "pending", due: 1 },
    ]);
  });
});

describe("a person", () => {
  test("The export has what was passed on about them, and the endpoints that they look after.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint);
    const there = await scene();
    const id = await place(there);
    const other = await place(await scene());
    const { body } = await get("/api/v1/users/me/export/", { token: there.client.token });
    expect(body.passed_on_by_webhooks).toMatchObject([{ type: "order.created", subject: `order:${id}` }]);
    expect(JSON.stringify(body)).not.toContain(other);
    const own = await get("/api/v1/users/me/export/", { token: endpoint.staff.token });
    expect(own.body.webhook_endpoints).toMatchObject([{ url: endpoint.url }]);
    expect(JSON.stringify(own.body)).not.toContain(endpoint.secret);
  });

  test("A deleted account's log is deleted, what waits of it is not sent, and receivers are told what was deleted.", async () => {
    const endpoint = await newEndpoint(["order.created", "order.updated", "order.deleted"]);
    let down = true;
    const received = receiver(
      endpoint,
      () => new Response(null, { status: down ? 503 : 204, headers: { "retry-after": down ? "600" : "0" } }),
    );
    const there = await scene();
    const id = await place(there);
    await move(there.operator, id, { status: "CONFIRMED" });
    await until(() => received.length === 1);
    received.length = 0;
    down = false;
    await del("/api/v1/auth/profile/", undefined, { token: there.client.token });
    await until(async () => (await deliveriesOf(endpoint)).length === 1);
    await at(0, sweepWebhooks);
    await until(() => received.length === 1);
    expect(received[0]?.body).toMatchObject({ type: "order.deleted", data: { id } });
    expect(received[0]?.body.data).toEqual({ id });
    const { ctx } = jobContext();
    await eraseWebhooks(ctx, there.client.id);
    expect(await rows("SELECT type FROM webhook_deliveries WHERE person_id = ?", there.client.id)).toEqual([
      { type: "order.deleted" },
    ]);
  });
});
