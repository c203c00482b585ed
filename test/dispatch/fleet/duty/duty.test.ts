/** A driver's duty: who sees and changes it, and that nobody with a job goes off duty. */
import { describe, expect, test } from "vitest";
import { get } from "../../../harness/api.ts";
import { move, orderIn, scene, truckRow, truckStatus } from "../../scene.ts";
import { duty, inRest } from "./routes.ts";

describe("the driver's duty", () => {
  test("Duty is on by default, is answered, and is shown only in the driver's own profile.", async () => {
    const there = await scene();
    const shown = async (token: string) => (await get("/api/v1/auth/profile/", { token })).body.on_duty;
    expect(await shown(there.driver.token)).toBe(true);
    const off = await duty(there, false);
    expect([off.status, off.body]).toEqual([
      200,
      { on_duty: false, tow_trucks: [{ id: there.truck, status: "OFFLINE" }] },
    ]);
    expect(await shown(there.driver.token)).toBe(false);
    const on = await duty(there, "true");
    expect(on.body).toEqual({ on_duty: true, tow_trucks: [{ id: there.truck, status: "AVAILABLE" }] });
    expect(await shown(there.driver.token)).toBe(true);
    expect(await shown(there.client.token)).toBeUndefined();
  });

  test("The duty of a driver without a truck counts for the truck that they get later.", async () => {
    const there = await scene();
    await inRest(there, { driver: null });
    expect((await duty(there, false)).body).toEqual({ on_duty: false, tow_trucks: [] });
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
    await inRest(there, { driver: there.driver.id });
    expect(await truckStatus(there.truck)).toBe("OFFLINE");
  });

  test("A driver can't go off duty during a job, with any truck.", async () => {
    const there = await scene();
    const second = await truckRow({ tariff: there.tariff, driver: there.driver.id });
    for (const status of ["ASSIGNED", "IN_PROGRESS"] as const) {
      const id = await orderIn(there, status);
      const answer = await duty(there, false);
      expect([answer.status, Object.keys(answer.body)]).toEqual([400, ["on_duty"]]);
      expect([await truckStatus(there.truck), await truckStatus(second)]).toEqual(["BUSY", "AVAILABLE"]);
      expect((await get("/api/v1/auth/profile/", { token: there.driver.token })).body.on_duty).toBe(true);
      await move(there.operator, id, { status: "CANCELLED" });
    }
  });

  test("Going on or off duty changes no truck in maintenance or on a job.", async () => {
    const there = await scene();
    await inRest(there, { status: "MAINTENANCE" });
    await duty(there, false);
    await duty(there, true);
    expect(await truckStatus(there.truck)).toBe("MAINTENANCE");
    await inRest(there, { status: "AVAILABLE" });
    await orderIn(there, "ASSIGNED");
    expect((await duty(there, true)).status).toBe(200);
    expect(await truckStatus(there.truck)).toBe("BUSY");
  });

  test.each([undefined, null, "maybe", [], 7])("Duty must be a boolean, not %j.", async (said) => {
    const there = await scene();
    const answer = await duty(there, said);
    expect([answer.status, Object.keys(answer.body)]).toEqual([400, ["on_duty"]]);
    expect(await truckStatus(there.truck)).toBe("AVAILABLE");
  });

  test("A concurrent assignment and end of duty never leave a driver with a job off duty.", async () => {
    for (let times = 0; times < 5; times++) {
      const there = await scene();
      const id = await orderIn(there, "CONFIRMED");
      const [off, taken] = await Promise.all([
        duty(there, false),
        move(there.operator, id, { status: "ASSIGNED", tow_truck: there.truck }),
      ]);
      expect([off.status, taken.status].filter((status) => status === 200)).toHaveLength(1);
      expect(await truckStatus(there.truck)).toBe(off.status === 200 ? "OFFLINE" : "BUSY");
    }
  });
});
