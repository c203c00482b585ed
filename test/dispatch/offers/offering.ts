/** Offers and the trucks around a car, as the tests of dispatching make them. */
import { runOffers } from "../../../src/modules/dispatch/index.ts";
import { mint, type Person } from "../../authorization/world.ts";
import { post, rows } from "../../harness/api.ts";
import { jobContext } from "../../harness/scope.ts";
import { at, orderIn, type Scene, scene, truckRow } from "./jobs.ts";

export interface Offer {
  readonly id: number;
  readonly truck_id: number;
  readonly round: number;
  readonly status: string;
  readonly expires_at: number;
  readonly distance: number;
}

export const offersOf = (id: string) =>
  rows<Offer>("SELECT * FROM order_offers WHERE order_id = ? ORDER BY id", id);

export const call = ({ operator }: Scene, id: string) =>
  post(at(id, "dispatch/"), undefined, { token: operator.token });
export const accept = (by: Person, id: string) =>
  post(at(id, "offer/accept/"), undefined, { token: by.token });
export const decline = (by: Person, id: string) =>
  post(at(id, "offer/refuse/"), undefined, { token: by.token });

/** Metres north of the car, as a place. */
export const north = (metres: number): [number, number] => [55.7522 + metres / 111_300, 37.6156];

/** A scene whose own truck was never located, and drivers at these distances of the car. */
export async function trucksAt(...distances: number[]) {
  const there = await scene();
  const drivers = await Promise.all(
    distances.map(async (metres) => {
      const driver = await mint("driver");
      const truck = await truckRow({ tariff: there.tariff, driver: driver.id, at: north(metres) });
      return { ...driver, truck };
    }),
  );
  return { there, drivers, id: await orderIn(there, "CONFIRMED") };
}

/** What the order's alarm does when the time of the standing offer is up. */
export async function timeIsUp(id: string): Promise<void> {
  const { ctx, finished } = jobContext({ now: () => Date.now() + 21_000 });
  await runOffers(ctx, id);
  await finished();
}
