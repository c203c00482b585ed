/** Where a truck is, as sockets show it, and how long it still needs. Pure. */
import * as v from "valibot";
import { distanceBetween, type Place } from "../../../platform/geo.ts";

/** A position as the Tow Truck app documents it: the truck's number is a text there. */
export interface Position extends Place {
  readonly tow_truck_id: string;
  /** ISO 8601 with `+00:00`, as the app documents it. */
  readonly updated_at: string;
}

export function toPosition(truckId: number, place: Place, at: number): Position {
  const { latitude, longitude } = place;
  const updated_at = new Date(at).toISOString().replace("Z", "+00:00");
  return { tow_truck_id: String(truckId), latitude, longitude, updated_at };
}

export const PositionBody = v.object({
  tow_truck_id: v.string(),
  latitude: v.number(),
  longitude: v.number(),
  updated_at: v.string(),
});

/** Roads are longer than the straight line by about this, and a loaded truck in a town makes about this many metres a second. */
const DETOUR = 1.3;
const TOWN_SPEED = 9;

/** A position that is no older than this brings an idle truck back, and has a time of arrival. Milliseconds. */
export const FRESH = 2 * 60_000;

export interface WayLeft {
  /** Metres in a straight line. */
  readonly distance_m: number;
  /** Absent where the position is too old to tell. */
  readonly eta_seconds?: number;
}

/** How far a truck still is from where it is going: to the car until the work starts, then to the destination. */
export function wayLeft(truck: Place & { readonly at: number }, target: Place, now: number): WayLeft {
  const distance = distanceBetween(truck, target);
  const left = { distance_m: Math.round(distance) };
  if (now - truck.at > FRESH) return left;
  return { ...left, eta_seconds: Math.round((distance * DETOUR) / TOWN_SPEED) };
}
