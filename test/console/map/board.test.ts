/** How live entries change the map's board. */

import { describe, expect, test } from "vitest";
import {
  apply,
  type Board,
  type News,
  type Order,
  type Truck,
} from "../../../src/console/map/board/board.ts";
import {
  graticule,
  orderShape,
  routeShape,
  taskShape,
  truckShape,
} from "../../../src/console/map/canvas/shapes.ts";

const truck = (id: number, more: Partial<Truck> = {}): Truck => ({
  id,
  plate: `A${id}`,
  model: "",
  status: "AVAILABLE",
  latitude: 55.7,
  longitude: 37.6,
  seenAt: null,
  driver: "",
  driverId: 70,
  isOnDuty: true,
  tariffs: [1],
  orderId: null,
  ...more,
});

const order = (id: string, more: Partial<Order> = {}): Order => ({
  id,
  status: "CONFIRMED",
  priority: "NORMAL",
  tariff: 1,
  truckId: null,
  createdAt: "2026-11-21T10:00:00.000Z",
  pickup: { address: "a", latitude: 55.75, longitude: 37.61 },
  delivery: { address: "b", latitude: 55.8, longitude: 37.7 },
  ...more,
});

const board = (trucks: Truck[], orders: Order[] = []): Board => ({
  trucks: new Map(trucks.map((each) => [each.id, each])),
  orders: new Map(orders.map((each) => [each.id, each])),
});

const told = (kind: string, body: Record<string, unknown>): News => ({ kind, body });

describe("positions", () => {
  test("A frame of positions moves each of its trucks, and leaves their states.", () => {
    const at = Date.parse("2026-11-21T11:00:00Z");
    const body = { trucks: [[2, 56, 38, at]] };
    const { board: after, unknown } = apply(board([truck(1), truck(2)]), [{ kind: "positions", body }]);
    expect(after.trucks.get(2)).toEqual({
      ...truck(2),
      latitude: 56,
      longitude: 38,
      seenAt: "2026-11-21T11:00:00.000Z",
    });
    expect([after.trucks.get(1), unknown]).toEqual([truck(1), false]);
  });

  test("A position of a truck that was not loaded is reported as unknown.", () => {
    expect(
      apply(board([truck(1)]), [{ kind: "positions", body: { trucks: [[9, 56, 38, 0]] } }]).unknown,
    ).toBe(true);
  });
});

describe("an entry", () => {
  test("An entry moves its truck and no other, also with a textual id.", () => {
    const before = board([truck(1), truck(2)]);
    const body = {
      tow_truck_id: "2",
      latitude: 56,
      longitude: 38,
      status: "BUSY",
      updated_at: "2026-11-21T11:00:00Z",
    };
    const { board: after, unknown } = apply(before, [told("position", body)]);
    expect(after.trucks.get(2)).toMatchObject({
      latitude: 56,
      longitude: 38,
      status: "BUSY",
      seenAt: body.updated_at,
    });
    expect(after.trucks.get(1)).toBe(before.trucks.get(1));
    expect(unknown).toBe(false);
  });

  test.each([
    ["AVAILABLE", "OFFLINE", true],
    ["OFFLINE", "AVAILABLE", true],
    ["AVAILABLE", "BUSY", false],
    ["OFFLINE", "OFFLINE", false],
  ])("A truck that goes from %s to %s has its driver's duty read again: %s.", (before, status, isRead) => {
    const entry = told("position", { tow_truck_id: "1", latitude: 1, longitude: 1, status });
    const { board: after, unknown } = apply(board([truck(1, { status: before })]), [entry]);
    expect([after.trucks.get(1)?.status, unknown]).toEqual([status, isRead]);
  });

  test("An entry assigns an order to its truck, and to a new one after a reassignment.", () => {
    const first = apply(board([truck(1), truck(2)], [order("x")]), [
      told("order", { id: "x", status: "ASSIGNED", tow_truck_id: 1 }),
    ]).board;
    expect([first.orders.get("x")?.truckId, first.trucks.get(1)?.orderId]).toEqual([1, "x"]);
    const then = apply(first, [told("order", { id: "x", status: "ASSIGNED", tow_truck_id: 2 })]).board;
    expect([then.trucks.get(1)?.orderId, then.trucks.get(2)?.orderId]).toEqual([null, "x"]);
  });

  test.each(["COMPLETED", "CANCELLED"])("An entry with %s removes an order from the board.", (status) => {
    const before = board([truck(1, { orderId: "x" })], [order("x", { status: "IN_PROGRESS", truckId: 1 })]);
    const { board: after } = apply(before, [told("order", { id: "x", status, tow_truck_id: 1 })]);
    expect([after.orders.size, after.trucks.get(1)?.orderId]).toEqual([0, null]);
  });

  test.each([
    ["a truck", told("position", { tow_truck_id: 9, latitude: 1, longitude: 1 })],
    ["an order", told("order", { id: "new", status: "PENDING", tow_truck_id: null })],
  ])("An entry about %s that was not loaded is reported as unknown.", (_, entry) => {
    expect(apply(board([truck(1)]), [entry]).unknown).toBe(true);
  });

  test("An entry of another kind changes nothing.", () => {
    const before = board([truck(1)], [order("x")]);
    const { board: after, unknown } = apply(before, [told("ticket", { id: "t", status: "OPEN" })]);
    expect([after, unknown]).toEqual([before, false]);
  });
});

