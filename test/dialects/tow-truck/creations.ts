/** Bodies for the routes that create orders and what belongs to them, each with the order or vehicle that it needs. */
import { newPerson, type Person as RolePerson } from "../../authorization/world.ts";
import {
  at,
  carOf,
  newOrder,
  ORDERS,
  orderIn,
  type Step,
  tariffRow,
  truckRow,
} from "../../dispatch/scene.ts";
import { type Person, rows, unique } from "../../harness/api.ts";
import type { Creation } from "../../http/idempotency/creations.ts";

const tariff = await tariffRow();
/** Given to each caller in turn: a body does not know its sender. */
const car = await carOf(await newPerson("owner"));

const owned = (who: Person) => rows("UPDATE client_vehicles SET owner_id = ? WHERE id = ?", who.id, car);

async function orderOf(who: Person, status: Step): Promise<string> {
  const client: RolePerson = { ...who, sessionId: "" };
  const [driver, operator, vehicle] = await Promise.all([
    newPerson("driver"),
    newPerson("operator"),
    carOf(client),
  ]);
  const truck = await truckRow({ tariff, driver: driver.id });
  return orderIn({ client, driver, operator, vehicle, tariff, truck }, status);
}

type Fields = Record<string, string | number>;

/** A creation whose row is found by one of its texts. */
function noted(table: string, column: string, field: string, body: () => Fields) {
  return {
    signedIn: true,
    body,
    other: (made: object) => ({ ...made, [field]: unique("other") }),
    made: async (made: object) =>
      (await rows(`SELECT id FROM ${table} WHERE ${column} = ?`, (made as Fields)[field])).length,
  } as const;
}

export const orderCreations: Readonly<Record<string, Creation>> = {
  "post /api/v1/orders": {
    ...noted("orders", "description", "description", () =>
      newOrder({ vehicle: car, tariff }, { description: unique("Не заводится") }),
    ),
    async path(who) {
      await owned(who);
      return ORDERS;
    },
  },
  "post /api/v1/orders/:uuid/payments": {
    ...noted("payments", "transaction_id", "transaction_id", () => ({
      amount: "100.00",
      payment_method: "CARD",
      transaction_id: unique("TEST-"),
    })),
    path: async (who) => at(await orderOf(who, "PENDING"), "payments/"),
  },
  "post /api/v1/orders/:uuid/rating": {
    ...noted("ratings", "comment", "comment", () => ({
      driver_rating: 5,
      service_rating: 5,
      comment: unique("Спасибо"),
    })),
    path: async (who) => at(await orderOf(who, "COMPLETED"), "rating/"),
  },
  "post /api/v1/orders/:uuid/share": {
    signedIn: true,
    body: () => ({ expires_in: 60 + Math.floor(Math.random() * 600_000) }),
    other: (body) => ({ ...body, shows_name: true }),
    made: async (body) =>
      (
        await rows(
          "SELECT id FROM order_shares WHERE expires_at - created_at = ? * 1000",
          (body as Fields).expires_in,
        )
      ).length,
    path: async (who) => at(await orderOf(who, "PENDING"), "share/"),
  },
};
