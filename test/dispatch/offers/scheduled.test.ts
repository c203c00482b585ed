/** Scheduled orders are offered when their time is near, whichever way the search was started. */
import { describe, expect, test } from "vitest";
import { orderDispatched, runOffers, sweepOffers } from "../../../src/modules/dispatch/offers/commands.ts";
import { type Answer, patch, post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { at, move, place, type Scene } from "../scene.ts";
import { call, decline, offersOf, trucksAt } from "./builders.ts";

const MINUTE = 60_000;

/** A confirmed order scheduled this many minutes ahead, with trucks nearby. */
async function scheduled(minutes: number) {
  const { there, drivers } = await trucksAt(100, 200);
  const time = Date.now() + minutes * MINUTE;
  const id = await place(there, { scheduled_time: new Date(time).toISOString() });
  await move(there.operator, id, { status: "CONFIRMED" });
  return { there, drivers, id, time };
}

const later = async (
  minutes: number,
  work: (ctx: ReturnType<typeof jobContext>["ctx"]) => Promise<unknown>,
) => {
  const { ctx, finished } = jobContext({ now: () => Date.now() + minutes * MINUTE });
  await work(ctx);
  await finished();
};

/** Every way to start the search for a truck. */
const ROUTES: Record<string, (there: Scene, id: string) => Promise<Answer | undefined>> = {
  "dispatch/": call,
  "the console": (there, id) =>
    post(`/api/admin/orders/${id}/actions/dispatch/`, undefined, { token: there.operator.token }),
  "a confirmation under AUTO_DISPATCH": async (_, id) => {
    await later(0, (ctx) => orderDispatched.run(ctx, { orderId: id }));
    return undefined;
  },
};

/** What makes a call that waited, once its time has come. */
const CLOCKS: Record<string, (id: string) => Promise<void>> = {
  "the room's alarm": (id) => later(16, (ctx) => runOffers(ctx, id)),
  "the sweep": () => later(16, sweepOffers),
};

describe.each(Object.keys(ROUTES))("a scheduled order, its search started by %s", (route) => {
  test.each(Object.keys(CLOCKS))(
    "An order of in an hour is offered by %s when 45 minutes are left.",
    async (clock) => {
      const { there, drivers, id, time } = await scheduled(60);
      const answer = await ROUTES[route]?.(there, id);
      if (answer)
        expect([answer.status, JSON.stringify(answer.body)]).toEqual([
          200,
          expect.stringContaining(`"offered_from":"${new Date(time - 45 * MINUTE).toISOString()}"`),
        ]);
      await later(14, (ctx) => runOffers(ctx, id));
      await later(14, sweepOffers);
      expect(await offersOf(id)).toEqual([]);
      await CLOCKS[clock]?.(id);
      await CLOCKS[clock]?.(id);
      expect((await offersOf(id)).map(({ truck_id }) => truck_id)).toEqual([drivers[0]?.truck]);
      expect(await rows("SELECT called_at FROM orders WHERE id = ?", id)).toEqual([{ called_at: null }]);
    },
  );

  test("An order scheduled in half an hour is offered at once.", async () => {
    const { there, id } = await scheduled(30);
    await ROUTES[route]?.(there, id);
    expect(await offersOf(id)).toHaveLength(1);
  });

  test("An order cancelled before its time is never offered.", async () => {
    const { there, id } = await scheduled(60);
    await ROUTES[route]?.(there, id);
    await move(there.operator, id, { status: "CANCELLED" });
    await later(61, (ctx) => runOffers(ctx, id));
    await later(61, sweepOffers);
    expect(await offersOf(id)).toEqual([]);
  });
});

test("Changing the scheduled time moves the start of the offers.", async () => {
  const { there, drivers, id } = await scheduled(60);
  await call(there, id);
  const reschedule = (minutes: number) =>
    patch(
      at(id),
      { scheduled_time: new Date(Date.now() + minutes * MINUTE).toISOString() },
      { token: there.operator.token },
    );
  await reschedule(30);
  await later(0, sweepOffers);
  expect(await offersOf(id)).toHaveLength(1);
  await reschedule(120);
  await decline(drivers[0] ?? there.driver, id);
  expect((await offersOf(id)).map(({ status }) => status)).toEqual(["REFUSED"]);
  await later(76, sweepOffers);
  expect((await offersOf(id)).map(({ status }) => status)).toEqual(["REFUSED", "OPEN"]);
});

test("The setting OFFER_LEAD decides how long before its time an order is offered.", async () => {
  const { there, id } = await scheduled(60);
  const settings = { OFFER_LEAD_MINUTES: "60" };
  await post(at(id, "dispatch/"), undefined, { token: there.operator.token, settings });
  expect(await offersOf(id)).toHaveLength(1);
});
