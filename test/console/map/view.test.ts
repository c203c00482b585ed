/** What the map shows: where it opens, what filters and a selection leave, and in which units. */
import { describe, expect, test } from "vitest";
import { readAddress, writeAddress } from "../../../src/console/map/board/address.ts";
import type { Board, Order, Truck } from "../../../src/console/map/board/board.ts";
import { canTake, type Filters, NO_FILTERS, viewOf } from "../../../src/console/map/board/view.ts";
import { boundsOf, withoutOutliers, workBounds } from "../../../src/console/map/canvas/bounds.ts";
import { distanceWords, usesMiles } from "../../../src/console/map/units.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const truck = (id: number, more: Partial<Truck> = {}): Truck => ({
  ...{ id, plate: `A${id}`, model: "", status: "AVAILABLE", latitude: 55.7, longitude: 37.6 },
  ...{ seenAt: ago(1), driver: "", driverId: 70, isOnDuty: true, tariffs: [1], orderId: null },
  ...more,
});
const order = (id: string, more: Partial<Order> = {}): Order => ({
  ...{ id, status: "CONFIRMED", priority: "NORMAL", tariff: 1, truckId: null, createdAt: ago(5) },
  pickup: { address: "a", latitude: 55.75, longitude: 37.61 },
  delivery: { address: "b", latitude: 55.8, longitude: 37.7 },
  ...more,
});
const board = (trucks: Truck[], orders: Order[] = []): Board => ({
  trucks: new Map(trucks.map((each) => [each.id, each])),
  orders: new Map(orders.map((each) => [each.id, each])),
});

describe("where the map opens", () => {
  const town = Array.from({ length: 20 }, (_, index) =>
    truck(index, { latitude: 55.6 + index / 100, longitude: 37.4 + index / 50 }),
  );

  test("One truck at the other end of the country does not decide what is seen.", () => {
    const lost = truck(99, { latitude: 43.1, longitude: 131.9 });
    expect(workBounds(board([...town, lost]), NOW)).toEqual(workBounds(board(town), NOW));
    expect(boundsOf(board([...town, lost]))).toEqual([
      [37.4, 43.1],
      [131.9, 55.79],
    ]);
  });

  test("Of three points, the one that is far from the other two is left out.", () => {
    const near = [[37.6, 55.7] as const, [37.7, 55.8] as const];
    expect(withoutOutliers([...near, [131.9, 43.1]])).toEqual(expect.arrayContaining([...near]));
    expect(withoutOutliers([...near, [131.9, 43.1]])).toHaveLength(2);
  });

  test("Of two points neither is left out, and of two towns neither.", () => {
    const [first, second] = [[37.6, 55.7] as const, [30.3, 59.9] as const];
    expect(withoutOutliers([first, second])).toHaveLength(2);
    const towns = [...Array(10).fill(first), ...Array(4).fill(second)];
    expect(withoutOutliers(towns)).toHaveLength(14);
  });

  test("Trucks of one town that are far apart all count.", () => {
    expect(workBounds(board(town), NOW)).toEqual(boundsOf(board(town)));
  });

  test("Trucks that are off the road or silent for a day count only when there is nothing else.", () => {
    const parked = truck(1, { status: "OFFLINE", latitude: 59.9, longitude: 30.3 });
    const silent = truck(2, { seenAt: ago(25 * 60), latitude: 59.9, longitude: 30.3 });
    expect(workBounds(board([parked, silent, truck(3)], [order("x")]), NOW)).toEqual([
      [37.6, 55.7],
      [37.61, 55.75],
    ]);
    expect(workBounds(board([parked]), NOW)).toEqual([
      [30.3, 59.9],
      [30.3, 59.9],
    ]);
    expect(workBounds(board([]), NOW)).toBeNull();
  });

  test("A fleet of thirty thousand trucks has bounds.", () => {
    const fleet = Array.from({ length: 30_000 }, (_, id) => truck(id, { longitude: 37 + (id % 100) / 100 }));
    expect(boundsOf(board(fleet))).toEqual([
      [37, 55.7],
      [37.99, 55.7],
    ]);
  });
});

const shown = ({ trucks, orders }: Board) => [[...trucks.keys()], [...orders.keys()]];
const nothing = { order: null, truck: null, candidates: [] };

