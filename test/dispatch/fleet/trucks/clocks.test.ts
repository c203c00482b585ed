/** A driver's clock that runs ahead: positions count from their time of arrival, and a corrected clock continues. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { rows } from "../../../harness/api.ts";
import { connectNative } from "../../../harness/socket.ts";
import { scene } from "../../scene.ts";

const MINUTE = 60_000;
const placeOf = async (truck: number) => {
  await env.TRUCK_ROOMS.getByName(`truck:${truck}`).flush(`truck:${truck}`);
  const [row] = await rows<{ latitude: number; located_at: number }>(
    "SELECT latitude, located_at FROM tow_trucks WHERE id = ?",
    truck,
  );
  return row;
};

describe.each([1, 5, 90])("a device clock %i minutes ahead", (minutes) => {
  test.each([
    ["the truck's socket", (truck: number) => `/ws/tow-trucks/${truck}/location/`, false],
    ["the person's own socket", () => "/ws/me/", true],
  ])(
    "A position from a clock that is ahead is corrected by the time of arrival, by %s.",
    async (_name, path, subscribes) => {
      const { driver, truck } = await scene();
      const room = `truck:${truck}`;
      const socket = await connectNative(path(truck), driver.token);
      if (subscribes) {
        socket.send({ t: "subscribe", room });
        await socket.next(({ t }) => t === "subscribed");
      }
      const report = async (latitude: number, ahead: number) => {
        const ref = `r${latitude}`;
        const points = [{ latitude, longitude: 37.61, at: Date.now() + ahead }];
        socket.send({ t: "points", ref, points, ...(subscribes ? { room } : {}) });
        await socket.next((frame) => frame.t === "ack" && frame.ref === ref);
        return placeOf(truck);
      };
      for (const latitude of [55.75, 55.7501]) {
        const place = await report(latitude, minutes * MINUTE);
        expect(place?.latitude).toBe(latitude);
        expect(place?.located_at).toBeLessThanOrEqual(Date.now());
        expect(place?.located_at).toBeGreaterThan(Date.now() - MINUTE);
      }
      // The clock is set right: the truck does not wait until the wrong one is caught up with.
      await scheduler.wait(5);
      expect((await report(55.7502, 0))?.latitude).toBe(55.7502);
    },
  );
});
