/** The public page of an order: page, data and socket show the route and no personal data, until the link ends. */
import { describe, expect, test } from "vitest";
import { del, get, post, rows } from "../../harness/api.ts";
import { connect, dial } from "../../harness/socket.ts";
import { move, orderIn, type Scene, scene } from "../scene.ts";

interface Job extends Scene {
  readonly order: string;
}

async function underWay(): Promise<Job> {
  const there = await scene();
  await rows(
    "UPDATE users SET first_name = 'Ирина', phone = ? WHERE id = ?",
    `+7999${there.client.id}`,
    there.client.id,
  );
  return { ...there, order: await orderIn(there, "ASSIGNED") };
}

const share = async (job: Job, body: object = {}) => {
  const answer = await post(`/api/v1/orders/${job.order}/share/`, body, { token: job.client.token });
  expect(answer.status).toBe(201);
  return answer.body.url.slice(answer.body.url.lastIndexOf("/") + 1) as string;
};
const facts = (token: string) => get(`/api/v1/track/${token}/`);
const listen = (token: string) => connect(`/ws/track/${token}/`, { protocols: ["caravan.v1"] });
const moveTo = (job: Job, latitude: number, longitude: number) =>
  post("/api/v1/location/update/", { latitude, longitude }, { token: job.driver.token });

describe("the public page of a shared order", () => {
  test("A link shows status, places and truck, and no person unless the client shows their name.", async () => {
    const job = await underWay();
    await moveTo(job, 55.7, 37.6);
    const { status, body } = await facts(await share(job));
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([
      "delivery",
      "eta_seconds",
      "expires_at",
      "first_name",
      "pickup",
      "status",
      "truck",
    ]);
    expect(body).toMatchObject({
      status: "ASSIGNED",
      first_name: null,
      truck: { latitude: 55.7, longitude: 37.6 },
      eta_seconds: expect.any(Number),
    });
    const named = await facts(await share(job, { shows_name: true }));
    expect(named.body.first_name).toBe("Ирина");
  });

  test("The public page loads nothing from other origins.", async () => {
    const job = await underWay();
    const page = await get(`/track/${await share(job)}/`);
    expect(page.status).toBe(200);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("referrer-policy")).toBe("no-referrer");
    expect(String(page.body)).not.toContain("+7999");
    expect(String(page.body)).not.toContain(job.client.username);
  });

  test.each(["nonsense", "0".repeat(43)])("The link %s opens nothing.", async (token) => {
    expect((await facts(token)).status).toBe(404);
    expect((await get(`/track/${token}/`)).status).toBe(404);
    const result = await dial(`/ws/track/${token}/`, { protocols: ["caravan.v1"] });
    expect("refusal" in result && result.refusal.status).toBe(404);
  });

  test("Only the hash of a link is stored.", async () => {
    const job = await underWay();
    const token = await share(job);
    const [row] = await rows<{ token_hash: string }>(
      "SELECT token_hash FROM order_shares WHERE order_id = ?",
      job.order,
    );
    expect(row?.token_hash).toMatch(/^[0-9a-f]{64}$/);
    expect(row?.token_hash).not.toBe(token);
  });
});

describe("the socket of a public link", () => {
  test("The public socket receives positions and statuses; payments and offers are hidden.", async () => {
    const job = await underWay();
    const socket = await listen(await share(job));
    await socket.next(({ t }) => t === "welcome");
    await moveTo(job, 55.71, 37.61);
    const { body } = await socket.next(({ kind }) => kind === "position");
    expect(body).toMatchObject({ latitude: 55.71, longitude: 37.61, eta_seconds: expect.any(Number) });
    await post(
      `/api/v1/orders/${job.order}/payments/`,
      { amount: "10.00", payment_method: "CARD", status: "PENDING" },
      { token: job.client.token },
    );
    await move(job.driver, job.order, { status: "IN_PROGRESS" });
    expect(await socket.next(({ kind }) => kind === "status")).toMatchObject({
      body: { status: "IN_PROGRESS" },
    });
    expect(socket.frames.filter(({ kind }) => kind === "payment" || kind === "offer")).toEqual([]);
  });

  test("Frames sent on the public socket change nothing.", async () => {
    const job = await underWay();
    const socket = await listen(await share(job));
    await socket.next();
    socket.send({ t: "say", ref: "x", kind: "status", body: { status: "COMPLETED" } });
    expect(await socket.next(({ t }) => t === "error")).toMatchObject({ code: "forbidden" });
  });

  test("The public socket closes when the client ends the link, and the link stops working.", async () => {
    const job = await underWay();
    const token = await share(job);
    const socket = await listen(token);
    await socket.next();
    const ended = await del(`/api/v1/orders/${job.order}/share/`, undefined, { token: job.client.token });
    expect(ended.status).toBe(204);
    expect((await socket.closed).code).toBe(4003);
    expect((await facts(token)).status).toBe(404);
  });

  test("The public socket closes when the link expires.", async () => {
    const job = await underWay();
    const token = await share(job);
    await rows("UPDATE order_shares SET expires_at = ? WHERE order_id = ?", Date.now() + 700, job.order);
    const socket = await listen(token);
    expect(await socket.next()).toMatchObject({ t: "welcome", ttl: 0 });
    expect((await socket.closed).code).toBe(4001);
    expect((await facts(token)).status).toBe(404);
  });
});