describe("on the map", () => {
  test("Trucks without a place are not drawn; one that was not heard for ten minutes is pale.", () => {
    const now = Date.parse("2026-11-21T11:00:00Z");
    const all = board([
      truck(1, { seenAt: "2026-11-21T10:55:00Z" }),
      truck(2, { seenAt: "2026-11-21T10:45:00Z" }),
      truck(3, { latitude: null, longitude: null }),
    ]);
    const drawn = truckShape(all, now).features.map(({ properties: { id, pale } }) => [id, pale]);
    expect(drawn).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  test("While an order is dragged, trucks that can't take it are pale.", () => {
    const seenAt = "2026-11-21T10:55:00Z";
    const all = board([truck(1, { seenAt }), truck(2, { seenAt, tariffs: [9] })]);
    const drawn = truckShape(all, Date.parse("2026-11-21T11:00:00Z"), (id) => id === 1).features;
    expect(drawn.map(({ properties: { pale } }) => pale)).toEqual([false, true]);
  });

  test("A waiting order is drawn differently from one in progress.", () => {
    const all = board(
      [],
      [order("x", { status: "PENDING", priority: "URGENT" }), order("y", { status: "ASSIGNED" })],
    );
    const drawn = orderShape(all, null, false).features.map(({ properties: { waiting, urgent } }) => [
      waiting,
      urgent,
    ]);
    expect(drawn).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  test("A truck's line leads to the car, and then to the destination.", () => {
    const way = (status: string) =>
      routeShape(board([truck(1)], [order("x", { status, truckId: 1 })]), false).features[0]?.geometry
        .coordinates[1];
    expect(way("ASSIGNED")).toEqual([37.61, 55.75]);
    expect(way("IN_PROGRESS")).toEqual([37.7, 55.8]);
  });

  test.each([
    [
      "a continent",
      [
        [20, 45],
        [60, 60],
      ],
      5,
    ],
    [
      "a town",
      [
        [37.4, 55.6],
        [37.9, 55.9],
      ],
      0.05,
    ],
  ] as const)("The grid fits %s.", (_, [[west, south], [east, north]], step) => {
    const lines = graticule([
      [west, south],
      [east, north],
    ]).features.map(({ geometry }) => geometry.coordinates);
    const meridians = lines.map(([from]) => (from as number[])[0] ?? 0).filter((lng) => lng !== west);
    expect(meridians.length).toBeGreaterThan(4);
    expect(meridians.length).toBeLessThan(14);
    expect((meridians[1] ?? 0) - (meridians[0] ?? 0)).toBeCloseTo(step);
  });

  test("A selected order is drawn with its delivery, and with the lines to both ends.", () => {
    const all = board([truck(1)], [order("x", { status: "ASSIGNED", truckId: 1 })]);
    const ends = orderShape(all, "x", true).features;
    expect(ends.map(({ properties: { end }, geometry }) => [end, geometry.coordinates])).toEqual([
      ["B", [37.7, 55.8]],
      ["A", [37.61, 55.75]],
    ]);
    expect(routeShape(all, true).features.map(({ geometry }) => geometry.coordinates)).toEqual([
      [
        [37.6, 55.7],
        [37.61, 55.75],
      ],
      [
        [37.61, 55.75],
        [37.7, 55.8],
      ],
    ]);
  });

  test.each([0, 55.75, -70])("A geofence at latitude %s is a circle of its radius in metres.", (latitude) => {
    const [circle, point] = taskShape([{ title: "Depot", latitude, longitude: 37.6, radius: 1500 }]).features;
    const [ring = []] = (circle?.geometry.coordinates ?? []) as number[][][];
    expect(ring).toHaveLength(65);
    expect(ring[0]).toEqual(ring[64]);
    for (const [lng = 0, lat = 0] of ring) {
      const north = (lat - latitude) * 111_195;
      const east = (lng - 37.6) * 111_195 * Math.cos((latitude * Math.PI) / 180);
      expect(Math.hypot(north, east)).toBeCloseTo(1500, 0);
    }
    expect(point?.geometry).toEqual({ type: "Point", coordinates: [37.6, latitude] });
  });

  test("A task without a geofence is a point.", () => {
    const drawn = taskShape([{ title: "Depot", latitude: 1, longitude: 2, radius: null }]).features;
    expect(drawn.map(({ geometry }) => geometry.type)).toEqual(["Point"]);
  });
});
