/** How events reach a receiver: signed, at least once, in the order of their subject, until accepted or given up. */
import { describe, expect, test, vi } from "vitest";
import { sweepWebhooks } from "../../src/modules/webhooks/index.ts";
import { at, move, orderIn, place, scene } from "../dispatch/scene.ts";
import { patch, post, rows } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";
import { deliveriesOf, ENDPOINTS, newEndpoint, receiver, until, verified } from "./endpoints.ts";

const created = () => scene().then(place);
const status = (code: number, headers?: HeadersInit) => () =>
  new Response(code === 204 ? null : `said ${code}`, { status: code, ...(headers ? { headers } : {}) });

describe("a delivery", () => {
  test("It is signed as the standard's own library verifies it, and says what happened.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint);
    const id = await created();
    await until(() => received.length > 0);
    const [first] = received;
    if (!first) throw new Error("nothing came");
    expect(verified(first, endpoint.secret)).toEqual(first.body);
    expect(first.body).toMatchObject({ type: "order.created", data: { id, status: "PENDING" } });
    expect(first.headers["content-type"]).toBe("application/json");
    expect(first.id).toMatch(/^msg_[0-9a-f]{32}$/);
    const other = `whsec_${btoa("x".repeat(32))}`;
    expect(() => verified(first, other)).toThrow();
    expect(() =>
      verified({ ...first, text: first.text.replace("PENDING", "COMPLETED") }, endpoint.secret),
    ).toThrow();
    await until(async () => (await deliveriesOf(endpoint))[0].state === "accepted");
    const [logged] = await deliveriesOf(endpoint);
    expect(logged).toMatchObject({
      message_id: first.id,
      subject: `order:${id}`,
      body: first.body,
      attempts: [{ status: 204, error: null }],
      next_attempt_at: null,
    });
  });

  test("What fails is tried again with the same id and body and a new signature, and each attempt is logged.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint, (nth) => status(nth < 2 ? 500 : 204)());
    await created();
    await until(async () => (await deliveriesOf(endpoint))[0]?.state === "accepted");
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ id }) => id)).size).toBe(1);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    for (const each of received) verified(each, endpoint.secret);
    const [{ attempts }] = await deliveriesOf(endpoint);
    expect(attempts).toMatchObject([
      { status: 500, answer: "said 500" },
      { status: 500, answer: "said 500" },
      { status: 204, answer: "" },
    ]);
  });

  test("It is given up when the schedule ends; a redirect counts as a failure and is not followed.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint, status(302, { location: "https://elsewhere.example.com/" }));
    await created();
    await until(async () => (await deliveriesOf(endpoint))[0]?.state === "failed");
    expect(received).toHaveLength(4);
    const [{ next_attempt_at, finished_at }] = await deliveriesOf(endpoint);
    expect(next_attempt_at).toBe(null);
    expect(finished_at).not.toBe(null);
  });

  test("A receiver that asks for time by Retry-After gets it.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint, (nth) => status(nth === 0 ? 503 : 204, { "retry-after": "1" })());
    await created();
    await until(() => received.length === 1);
    const began = Date.now();
    await until(() => received.length === 2);
    expect(Date.now() - began).toBeGreaterThan(900);
  });

  test("A receiver that can't be reached is logged with the reason.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint, () => Promise.reject(new TypeError("connection refused")));
    await created();
    await until(async () => (await deliveriesOf(endpoint))[0]?.attempts.length > 0);
    const [{ attempts }] = await deliveriesOf(endpoint);
    expect(attempts[0]).toMatchObject({ status: null, error: "unreachable" });
  });

  test("An address that the rule refuses by now is not asked.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint);
    await rows("UPDATE webhook_endpoints SET url = 'https://127.0.0.1/in' WHERE id = ?", endpoint.id);
    await created();
    await until(async () => (await deliveriesOf(endpoint))[0]?.attempts.length > 0);
    const [{ attempts }] = await deliveriesOf(endpoint);
    expect(attempts[0]).toMatchObject({ status: null, error: "ip" });
    expect(received).toEqual([]);
  });

  test("A receiver that answers 410 is switched off, its owner is told, and what waits is given up.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    receiver(endpoint, status(410));
    await created();
    const off = async () => {
      const [row] = await rows("SELECT * FROM webhook_endpoints WHERE id = ?", endpoint.id);
      return row;
    };
    await until(async () => (await off())?.is_active === 0);
    expect(await off()).toMatchObject({ disabled_reason: "gone" });
    const notices = await rows(
      "SELECT type, message FROM notifications WHERE user_id = ?",
      endpoint.staff.id,
    );
    expect(notices).toMatchObject([{ type: "WEBHOOK" }]);
    expect(notices[0]?.message).toContain(endpoint.url);
    const letters = await rows(
      "SELECT payload FROM outbox WHERE kind = 'mail' AND address = ?",
      `${endpoint.staff.username}@example.com`,
    );
    expect(letters).toHaveLength(1);
    await created();
    expect(await deliveriesOf(endpoint)).toHaveLength(1);
  });
});

