/** The rules of an order's life: every transition from every status, by every side. */
import { describe, expect, test } from "vitest";
import {
  assignmentFault,
  decide,
  type Editable,
  mayEdit,
  mayTransition,
  type OrderStatus,
  type Side,
} from "../../../../src/modules/dispatch/orders/rules.ts";
import { ORDER_STATES } from "../../../../src/modules/dispatch/orders/tables.ts";

const SIDES: readonly Side[] = ["client", "driver", "operator", "dispatcher"];

/** Every step there is, and who may take it. */
const STEPS: Readonly<Record<string, readonly Side[]>> = {
  "PENDING CONFIRMED": ["operator"],
  "PENDING CANCELLED": ["client", "operator"],
  "CONFIRMED ASSIGNED": ["operator", "dispatcher"],
  "CONFIRMED CANCELLED": ["client", "operator"],
  "ASSIGNED IN_PROGRESS": ["driver", "operator"],
  "ASSIGNED CANCELLED": ["client", "operator"],
  "IN_PROGRESS COMPLETED": ["driver", "operator"],
  "IN_PROGRESS CANCELLED": ["operator"],
};

describe.each(ORDER_STATES.map((from) => ({ from })))("from $from", ({ from }) => {
  test.each(ORDER_STATES.map((to) => ({ to })))(
    "Only the allowed sides change an order to $to.",
    ({ to }) => {
      const able = SIDES.filter((side) => mayTransition(side, from, to));
      expect(able).toEqual(STEPS[`${from} ${to}`] ?? []);
    },
  );
});

const order = (status: OrderStatus, towTruckId: number | null = null) => ({ status, towTruckId });

describe("the truck of a transition", () => {
  test("A truck becomes busy with the assignment and free at the end.", () => {
    expect(decide(order("CONFIRMED"), "operator", { status: "ASSIGNED", towTruckId: 3 })).toMatchObject({
      takes: 3,
      frees: null,
    });
    for (const status of ["COMPLETED", "CANCELLED"] as const)
      expect(decide(order("IN_PROGRESS", 3), "operator", { status })).toMatchObject({
        takes: null,
        frees: 3,
      });
  });

  test("A cancellation does not free a truck that was only reserved: it may have another job.", () => {
    expect(decide(order("CONFIRMED", 3), "operator", { status: "CANCELLED" })).toMatchObject({ frees: null });
  });

  test("An assignment without a truck takes the reserved one.", () => {
    expect(decide(order("CONFIRMED", 3), "operator", { status: "ASSIGNED" })).toMatchObject({ takes: 3 });
  });

  test("Replacing a truck frees the old one and occupies the new one.", () => {
    expect(decide(order("ASSIGNED", 3), "operator", { towTruckId: 4 })).toEqual({
      from: "ASSIGNED",
      to: "ASSIGNED",
      truckId: 4,
      takes: 4,
      frees: 3,
      names: 4,
      through: [],
    });
  });

  test.each([
    ["an assignment without one", order("CONFIRMED"), { status: "ASSIGNED" }, "truckMissing"],
    ["one that is dropped from an assigned order", order("ASSIGNED", 3), { towTruckId: null }, "truckKept"],
    ["another one while the work goes on", order("IN_PROGRESS", 3), { towTruckId: 4 }, "truckFixed"],
    [
      "another one with the start of the work",
      order("ASSIGNED", 3),
      { status: "IN_PROGRESS", towTruckId: 4 },
      "truckFixed",
    ],
    ["another one after the end", order("COMPLETED", 3), { towTruckId: 4 }, "truckFixed"],
  ] as const)("A transition is refused: %s.", (_, before, wish, fault) => {
    expect(decide(before, "operator", wish)).toEqual({ fault });
  });

  test.each(["client", "driver"] as const)("A truck named by a %s is ignored.", (side) => {
    expect(decide(order("ASSIGNED", 3), side, { towTruckId: 4 })).toMatchObject({ truckId: 3, takes: null });
  });

  const fit = { status: "AVAILABLE", driverId: 1, suits: true, engaged: false };
  test.each([
    [fit, null],
    [{ ...fit, suits: false }, "unsuitable"],
    [{ ...fit, driverId: null }, "driverless"],
    [{ ...fit, status: "BUSY" }, "unavailable"],
    [{ ...fit, status: "MAINTENANCE" }, "unavailable"],
    [{ ...fit, status: "OFFLINE" }, "unavailable"],
    [{ ...fit, engaged: true }, "unavailable"],
  ])("A truck with %o is %s.", (facts, fault) => {
    expect(assignmentFault(facts)).toBe(fault);
  });
});

test("A request for the present status is no transition and no fault.", () => {
  for (const status of ORDER_STATES)
    expect(decide(order(status, 3), "client", { status })).toMatchObject({ takes: null, frees: null });
});

/** Field → in which states a side may change it. */
const EDITS: Record<"client" | "operator", Record<Editable, readonly OrderStatus[]>> = {
  client: {
    place: ["PENDING"],
    priority: ["PENDING"],
    description: ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    schedule: [],
    tariff: [],
    finalPrice: [],
  },
  operator: {
    place: ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    priority: ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    description: ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    schedule: ["PENDING", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"],
    tariff: ["PENDING", "CONFIRMED"],
    finalPrice: [...ORDER_STATES],
  },
};

describe.each(Object.entries(EDITS))("a %s edits", (side, fields) => {
  test.each(Object.entries(fields))("The field %s may be edited in the states %j.", (field, states) => {
    expect(ORDER_STATES.filter((status) => mayEdit(side as Side, status, field as Editable))).toEqual(states);
  });
});

test("A driver may edit no field.", () => {
  for (const status of ORDER_STATES)
    for (const field of Object.keys(EDITS.client))
      expect(mayEdit("driver", status, field as Editable)).toBe(false);
});
