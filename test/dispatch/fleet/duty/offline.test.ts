/** A truck's status: what sets it OFFLINE, what brings it back, and what it is after a job, by every route the same. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { idleTrucks } from "../../../../src/modules/dispatch/fleet/trucks/commands.ts";
import { newPerson } from "../../../authorization/world.ts";
import { get, patch, post, rows } from "../../../harness/api.ts";
import { sources } from "../../../harness/architecture/sources.ts";
import { jobContext } from "../../../harness/job-context.ts";
import { connectNative } from "../../../harness/socket.ts";
import { at, move, orderIn, type Scene, scene, truckRow, truckStatus } from "../../scene.ts";
import { plate } from "../builders.ts";
import { duty, inRest } from "./routes.ts";

const MINUTE = 60_000;
const PLACE = { latitude: 55.75, longitude: 37.61 };

const inConsole = ({ operator, truck }: Scene, body: object) =>
  patch(`/api/admin/tow-trucks/${truck}/`, body, { token: operator.token, headers: { "if-match": "*" } });

/** Everything of the truck's room is in D1. */
const archived = (truck: number) => env.TRUCK_ROOMS.getByName(`truck:${truck}`).flush(`truck:${truck}`);

/** Every route by which a driver's position comes; `age` in ms where the route takes the time of measurement. */
const ROUTES: Record<string, (there: Scene, age: number) => Promise<unknown>> = {
  "location/update/": ({ driver }) => post("/api/v1/location/update/", PLACE, { token: driver.token }),
  "the truck's socket": async ({ driver, truck }, age) => {
    const socket = await connectNative(`/ws/tow-trucks/${truck}/location/`, driver.token);
    socket.send({
      t: "points",
      ref: "p",
      points: [{ ...PLACE, at: new Date(Date.now() - age).toISOString() }],
    });
    await socket.next(({ t }) => t === "ack");
    socket.close();
    await archived(truck);
  },
  "the person's own socket": async ({ driver, truck }, age) => {
    const room = `truck:${truck}`;
    const socket = await connectNative("/ws/me/", driver.token);
    socket.send({ t: "subscribe", ref: "s", room });
    await socket.next(({ t }) => t === "subscribed");
    const points = [{ ...PLACE, at: new Date(Date.now() - age).toISOString() }];
    socket.send({ t: "points", room, ref: "p", points });
    await socket.next(({ t }) => t === "ack");
    socket.close();
    await archived(truck);
  },
};

/** Every cause by which a truck is OFFLINE, and what a fresh position makes of it. */
const CAUSES: Record<string, { bring: (there: Scene) => Promise<unknown>; after: string }> = {
  idleness: {
    async bring({ truck }) {
      const long = Date.now() - 11 * MINUTE;
      await rows(
        "UPDATE tow_trucks SET latitude = 1, longitude = 1, located_at = ?1, updated_at = ?1 WHERE id = ?2",
        long,
        truck,
      );
      await idleTrucks(jobContext().ctx);
    },
    after: "AVAILABLE",
  },
  "its driver's duty": { bring: (there) => duty(there, false), after: "OFFLINE" },
  "an operator's PATCH": { bring: (there) => inRest(there, { status: "OFFLINE" }), after: "OFFLINE" },
  "the console": { bring: (there) => inConsole(there, { status: "OFFLINE" }), after: "OFFLINE" },
  "idleness, and then its driver's duty": {
    async bring(there) {
      await CAUSES.idleness?.bring(there);
      await duty(there, false);
    },
    after: "OFFLINE",
  },
  "idleness, and then an operator's PATCH": {
    async bring(there) {
      await CAUSES.idleness?.bring(there);
      await inRest(there, { status: "OFFLINE" });
    },
    after: "OFFLINE",
  },
};

const pairs = Object.keys(CAUSES).flatMap((cause) =>
  Object.keys(ROUTES).map((route) => [cause, route] as const),
);

