/** What a truck's room tells others, with other rooms that only listen and a database that may fail. */
import { describe, expect, test } from "vitest";
import { TruckReports } from "../../../src/modules/dispatch/live/truck-reports.ts";
import { collectorRoom } from "../../../src/modules/dispatch/room-names.ts";
import type { LatestValue } from "../../../src/platform/realtime/fanout/latest.ts";
import type { RoomStub } from "../../../src/platform/realtime/rpc.ts";
import { rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { move, orderIn, type Scene, scene } from "../scene.ts";

/** The reports of a truck, and what each room was shown. */
function reporting({ truck }: Scene) {
  const { ctx } = jobContext();
  const shown: { room: string; latest: LatestValue }[] = [];
  const world = { fails: false };
  const room = (name: string) =>
    ({
      show: async (_room: string, latest: LatestValue) => {
        shown.push({ room: name, latest });
        return 0;
      },
      publish: async () => ({ seq: 1, epoch: "e" }),
    }) as unknown as RoomStub;
  const refusing = new Proxy(ctx.db, {
    get() {
      throw new Error("the database is down");
    },
  });
  const reports = new TruckReports(() => ({
    ...ctx,
    db: world.fails ? refusing : ctx.db,
    runtime: { ...ctx.runtime, room },
  }));
  let at = Date.now();
  return {
    world,
    shown,
    reports,
    report: (latitude: number, ago = 0) => {
      at += 1;
      return reports.report({ id: truck, latitude, longitude: 37.6, at: at - ago });
    },
    to: (name: string) => shown.filter((each) => each.room === name).map(({ latest }) => latest.body),
  };
}

const latitudeOf = async ({ truck }: Scene) =>
  (await rows<{ latitude: number | null }>("SELECT latitude FROM tow_trucks WHERE id = ?", truck))[0]
    ?.latitude;

describe("a truck's report", () => {
  test("The first three are written by the truck's room, and the collecting room is told so; it writes the next.", async () => {
    const there = await scene();
    const { report, to } = reporting(there);
    for (const latitude of [55.1, 55.2, 55.3, 55.4]) await report(latitude);
    await scheduler.wait(5);
    expect(to(collectorRoom(there.truck)).map(({ latitude, isStored }) => [latitude, isStored])).toEqual([
      [55.1, true],
      [55.2, true],
      [55.3, true],
      [55.4, false],
    ]);
    expect(await latitudeOf(there)).toBe(55.3);
  });

  test("One that is older than another is told to nobody, also when this object does not know the other.", async () => {
    const there = await scene();
    const one = reporting(there);
    await one.report(55.1);
    await one.report(55.2, 60_000);
    const other = reporting(there);
    await other.report(55.3, 60_000);
    expect([one.shown.length, other.shown.length, await latitudeOf(there)]).toEqual([1, 0, 55.1]);
  });

  test("While the database is down the collecting room gets the position and writes it later.", async () => {
    const there = await scene();
    const id = await orderIn(there, "ASSIGNED");
    const { world, report, to } = reporting(there);
    world.fails = true;
    await report(55.1);
    expect(to(collectorRoom(there.truck))).toMatchObject([{ latitude: 55.1, isStored: false }]);
    world.fails = false;
    await report(55.2);
    await scheduler.wait(5);
    world.fails = true;
    await report(55.3);
    await scheduler.wait(5);
    // The orders are known by now.
    expect(to(`order:${id}`).map(({ latitude }) => latitude)).toEqual([55.2, 55.3]);
  });

  test("An order that the truck got or lost is noticed with the next position.", async () => {
    const there = await scene();
    const { reports, report, to } = reporting(there);
    await report(55.1);
    const id = await orderIn(there, "ASSIGNED");
    reports.ordersChanged();
    await report(55.2);
    await scheduler.wait(5);
    await move(there.operator, id, { status: "CANCELLED" });
    reports.ordersChanged();
    await report(55.3);
    await scheduler.wait(5);
    expect(to(`order:${id}`).map(({ latitude }) => latitude)).toEqual([55.2]);
  });
});
