/** What an order's public link shows in each status, by REST, page and socket. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { closeEndedLinks } from "../../../src/modules/dispatch/sharing/commands.ts";
import { findShared } from "../../../src/modules/dispatch/sharing/queries.ts";
import { mint, type Person } from "../../authorization/world.ts";
import { get, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/scope.ts";
import { connect, connectNative, dial } from "../../harness/socket.ts";
import { at, move, place, type Scene, type Step, scene, truckRow } from "../scene.ts";

const HOUR = 3600_000;
const MINUTE = 60_000;
const STATES: readonly Step[] = ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED", "CANCELLED"];
const isOver = (status: Step) => status === "COMPLETED" || status === "CANCELLED";
const isActive = (status: Step) => status === "ASSIGNED" || status === "IN_PROGRESS";

const report = (by: Person, latitude: number) =>
  post("/api/v1/location/update/", { latitude, longitude: 37.5 }, { token: by.token });

async function linkTo({ client }: Scene, id: string, body: object = {}): Promise<string> {
  const answer = await post(at(id, "share/"), body, { token: client.token });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body.url.split("/track/")[1];
}

/** The steps from PENDING to a state; its truck reports a place after each. */
async function bring(there: Scene, id: string, to: Step): Promise<void> {
  const steps: Record<Step, readonly Step[]> = {
    PENDING: [],
    CONFIRMED: ["CONFIRMED"],
    ASSIGNED: ["CONFIRMED", "ASSIGNED"],
    IN_PROGRESS: ["CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    COMPLETED: ["CONFIRMED", "ASSIGNED", "IN_PROGRESS", "COMPLETED"],
    CANCELLED: ["CONFIRMED", "ASSIGNED", "CANCELLED"],
  };
  await report(there.driver, 55.1);
  for (const status of steps[to]) {
    // Named for later already, where the truck goes is nobody's business yet.
    const truck = status === "CONFIRMED" || status === "ASSIGNED" ? { tow_truck: there.truck } : {};
    const answer = await move(there.operator, id, { status, ...truck });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    await report(there.driver, 55.2);
  }
}

interface Frame {
  readonly t: string;
  readonly kind: string;
  readonly body: Record<string, unknown>;
}

/** Everything from the beginning that a link's socket gives. */
async function replayed(token: string): Promise<Frame[]> {
  const socket = await connectNative(`/ws/track/${token}/?since=0`);
  const { seq } = await socket.next(({ t }) => t === "welcome");
  const entries: Frame[] = [];
  while (entries.length < seq) entries.push(await socket.next(({ t }) => t === "entry"));
  socket.close();
  return entries;
}

describe.each(STATES)("the link of an order that is %s", (status) => {
  async function shared() {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await bring(there, id, status);
    return { there, id, token };
  }

  test("The link shows the status by REST and on the page, with places only while that is allowed.", async () => {
    const { token } = await shared();
    const { body } = await get(`/api/v1/track/${token}/`);
    const page = await get(`/track/${token}/`);
    expect([body.status, page.status]).toEqual([status, 200]);
    expect(body.truck).toEqual(
      isActive(status) ? { latitude: 55.2, longitude: 37.5, at: expect.any(String) } : null,
    );
    expect(body.eta_seconds).toEqual(isActive(status) ? expect.any(Number) : null);
    const places = /latitude/.test(JSON.stringify(body));
    expect([places, /latitude/.test(String(page.body))]).toEqual([!isOver(status), !isOver(status)]);
  });

  test("A reconnecting link receives the statuses again, with positions only while that is allowed.", async () => {
    const { token } = await shared();
    const entries = await replayed(token);
    const places = entries.filter(({ kind }) => kind === "position");
    expect(places.length > 0).toBe(isActive(status));
    expect(JSON.stringify(entries).includes("latitude")).toBe(isActive(status));
    if (status !== "PENDING")
      expect(entries.findLast(({ kind }) => kind === "status")?.body.status).toBe(status);
  });

  test.each([["caravan.v1"], []])(
    "The public socket (%s) receives the truck's positions only while it has the job.",
    async (...said) => {
      const { there, token } = await shared();
      const protocols = said.filter((word) => typeof word === "string" && word !== "");
      const socket = await connect(`/ws/track/${token}/`, { protocols: protocols as string[] });
      await report(there.driver, 55.3);
      const isPlace = (frame: unknown) => JSON.stringify(frame).includes("55.3");
      if (isActive(status)) await socket.next(isPlace);
      else expect(await socket.silent(isPlace)).toBe(true);
      socket.close();
    },
  );
});

describe("entries from before the link", () => {
  test("Entries from before the link are hidden, and later ones are shown.", async () => {
    const there = await scene();
    const id = await place(there);
    await bring(there, id, "ASSIGNED");
    const token = await linkTo(there, id);
    const before = await replayed(token);
    expect(before.map(({ kind, body }) => [kind, body])).toEqual(before.map(() => ["hidden", {}]));
    await report(there.driver, 55.4);
    await move(there.driver, id, { status: "IN_PROGRESS" });
    const after = await replayed(token);
    expect(after.slice(before.length).map(({ kind }) => kind)).toEqual(["position", "status"]);
  });
});

describe("a link after the job went to another truck", () => {
  async function handedOver() {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await bring(there, id, "ASSIGNED");
    const heir = await mint("driver");
    const other = await truckRow({ tariff: there.tariff, driver: heir.id });
    const socket = await connectNative(`/ws/track/${token}/`);
    await move(there.operator, id, { tow_truck: other });
    return { there, id, token, heir, other, socket };
  }

  test("The link shows the new status and positions of the new truck only.", async () => {
    const { there, token, heir, other, socket } = await handedOver();
    const told = await socket.next(({ kind }) => kind === "status");
    expect(told.body).toMatchObject({ status: "ASSIGNED", tow_truck: other });
    expect((await get(`/api/v1/track/${token}/`)).body).toMatchObject({ truck: null, eta_seconds: null });
    await report(there.driver, 55.5);
    await report(heir, 55.6);
    expect((await socket.next(({ kind }) => kind === "position")).body).toMatchObject({
      latitude: 55.6,
      tow_truck_id: String(other),
    });
    expect((await get(`/api/v1/track/${token}/`)).body.truck).toMatchObject({ latitude: 55.6 });
    const places = (await replayed(token)).filter(({ kind }) => kind === "position");
    expect(places.map(({ body }) => body.tow_truck_id)).toEqual([String(other)]);
  });

  test("A late position of the former truck is hidden.", async () => {
    const { there, id, socket } = await handedOver();
    await socket.next(({ kind }) => kind === "status");
    const body = {
      tow_truck_id: String(there.truck),
      latitude: 55.7,
      longitude: 37.5,
      updated_at: new Date().toISOString(),
      order_id: id,
      distance_m: 5,
      eta_seconds: 1,
    };
    const name = `order:${id}`;
    await env.ORDER_ROOMS.getByName(name).publish(name, { kind: "position", ref: "late", body });
    expect((await socket.next(({ t }) => t === "entry")).kind).toBe("hidden");
    socket.close();
  });
});

describe("a link after the order", () => {
  test.each(["COMPLETED", "CANCELLED"] as const)(
    "The link of an order that is %s shows its status for an hour and then stops working.",
    async (end) => {
      const there = await scene();
      const id = await place(there);
      const token = await linkTo(there, id, { expires_in: 7 * 24 * 3600 });
      await bring(there, id, "ASSIGNED");
      const socket = await connectNative(`/ws/track/${token}/`);
      if (end === "COMPLETED") await move(there.driver, id, { status: "IN_PROGRESS" });
      await move(there.operator, id, { status: end });
      expect(
        (await socket.next(({ kind, body }) => kind === "status" && body.status === end)).body.status,
      ).toBe(end);
      const later = (ms: number) => jobContext({ now: () => Date.now() + ms }).ctx;
      expect(await findShared(later(HOUR - MINUTE), token)).toMatchObject({
        status: end,
        pickup: null,
        delivery: null,
        truck: null,
        eta: null,
      });
      const again = await connectNative(`/ws/track/${token}/`);
      expect((await again.next(({ t }) => t === "welcome")).ttl).toBeLessThanOrEqual(3600);
      expect(await findShared(later(HOUR + MINUTE), token)).toBeNull();
      // What the room's alarm does an hour after the end.
      expect(await closeEndedLinks(later(HOUR - MINUTE), id)).toBeGreaterThan(Date.now() + HOUR - MINUTE);
      const closes = socket.closed.then(() => "closed");
      expect(await Promise.race([closes, scheduler.wait(200).then(() => "open")])).toBe("open");
      expect(await closeEndedLinks(later(HOUR + MINUTE), id)).toBeNull();
      expect((await socket.closed).code).toBe(4003);
    },
  );

  test("A link that expires earlier is not prolonged by the end of the order.", async () => {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id, { expires_in: 60 });
    await move(there.operator, id, { status: "CANCELLED" });
    expect(await findShared(jobContext({ now: () => Date.now() + 61_000 }).ctx, token)).toBeNull();
  });

  test("No link is created once an order is over, even concurrently.", async () => {
    for (let times = 0; times < 5; times++) {
      const there = await scene();
      const id = await place(there);
      const [made] = await Promise.all([
        post(at(id, "share/"), {}, { token: there.client.token }),
        move(there.operator, id, { status: "CANCELLED" }),
      ]);
      const [row] = await rows<{ expires_at: number }>(
        "SELECT expires_at FROM order_shares WHERE order_id = ?",
        id,
      );
      expect(row === undefined).toBe(made.status !== 201);
      expect(row?.expires_at ?? 0).toBeLessThanOrEqual(Date.now() + HOUR);
    }
    const result = await dial("/ws/track/none/", { protocols: ["caravan.v1"] });
    expect("refusal" in result && result.refusal.status).toBe(404);
  });
});

