/** A truck's position as sockets show it, and the distance and time to its target. Pure. */
import { distanceBetween, type Place } from "../../../../platform/geo.ts";

/** A position as the Tow Truck app documents it: the truck's id is a string. */
export interface Position extends Place {
  readonly tow_truck_id: string;
  /** ISO 8601 with `+00:00`, as the app documents it. */
  readonly updated_at: string;
}

/** @param at epoch ms */
export function toPosition(truckId: number, place: Place, at: number): Position {
  const { latitude, longitude } = place;
  const updated_at = new Date(at).toISOString().replace("Z", "+00:00");
  return { tow_truck_id: String(truckId), latitude, longitude, updated_at };
}

/** Road distance divided by straight-line distance, estimated. */
const DETOUR = 1.3;
/** Average speed of a tow truck in a town, metres a second. */
const TOWN_SPEED = 9;

/** Positions up to this age bring an idle truck back and have an estimated time of arrival. Milliseconds. */
export const FRESH = 2 * 60_000;

export interface WayLeft {
  /** Metres in a straight line. */
  readonly distance_m: number;
  /** Absent when the position is older than `FRESH`. */
  readonly eta_seconds?: number;
}

/** Distance and time from a truck to its target: the pickup until the work starts, then the destination. */
export function wayLeft(truck: Place & { readonly at: number }, target: Place, now: number): WayLeft {
  const distance = distanceBetween(truck, target);
  const left = { distance_m: Math.round(distance) };
  if (now - truck.at > FRESH) return left;
  return { ...left, eta_seconds: Math.round((distance * DETOUR) / TOWN_SPEED) };
}