describe("filters", () => {
  const all = board(
    [
      truck(1, { seenAt: ago(2) }),
      truck(2, { seenAt: ago(30), tariffs: [2], isOnDuty: false }),
      truck(3, { seenAt: ago(90), status: "OFFLINE", driverId: null, isOnDuty: null }),
      truck(4, { seenAt: null, tariffs: [] }),
    ],
    [order("x"), order("y", { tariff: 2 })],
  );
  const filtered = (more: Partial<Filters>) => shown(viewOf(all, { ...NO_FILTERS, ...more }, nothing, NOW));

  test.each<[string, Partial<Filters>, number[], string[]]>([
    ["nothing", {}, [1, 2, 3, 4], ["x", "y"]],
    ["a hidden state", { hidden: new Set(["OFFLINE"]) }, [1, 2, 4], ["x", "y"]],
    ["a tariff", { tariff: 2 }, [2], ["y"]],
    ["drivers on duty", { duty: "on" }, [1, 4], ["x", "y"]],
    ["drivers off duty, and trucks without one", { duty: "off" }, [2, 3], ["x", "y"]],
    ["positions of five minutes", { age: "5" }, [1], ["x", "y"]],
    ["positions of an hour", { age: "60" }, [1, 2], ["x", "y"]],
    ["older positions, and none", { age: "old" }, [3, 4], ["x", "y"]],
    ["several at once", { duty: "on", age: "old" }, [4], ["x", "y"]],
  ])("Filtering by %s leaves exactly what it names.", (_, more, trucks, orders) => {
    expect(filtered(more)).toEqual([trucks, orders]);
  });

  test("What is selected and filtered comes back from the page's address.", () => {
    const filters: Filters = { hidden: new Set(["BUSY", "OFFLINE"]), tariff: 3, duty: "off", age: "60" };
    const search = new URLSearchParams(writeAddress({ order: "x", truck: null, filters }));
    expect(readAddress(search)).toEqual({ order: "x", truck: null, filters });
    expect(writeAddress({ order: "x", truck: 7, filters: NO_FILTERS })).toEqual({ order: "x" });
    expect(readAddress(new URLSearchParams("truck=a&duty=x&age=7&tariff=-"))).toEqual({
      ...{ order: null, truck: null },
      filters: NO_FILTERS,
    });
  });
});

describe("a selection", () => {
  const all = board(
    [truck(1, { status: "BUSY", orderId: "x" }), truck(2), truck(3)],
    [
      order("x", { status: "ASSIGNED", truckId: 1 }),
      order("y"),
      order("z", { truckId: 3, status: "ASSIGNED" }),
    ],
  );

  test("A selected truck is seen with its orders and with nothing else, whatever the filters hide.", () => {
    const filters = { ...NO_FILTERS, hidden: new Set(["BUSY"]) };
    expect(shown(viewOf(all, filters, { ...nothing, truck: 1 }, NOW))).toEqual([[1], ["x"]]);
    expect(shown(viewOf(all, filters, { ...nothing, truck: 2 }, NOW))).toEqual([[2], []]);
  });

  test("A selected order is seen with its truck; while it waits, with the trucks that can take it.", () => {
    const candidates = [3, 2, 88];
    expect(shown(viewOf(all, NO_FILTERS, { ...nothing, order: "x", candidates }, NOW))).toEqual([[1], ["x"]]);
    expect(shown(viewOf(all, NO_FILTERS, { ...nothing, order: "y", candidates }, NOW))).toEqual([
      [3, 2],
      ["y"],
    ]);
  });

  test("A selection that is not on the board hides nothing.", () => {
    expect(shown(viewOf(all, NO_FILTERS, { ...nothing, order: "gone" }, NOW))[0]).toHaveLength(3);
  });

  test.each<[string, Partial<Truck>, boolean]>([
    ["free, with a driver and of the tariff", {}, true],
    ["of another tariff", { tariffs: [2] }, false],
    ["busy", { status: "BUSY" }, false],
    ["without a driver", { driverId: null }, false],
  ])("A truck that is %s is drawn accordingly while an order is dragged.", (_, more, can) => {
    expect(canTake(truck(1, more), order("x"))).toBe(can);
  });
});

describe("distances", () => {
  test.each([
    ["en", "en-US", true],
    ["en", "en-GB", true],
    ["en", "en-AU", false],
    ["en", "de", false],
    ["ru", "en-US", false],
    ["ru", "ru-RU", false],
  ])("A page in %s in a browser set to %s measures in miles: %s.", (language, browser, miles) => {
    expect(usesMiles(language, browser)).toBe(miles);
  });

  test.each([
    ["en", false, 1234, "1.2 km"],
    ["en", true, 1234, "0.8 mi"],
    ["en", true, 48_280, "30 mi"],
    ["ru", false, 2400, "2,4 км"],
  ])("In %s, in miles: %s, %i metres are written %s.", (language, miles, metres, words) => {
    expect(distanceWords(language, miles, metres).replaceAll("\u00a0", " ")).toBe(words);
  });
});