describe("an old position", () => {
  test("An old position is shown by REST with its time and without a time of arrival.", async () => {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await bring(there, id, "ASSIGNED");
    await rows("UPDATE tow_trucks SET located_at = ? WHERE id = ?", Date.now() - 3 * MINUTE, there.truck);
    const { body } = await get(`/api/v1/track/${token}/`);
    expect([body.truck?.latitude, body.eta_seconds]).toEqual([55.2, null]);
  });

  test("An old position is sent on the sockets of the link and of the client.", async () => {
    const there = await scene();
    const id = await place(there);
    const token = await linkTo(there, id);
    await move(there.operator, id, { status: "CONFIRMED" });
    await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck });
    const listening = [
      await connectNative(`/ws/track/${token}/`),
      await connectNative(`/ws/orders/${id}/location/`, there.client.token),
    ];
    const driver = await connectNative(`/ws/tow-trucks/${there.truck}/location/`, there.driver.token);
    const time = new Date(Date.now() - 3 * MINUTE).toISOString();
    driver.send({ t: "points", ref: "p", points: [{ latitude: 55.8, longitude: 37.5, at: time }] });
    for (const socket of listening) {
      const { body } = await socket.next(({ kind }) => kind === "position");
      expect(body).toMatchObject({ latitude: 55.8, distance_m: expect.any(Number) });
      expect(body).not.toHaveProperty("eta_seconds");
    }
  });
});
