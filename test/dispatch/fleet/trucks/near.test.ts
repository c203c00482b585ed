/** Searching trucks around a place, and trucks that go offline after ten silent minutes. */
import { describe, expect, test } from "vitest";
import { idleTrucks } from "../../../../src/modules/dispatch/fleet/trucks/commands.ts";
import { cellOf } from "../../../../src/platform/cells.ts";
import { get, patch, rows, unique } from "../../../harness/api.ts";
import { charge, counted } from "../../../harness/counting/counted.ts";
import { jobContext } from "../../../harness/job-context.ts";
import { operator, orderRow, tariff, truck } from "../builders.ts";

const path = "/api/v1/tow-trucks/";
const MINUTE = 60_000;

async function stand(id: number, latitude: number, longitude: number, at = Date.now()) {
  await rows(
    "UPDATE tow_trucks SET latitude = ?, longitude = ?, cell = ?, located_at = ?, updated_at = ? WHERE id = ?",
    latitude,
    longitude,
    await cellOf({ latitude, longitude }),
    at,
    at,
    id,
  );
}

describe("trucks near a place", () => {
  test("Trucks within the radius are listed with their distance in metres, the nearest first.", async () => {
    const by = await operator();
    const model = unique("near");
    const [far, near, away] = [
      await truck(by, { model }),
      await truck(by, { model }),
      await truck(by, { model }),
    ];
    await truck(by, { model });
    await stand(far.id, 55.8, 37.6);
    await stand(near.id, 55.76, 37.6);
    await stand(away.id, 59.93, 30.33);
    const ask = async (radius: number) =>
      (await get(`${path}?status=ALL&search=${model}&near=55.75,37.6&radius=${radius}`, { token: by.token }))
        .body;
    const found = await ask(10_000);
    expect(found.count).toBe(2);
    expect(found.results.map(({ id, distance }: { id: number; distance: number }) => [id, distance])).toEqual(
      [
        [near.id, 1113],
        [far.id, 5567],
      ],
    );
    expect((await ask(1113)).count).toBe(0);
    expect((await ask(1114)).count).toBe(1);
    expect((await ask(1_000_000)).count).toBe(3);
  });

  test("A search near a place costs the same few statements for many trucks as for one.", async () => {
    const by = await operator();
    const model = unique("cost");
    const meter = counted();
    const price = async () => {
      const asked = `${path}?status=ALL&search=${model}&near=55.75,37.6`;
      return (await charge(meter, 200, "GET", asked, { token: by.token })).bill.statements.length;
    };
    await stand((await truck(by, { model })).id, 55.76, 37.6);
    await price();
    const one = await price();
    for (let nth = 0; nth < 5; nth += 1) await stand((await truck(by, { model })).id, 55.76, 37.6);
    expect(await price()).toBe(one);
    expect(one).toBeLessThanOrEqual(4);
  });
});

describe("after ten minutes of silence", () => {
  const statusOf = async (id: number) =>
    (await rows<{ status: string }>("SELECT status FROM tow_trucks WHERE id = ?", id))[0]?.status;

  test.each([
    ["an available one goes offline", { status: "AVAILABLE", silent: 11 }, "OFFLINE"],
    ["a busy one without a job goes offline", { status: "BUSY", silent: 11 }, "OFFLINE"],
    [
      "one with a position nine minutes ago keeps its status",
      { status: "AVAILABLE", silent: 9 },
      "AVAILABLE",
    ],
    ["one in maintenance stays there", { status: "MAINTENANCE", silent: 11 }, "MAINTENANCE"],
    ["one without any position keeps its status", { status: "AVAILABLE" }, "AVAILABLE"],
    ["one with an assigned job stays busy", { status: "BUSY", silent: 11, job: "ASSIGNED" }, "BUSY"],
    ["one with a job in progress stays busy", { status: "BUSY", silent: 11, job: "IN_PROGRESS" }, "BUSY"],
    ["one whose job is over goes offline", { status: "BUSY", silent: 11, job: "COMPLETED" }, "OFFLINE"],
  ] as const)("A truck after ten minutes of silence: %s.", async (_, facts, expected) => {
    const { status, silent, job } = { silent: undefined, job: undefined, ...facts };
    const by = await operator();
    const { id } = await truck(by, { status });
    if (silent) await stand(id, 55.75, 37.6, Date.now() - silent * MINUTE);
    if (job) await orderRow({ client: by.id, type: (await tariff(by)).id, truck: id, status: job });
    await idleTrucks(jobContext().ctx);
    expect(await statusOf(id)).toBe(expected);
  });

  test("A truck that an operator sets AVAILABLE stays so for another ten minutes.", async () => {
    const by = await operator();
    const { id } = await truck(by, { status: "AVAILABLE" });
    await stand(id, 55.75, 37.6, Date.now() - 11 * MINUTE);
    await idleTrucks(jobContext().ctx);
    await patch(`${path}${id}/`, { status: "AVAILABLE" }, { token: by.token });
    await idleTrucks(jobContext().ctx);
    expect(await statusOf(id)).toBe("AVAILABLE");
    await idleTrucks(jobContext({ now: () => Date.now() + 11 * MINUTE }).ctx);
    expect(await statusOf(id)).toBe("OFFLINE");
  });
});