describe("an OFFLINE truck", () => {
  test.each(pairs)(
    "A truck made OFFLINE by %s follows the rule when a fresh position comes by %s.",
    async (cause, route) => {
      const there = await scene();
      await CAUSES[cause]?.bring(there);
      expect(await truckStatus(there.truck)).toBe("OFFLINE");
      await ROUTES[route]?.(there, 30_000);
      expect(await truckStatus(there.truck)).toBe(CAUSES[cause]?.after);
    },
  );

  test.each(Object.keys(ROUTES).slice(1))(
    "A truck stays OFFLINE when %s brings an older position.",
    async (route) => {
      const there = await scene();
      await CAUSES.idleness?.bring(there);
      await ROUTES[route]?.(there, 3 * MINUTE);
      expect(await truckStatus(there.truck)).toBe("OFFLINE");
      const [row] = await rows("SELECT latitude FROM tow_trucks WHERE id = ?", there.truck);
      expect(row).toEqual({ latitude: PLACE.latitude });
    },
  );

  test.each([
    ["the driver goes on duty", (there: Scene) => duty(there, true)],
    ["an operator sets it AVAILABLE", (there: Scene) => inRest(there, { status: "AVAILABLE" })],
    ["the console sets it AVAILABLE", (there: Scene) => inConsole(there, { status: "AVAILABLE" })],
  ])("An OFFLINE truck is AVAILABLE and its driver on duty when %s.", async (_, back) => {
    for (const { bring } of Object.values(CAUSES)) {
      const there = await scene();
      await bring(there);
      expect((await back(there)).status).toBe(200);
      expect(await truckStatus(there.truck)).toBe("AVAILABLE");
      const { body } = await get("/api/v1/auth/profile/", { token: there.driver.token });
      expect(body.on_duty).toBe(true);
    }
  });

  test.each(["/api/v1/tow-trucks/", "/api/admin/tow-trucks/"])(
    "A truck created at %s without a status is AVAILABLE after its driver's first position.",
    async (path) => {
      const there = await scene();
      await rows("DELETE FROM tow_trucks WHERE id = ?", there.truck);
      const make = async (more: object) => {
        const facts = { license_plate: plate(), model: "М", capacity: 5, driver: there.driver.id, ...more };
        const { body } = await post(path, facts, { token: there.operator.token });
        expect(body.status).toBe("OFFLINE");
        await ROUTES["location/update/"]?.(there, 0);
        return truckStatus(body.id);
      };
      expect(await make({})).toBe("AVAILABLE");
      await rows("DELETE FROM tow_trucks WHERE driver_id = ?", there.driver.id);
      expect(await make({ status: "OFFLINE" })).toBe("OFFLINE");
    },
  );
});

describe("a truck after its job", () => {
  /** Every way in which a job ends. */
  const ENDS: Record<string, (there: Scene, id: string) => Promise<unknown>> = {
    "is completed": async (there, id) => {
      await move(there.driver, id, { status: "IN_PROGRESS" });
      await move(there.driver, id, { status: "COMPLETED" });
    },
    "is cancelled by its client": (there, id) =>
      post(at(id, "cancel/"), undefined, { token: there.client.token }),
    "is cancelled by an operator": (there, id) => move(there.operator, id, { status: "CANCELLED" }),
    "goes to another truck": async (there, id) => {
      const { id: driver } = await newPerson("driver");
      const other = await truckRow({ tariff: there.tariff, driver });
      await move(there.operator, id, { tow_truck: other });
    },
    "goes with its client's account": ({ client }) => rows("DELETE FROM users WHERE id = ?", client.id),
  };
  const MEANWHILE: Record<string, { sql: string; after: string }> = {
    "and nothing else happened": { sql: "SELECT 1", after: "AVAILABLE" },
    "and its driver went off duty meanwhile": {
      sql: "UPDATE users SET on_duty = 0 WHERE id = (SELECT driver_id FROM tow_trucks WHERE id = ?)",
      after: "OFFLINE",
    },
    "and it was put in maintenance meanwhile": {
      sql: "UPDATE tow_trucks SET status = 'MAINTENANCE' WHERE id = ?",
      after: "MAINTENANCE",
    },
  };
  const cases = Object.keys(ENDS).flatMap((end) =>
    Object.keys(MEANWHILE).map((what) => [end, what] as const),
  );

  test.each(cases)(
    "After a job that ended because it %s, %s, the truck's status follows the rule.",
    async (end, what) => {
      const there = await scene();
      const id = await orderIn(there, "ASSIGNED");
      const { sql, after } = MEANWHILE[what] ?? { sql: "", after: "" };
      await rows(sql, ...(sql.includes("?") ? [there.truck] : []));
      await ENDS[end]?.(there, id);
      expect(await truckStatus(there.truck)).toBe(after);
    },
  );
});

test("Only the rule's own files set the status of a truck.", () => {
  const setsStatus = /(?:UPDATE\s+tow_trucks\s+SET(?!\s+(?:latitude|cell) )|\.update\(towTrucks\))/;
  const writers = Object.entries(sources)
    .filter(([path, text]) => path.startsWith("src/") && setsStatus.test(text))
    .map(([path]) => path);
  expect(setsStatus.test("await db.run(sql`UPDATE tow_trucks SET status = 'BUSY'`)")).toBe(true);
  // Places are stored in `position.ts`, in statements of their own.
  // The fleet's own service writes what an operator says, with the columns that the rule adds.
  expect(writers).toEqual([
    "src/modules/dispatch/fleet/trucks/commands.ts",
    "src/modules/dispatch/fleet/trucks/status.ts",
  ]);
});
