/** Offers that expire: late answers, the next truck, alarms and the sweep. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { orderDispatched, sweepOffers } from "../../../src/modules/dispatch/offers/commands.ts";
import type { Person } from "../../authorization/world.ts";
import { get, patch, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { at, move, noticesOf, place, stateOf } from "../scene.ts";
import { accept, call, decline, offersOf, timeIsUp, trucksAt } from "./builders.ts";

describe("expired offers", () => {
  test("An unanswered offer passes to the next truck, and a late answer is refused.", async () => {
    const { there, drivers, id } = await trucksAt(100, 200);
    await call(there, id);
    await timeIsUp(id);
    expect((await offersOf(id)).map(({ status, truck_id }) => [status, truck_id])).toEqual([
      ["EXPIRED", drivers[0]?.truck],
      ["OPEN", drivers[1]?.truck],
    ]);
    expect((await accept(drivers[0] as Person, id)).status).toBe(409);
  });

  test("An expired offer can't be accepted even before the sweep has run.", async () => {
    const { there, drivers, id } = await trucksAt(100);
    await call(there, id);
    await rows("UPDATE order_offers SET expires_at = ? WHERE order_id = ?", Date.now() - 1, id);
    expect((await accept(drivers[0] as Person, id)).status).toBe(409);
    expect((await get("/api/v1/offers/", { token: drivers[0]?.token ?? "" })).body.results).toEqual([]);
    expect((await stateOf(id)).status).toBe("CONFIRMED");
  });

  test("When the last offer expires the operators are notified once.", async () => {
    const { there, id } = await trucksAt(100);
    await rows("UPDATE users SET last_login_at = ? WHERE id = ?", Date.now(), there.operator.id);
    await call(there, id);
    await timeIsUp(id);
    await timeIsUp(id);
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["EXPIRED"]);
    expect(await noticesOf(there.operator.id)).toHaveLength(1);
  });

  test("The sweep passes an offer on when the room's alarm was lost.", async () => {
    const { there, id } = await trucksAt(100, 200);
    await call(there, id);
    await rows("UPDATE order_offers SET expires_at = 1 WHERE order_id = ?", id);
    const { ctx, finished } = jobContext();
    await sweepOffers(ctx);
    await finished();
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["EXPIRED", "OPEN"]);
  });

  test("Two concurrent sweeps pass an offer on once.", async () => {
    const { there, id } = await trucksAt(100, 200, 300);
    await call(there, id);
    await Promise.all([timeIsUp(id), timeIsUp(id), timeIsUp(id)]);
    expect((await offersOf(id)).filter(({ status }) => status === "OPEN")).toHaveLength(1);
    expect(await offersOf(id)).toHaveLength(2);
  });

  test("An offer sets the alarm of the order's room.", async () => {
    const { there, id } = await trucksAt(100, 200);
    await call(there, id);
    const [offer] = await offersOf(id);
    const alarm = await runInDurableObject(env.ORDER_ROOMS.getByName(`order:${id}`), (_, state) =>
      state.storage.getAlarm(),
    );
    expect(alarm).toBeLessThanOrEqual(offer?.expires_at ?? 0);
  });
});

describe("a second search", () => {
  test("A second search asks every truck again, in a new round.", async () => {
    const { there, drivers, id } = await trucksAt(100);
    await call(there, id);
    await decline(drivers[0] as Person, id);
    expect((await call(there, id)).body.offer.tow_truck).toBe(drivers[0]?.truck);
    expect((await offersOf(id)).map(({ round }) => round)).toEqual([1, 2]);
  });
});

describe("AUTO_DISPATCH", () => {
  const confirm = async (settings: Record<string, string>) => {
    const { there, drivers } = await trucksAt(100);
    const id = await place(there);
    await patch(at(id, "update-status/"), { status: "CONFIRMED" }, { token: there.operator.token, settings });
    const effects = await rows(
      "SELECT payload FROM outbox WHERE kind = 'order_dispatch' AND address = ?",
      `order:${id}`,
    );
    return { there, drivers, id, effects };
  };
  const carryOut = async (id: string) => {
    const { ctx, finished } = jobContext();
    await orderDispatched.run(ctx, { orderId: id });
    await finished();
  };

  test("With AUTO_DISPATCH on, a confirmation starts one search, however often its effect runs.", async () => {
    const { drivers, id, effects } = await confirm({ AUTO_DISPATCH: "on" });
    expect(effects).toEqual([{ payload: JSON.stringify({ orderId: id }) }]);
    for (let times = 0; times < 2; times++) await carryOut(id);
    expect((await offersOf(id)).map(({ truck_id }) => truck_id)).toEqual([drivers[0]?.truck]);
    // Nor after a refusal: only an operator starts a second round.
    await decline(drivers[0] as Person, id);
    await carryOut(id);
    expect(await offersOf(id)).toHaveLength(1);
  });

  test("With AUTO_DISPATCH on, an order that has left CONFIRMED starts no search.", async () => {
    const { there, id } = await confirm({ AUTO_DISPATCH: "on" });
    // The queue may have been faster.
    await rows("DELETE FROM order_offers WHERE order_id = ?", id);
    await move(there.operator, id, { status: "CANCELLED" });
    await carryOut(id);
    expect(await offersOf(id)).toEqual([]);
  });

  test("With AUTO_DISPATCH off, the search waits for an operator.", async () => {
    expect((await confirm({ AUTO_DISPATCH: "off" })).effects).toEqual([]);
  });
});
