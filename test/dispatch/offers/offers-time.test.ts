/** Offers and time: who is late, who is next, and who keeps the clock. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { orderDispatched, sweepOffers } from "../../../src/modules/dispatch/offers/commands.ts";
import type { Person } from "../../authorization/world.ts";
import { get, patch, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/scope.ts";
import { at, move, noticesOf, place, stateOf } from "./jobs.ts";
import { accept, call, decline, offersOf, timeIsUp, trucksAt } from "./offering.ts";

describe("time", () => {
  test("passes an unanswered offer on, and refuses whoever is late", async () => {
    const { there, drivers, id } = await trucksAt(100, 200);
    await call(there, id);
    await timeIsUp(id);
    expect((await offersOf(id)).map(({ status, truck_id }) => [status, truck_id])).toEqual([
      ["EXPIRED", drivers[0]?.truck],
      ["OPEN", drivers[1]?.truck],
    ]);
    expect((await accept(drivers[0] as Person, id)).status).toBe(409);
  });

  test("that has run out counts before anybody has noticed", async () => {
    const { there, drivers, id } = await trucksAt(100);
    await call(there, id);
    await rows("UPDATE order_offers SET expires_at = ? WHERE order_id = ?", Date.now() - 1, id);
    expect((await accept(drivers[0] as Person, id)).status).toBe(409);
    expect((await get("/api/v1/offers/", { token: drivers[0]?.token ?? "" })).body.results).toEqual([]);
    expect((await stateOf(id)).status).toBe("CONFIRMED");
  });

  test("ends with the operators when nobody is left, told once", async () => {
    const { there, id } = await trucksAt(100);
    await rows("UPDATE users SET last_login_at = ? WHERE id = ?", Date.now(), there.operator.id);
    await call(there, id);
    await timeIsUp(id);
    await timeIsUp(id);
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["EXPIRED"]);
    expect(await noticesOf(there.operator.id)).toHaveLength(1);
  });

  test("is looked after by the clock where a room's alarm was lost", async () => {
    const { there, id } = await trucksAt(100, 200);
    await call(there, id);
    await rows("UPDATE order_offers SET expires_at = 1 WHERE order_id = ?", id);
    const { ctx, finished } = jobContext();
    await sweepOffers(ctx);
    await finished();
    expect((await offersOf(id)).map(({ status }) => status)).toEqual(["EXPIRED", "OPEN"]);
  });

  test("that is up in two places at once passes the offer on once", async () => {
    const { there, id } = await trucksAt(100, 200, 300);
    await call(there, id);
    await Promise.all([timeIsUp(id), timeIsUp(id), timeIsUp(id)]);
    expect((await offersOf(id)).filter(({ status }) => status === "OPEN")).toHaveLength(1);
    expect(await offersOf(id)).toHaveLength(2);
  });

  test("is the room's to keep: its alarm is set", async () => {
    const { there, id } = await trucksAt(100, 200);
    await call(there, id);
    const [offer] = await offersOf(id);
    const alarm = await runInDurableObject(env.ORDER_ROOMS.getByName(`order:${id}`), (_, state) =>
      state.storage.getAlarm(),
    );
    expect(alarm).toBeLessThanOrEqual(offer?.expires_at ?? 0);
  });
});

describe("a second call", () => {
  test("asks everybody again, in a round of its own", async () => {
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

  test("on: a confirmation calls by itself, once, however often its effect comes", async () => {
    const { drivers, id, effects } = await confirm({ AUTO_DISPATCH: "on" });
    expect(effects).toEqual([{ payload: JSON.stringify({ orderId: id }) }]);
    for (let times = 0; times < 2; times++) await carryOut(id);
    expect((await offersOf(id)).map(({ truck_id }) => truck_id)).toEqual([drivers[0]?.truck]);
    // Nor after somebody said no: a second round is an operator's to call.
    await decline(drivers[0] as Person, id);
    await carryOut(id);
    expect(await offersOf(id)).toHaveLength(1);
  });

  test("on: an order that went another way meanwhile calls nobody", async () => {
    const { there, id } = await confirm({ AUTO_DISPATCH: "on" });
    // The queue may have been faster.
    await rows("DELETE FROM order_offers WHERE order_id = ?", id);
    await move(there.operator, id, { status: "CANCELLED" });
    await carryOut(id);
    expect(await offersOf(id)).toEqual([]);
  });

  test("off: it waits for an operator", async () => {
    expect((await confirm({ AUTO_DISPATCH: "off" })).effects).toEqual([]);
  });
});
