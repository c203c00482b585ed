/** When a public link ends, and how it shows an old position. */
import { describe, expect, test } from "vitest";
import { closeEndedLinks } from "../../../src/modules/dispatch/sharing/commands.ts";
import { findShared } from "../../../src/modules/dispatch/sharing/queries.ts";
import { get, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { connectNative, dial } from "../../harness/socket.ts";
import { at, move, place, scene } from "../scene.ts";
import { bring, linkTo } from "./links.ts";

const HOUR = 3600_000;
const MINUTE = 60_000;

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
