/** Budgets of orders and trucks. */
import { move, newOrder, ORDERS, orderIn, type Scene, scene } from "../dispatch/scene.ts";
import { post } from "../harness/api.ts";
import type { Clock } from "../harness/clock.ts";
import { connectNative } from "../harness/socket.ts";
import { type Budget, perAction } from "./budget.ts";

const MINUTES = 5 * 60_000;

const must = (expected: number, { status, body }: { status: number; body: unknown }) => {
  if (status !== expected) throw new Error(`${status} ${JSON.stringify(body)}`);
};

/** The five requests of an order's life, each after some minutes. */
async function placeToCompleted(clock: Clock, there: Scene): Promise<void> {
  const answer = await post(ORDERS, newOrder(there), { token: there.client.token });
  must(201, answer);
  const { id } = answer.body;
  await clock.advance(MINUTES);
  must(200, await move(there.operator, id, { status: "CONFIRMED" }));
  await clock.advance(MINUTES);
  must(200, await move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck }));
  await clock.advance(MINUTES);
  must(200, await move(there.driver, id, { status: "IN_PROGRESS" }));
  await clock.advance(MINUTES);
  must(200, await move(there.driver, id, { status: "COMPLETED" }));
}

export const dispatchBudgets: readonly Budget[] = [
  {
    action: "A driver's position by REST, one a second with an active order and two listeners,",
    async measure(clock) {
      const there = await scene();
      const id = await orderIn(there, "ASSIGNED");
      const path = `/ws/orders/${id}/location/`;
      const listeners = [
        await connectNative(path, there.client.token),
        await connectNative(path, there.operator.token),
      ];
      let metres = 0;
      const report = async () => {
        metres += 10;
        const body = { latitude: 55.75 + metres / 111_000, longitude: 37.61 };
        must(200, await post("/api/v1/location/update/", body, { token: there.driver.token }));
        await clock.advance(1000);
      };
      await report();
      const result = await perAction(clock, 120, async () => {
        for (let second = 0; second < 120; second++) await report();
      });
      for (const { frames } of listeners)
        if (!frames.some(({ kind }) => kind === "position")) throw new Error("a listener heard nothing");
      return result;
    },
  },
  {
    action: "A frame of a driver's position by socket, one a second with an active order,",
    async measure(clock) {
      const there = await scene();
      await orderIn(there, "ASSIGNED");
      const driver = await connectNative(`/ws/tow-trucks/${there.truck}/location/`, there.driver.token);
      let sent = 0;
      const report = async () => {
        sent += 1;
        const ref = `p${sent}`;
        driver.send({ t: "points", ref, points: [{ latitude: 55.75 + sent / 11_100, longitude: 37.61 }] });
        await driver.next((frame) => frame.t === "ack" && frame.ref === ref);
        await clock.advance(1000);
      };
      await report();
      return perAction(clock, 120, async () => {
        for (let second = 0; second < 120; second++) await report();
      });
    },
  },
  {
    action: "An order from its placement to its completion",
    async measure(clock) {
      const there = await scene();
      return perAction(clock, 1, () => placeToCompleted(clock, there));
    },
  },
];
