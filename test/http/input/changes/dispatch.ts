/** Changes of vehicles, tariffs, trucks and orders. */
import { distanceBetween } from "../../../../src/platform/geo.ts";
import { newPerson, type Person } from "../../../authorization/world.ts";
import { carFacts, plate, tariffFacts, truckFacts } from "../../../dispatch/fleet/builders.ts";
import { at, carOf, newOrder, ORDERS, tariffRow } from "../../../dispatch/scene.ts";
import { rows, unique } from "../../../harness/api.ts";
import { idIn, made, read, type SplitChange } from "./change.ts";

export const vehicle: SplitChange = {
  make: async (owner) => `/api/v1/vehicles/${(await made("/api/v1/vehicles/", carFacts(), owner)).id}/`,
  fields: () => ({
    nickname: "Red",
    make: "Lada",
    model: "Niva",
    year: 2001,
    color: "red",
    license_plate: plate(),
    notes: "-",
  }),
};

export const tariff: SplitChange = {
  by: "operator",
  make: async (_, by) =>
    `/api/v1/vehicle-types/${(await made("/api/v1/vehicle-types/", tariffFacts(), by)).id}/`,
  fields: () => ({
    name: unique("Тариф"),
    description: "?",
    max_weight: 7.5,
    base_price: "9.00",
    per_km_rate: "8.00",
  }),
};

export const truck: SplitChange = {
  by: "operator",
  make: async (_, by) => `/api/v1/tow-trucks/${(await made("/api/v1/tow-trucks/", truckFacts(), by)).id}/`,
  fields: async () => ({
    license_plate: plate(),
    model: "МАЗ",
    capacity: 9,
    status: "MAINTENANCE",
    vehicle_types: [await tariffRow()],
    driver: (await newPerson("driver")).id,
  }),
  shown: ({ vehicle_types: types, driver, ...rest }) => ({
    ...rest,
    vehicle_types: (types as number[]).map((id) => ({ id })),
    driver: { id: driver },
  }),
};

/** An order of the owner's. */
async function orderOf(owner: Person): Promise<string> {
  const order = newOrder({ vehicle: await carOf(owner), tariff: await tariffRow() });
  return at((await made(ORDERS, order, owner)).id);
}

/** Route and tariff decide the estimate together. */
export const order: SplitChange = {
  by: "operator",
  make: orderOf,
  fields: async () => ({
    description: "Быстрее",
    priority: "URGENT",
    pickup_address: "Здесь",
    delivery_address: "Там",
    pickup_latitude: 55.1,
    delivery_longitude: 37.9,
    vehicle_type: await tariffRow(10_000),
    scheduled_time: "2031-05-01T10:00:00.000Z",
  }),
  async derived(path) {
    const [found] = await rows<OrderRow>("SELECT * FROM orders WHERE id = ?", idIn(path));
    if (!found) throw new Error("there is no order");
    // 100.00 a kilometre, the weather's share aside: the estimate is that of this way, not of another.
    const from = { latitude: found.pickup_latitude, longitude: found.pickup_longitude };
    const to = { latitude: found.delivery_latitude, longitude: found.delivery_longitude };
    const kilometres = Math.round(distanceBetween(from, to) / 10) / 100;
    const share = found.estimated_price / (250_000 + 10_000 * kilometres);
    if (share < 0.99 || share > 1.36)
      throw new Error(`the estimate ${found.estimated_price} is of another way`);
  },
};

interface OrderRow {
  readonly pickup_latitude: number;
  readonly pickup_longitude: number;
  readonly delivery_latitude: number;
  readonly delivery_longitude: number;
  readonly estimated_price: number;
}

export const orderStatus: SplitChange = {
  by: "operator",
  make: async (owner) => `${await orderOf(owner)}update-status/`,
  fields: () => ({ status: "CONFIRMED", final_price: "77.00", scheduled_time: "2031-05-01T10:00:00.000Z" }),
  seen: (path, caller) => read(path.replace("update-status/", ""), caller),
};
