/** Builders of offers and of trucks around a pickup. */
import { runOffers } from "../../../src/modules/dispatch/index.ts";
import { newPerson, type Person } from "../../authorization/world.ts";
import { post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { at, orderIn, type Scene, scene, truckRow } from "../scene.ts";

export interface Offer {
  readonly id: number;
  readonly truck_id: number;
  readonly round: number;
  readonly status: string;
  readonly expires_at: number;
  readonly distance: number;
}

/** An order's offers, oldest first. */
export const offersOf = (id: string) =>
  rows<Offer>("SELECT * FROM order_offers WHERE order_id = ? ORDER BY id", id);

/** Starts the search for a truck, as the operator. */
export const call = ({ operator }: Scene, id: string) =>
  post(at(id, "dispatch/"), undefined, { token: operator.token });
/** Accepts an offer. */
export const accept = (by: Person, id: string) =>
  post(at(id, "offer/accept/"), undefined, { token: by.token });
/** Refuses an offer. */
export const decline = (by: Person, id: string) =>
  post(at(id, "offer/refuse/"), undefined, { token: by.token });

/** A place this many metres north of the pickup. */
export const north = (metres: number): [number, number] => [55.7522 + metres / 111_300, 37.6156];

/** A confirmed order, and drivers with trucks at these distances from the pickup. The scene's own truck has no position. */
export async function trucksAt(...distances: number[]) {
  const there = await scene();
  const drivers = await Promise.all(
    distances.map(async (metres) => {
      const driver = await newPerson("driver");
      const truck = await truckRow({ tariff: there.tariff, driver: driver.id, at: north(metres) });
      return { ...driver, truck };
    }),
  );
  return { there, drivers, id: await orderIn(there, "CONFIRMED") };
}

/** Runs the alarm of the order's room after the open offer has expired. */
export async function timeIsUp(id: string): Promise<void> {
  const { ctx, finished } = jobContext({ now: () => Date.now() + 21_000 });
  await runOffers(ctx, id);
  await finished();
}