describe("deliveries of one subject", () => {
  test("They wait for each other until accepted or given up; those of another subject do not.", async () => {
    const endpoint = await newEndpoint(["order.created", "order.updated"]);
    const slow = await scene();
    const stuck = await place(slow);
    // The first events of the order fail a few times, or for good.
    const received = receiver(endpoint, (_, { body }) =>
      status(body.data.id === stuck && body.data.status === "CONFIRMED" ? 500 : 204)(),
    );
    await move(slow.operator, stuck, { status: "CONFIRMED" });
    await move(slow.operator, stuck, { status: "CANCELLED" });
    const other = await orderIn(await scene(), "CONFIRMED");
    await until(() =>
      received.some(({ body }) => body.data.id === stuck && body.data.status === "CANCELLED"),
    );
    const steps = (id: string) =>
      received.filter(({ body }) => body.data.id === id).map(({ body }) => body.data.status);
    expect(steps(stuck)).toEqual(["PENDING", ...Array(4).fill("CONFIRMED"), "CANCELLED"].slice(-5 - 1));
    expect(steps(other)).toEqual(["PENDING", "CONFIRMED"]);
    const waits = received.findIndex(({ body }) => body.data.id === other);
    const last = received.findIndex(({ body }) => body.data.id === stuck && body.data.status === "CANCELLED");
    expect(waits).toBeLessThan(last);
  });

  test("A slow receiver does not delay another.", async () => {
    const slow = await newEndpoint(["order.created"]);
    const quick = await newEndpoint(["order.created"]);
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const waiting = receiver(slow, () => released.then(status(204)));
    const received = receiver(quick);
    await created();
    await until(() => received.length === 1);
    await until(async () => (await deliveriesOf(quick))[0].state === "accepted");
    expect((await deliveriesOf(slow))[0].state).toBe("pending");
    release();
    await until(async () => (await deliveriesOf(slow))[0].state === "accepted");
    expect(waiting).toHaveLength(1);
  });
});

describe("secrets", () => {
  test("While they rotate, a request is verified by the new secret and by the one before.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint);
    const path = `${ENDPOINTS}${endpoint.id}/`;
    const { token } = endpoint.staff;
    const rotated = await post(`${path}rotate/`, undefined, { token });
    await created();
    await until(() => received.length === 1);
    const [both] = received;
    if (!both) throw new Error("nothing came");
    expect(both.headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    verified(both, endpoint.secret);
    verified(both, rotated.body.secret);
    await rows("UPDATE webhook_endpoints SET former_until = 1 WHERE id = ?", endpoint.id);
    await created();
    await until(() => received.length === 2);
    const later = received[1];
    if (!later) throw new Error("nothing came");
    verified(later, rotated.body.secret);
    expect(() => verified(later, endpoint.secret)).toThrow();
  });

  test("A secret that can't be read any more delivers nothing, until there is a new one.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint);
    await rows("UPDATE webhook_endpoints SET secret = 'AAAAAAAAAAAAAAAA.AAAA' WHERE id = ?", endpoint.id);
    await created();
    await until(async () => (await deliveriesOf(endpoint))[0]?.attempts.length > 0);
    expect((await deliveriesOf(endpoint))[0].attempts[0]).toMatchObject({ error: "unsigned" });
    expect(received).toEqual([]);
    const rotated = await post(`${ENDPOINTS}${endpoint.id}/rotate/`, undefined, {
      token: endpoint.staff.token,
    });
    await rows("UPDATE webhook_endpoints SET former_until = 1 WHERE id = ?", endpoint.id);
    await until(() => received.length > 0);
    verified(received[0] as never, rotated.body.secret);
  });
});

describe("when it is sent", () => {
  test("Changes without effects are told at once, too: an event without members, an edit that is only audited.", async () => {
    const endpoint = await newEndpoint(["order.updated", "event.created"]);
    const received = receiver(endpoint);
    const there = await scene();
    const id = await place(there);
    await patch(at(id), { delivery_latitude: 55.9 }, { token: there.operator.token });
    await until(() => received.length === 1);
    const event = { starting_time: "2031-01-01T10:00Z", end_time: "2031-01-01T11:00Z", participants: [] };
    await post("/api/events/", { name: "Ride", location: "Bridge", ...event }, { token: there.client.token });
    await until(() => received.length === 2);
    expect(received.map(({ body }) => body.type)).toEqual(["order.updated", "event.created"]);
  });

  test("A truck's position is told without waiting for the minute's sweep.", async () => {
    const endpoint = await newEndpoint(["truck.position"], { position_seconds: 5 });
    const received = receiver(endpoint);
    const there = await scene();
    await post(
      "/api/v1/location/update/",
      { latitude: 55.75, longitude: 37.61 },
      { token: there.driver.token },
    );
    await until(() => received.length === 1);
    expect(received[0]?.body.data).toMatchObject({ tow_truck: there.truck, latitude: 55.75 });
  });
});

describe("what is lost on the way", () => {
  test("A delivery whose sender was not told is sent by the minute's sweep.", async () => {
    const endpoint = await newEndpoint(["order.updated"]);
    const received = receiver(endpoint);
    const id = await created();
    // As an edit that nobody is told of, and as an isolate that died after its commit.
    await rows("UPDATE orders SET priority = 'URGENT' WHERE id = ?", id);
    const { ctx, finished } = jobContext();
    await sweepWebhooks(ctx);
    await finished();
    await until(() => received.length === 1);
    expect(received[0]?.body.data).toMatchObject({ id, priority: "URGENT" });
  });

  test("A test event is sent at once, and refused for an endpoint that is switched off.", async () => {
    const endpoint = await newEndpoint(["order.created"]);
    const received = receiver(endpoint);
    const { token } = endpoint.staff;
    const path = `${ENDPOINTS}${endpoint.id}/`;
    const sent = await post(`${path}test/`, undefined, { token });
    expect(sent.status).toBe(201);
    await until(() => received.length === 1);
    expect(received[0]?.body).toMatchObject({ type: "webhook.test", data: { endpoint: endpoint.id } });
    await patch(path, { is_active: false }, { token });
    expect((await post(`${path}test/`, undefined, { token })).status).toBe(409);
    vi.restoreAllMocks();
  });
});
