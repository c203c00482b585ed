/** The differences between two states of an event, as letters report them. Pure. */
import type { EventDetails } from "../details/queries.ts";

/** The former values of the fields that changed. An absent field is unchanged. */
export interface EventChanges {
  readonly name?: string;
  /** Epoch ms. */
  readonly startsAt?: number;
  readonly endsAt?: number | null;
  readonly location?: string;
  /** Fields that changed and are reported without their former values. */
  readonly other?: readonly Detail[];
  /** Usernames. */
  readonly joined?: readonly string[];
  readonly left?: readonly string[];
}

export type Detail = "description" | "kind" | "city" | "price" | "ages" | "places" | "spot" | "zone";

/** How many names are listed of members who joined, and of members who left. */
const LISTED = 20;

/** Null when nothing visible differs. */
export function changesBetween(before: EventDetails, after: EventDetails): EventChanges | null {
  const namesOnlyIn = (one: EventDetails, other: EventDetails) => {
    const ids = new Set(other.members.map(({ userId }) => userId));
    return one.members.filter(({ userId }) => !ids.has(userId)).map(({ username }) => username);
  };
  const [joined, left] = [namesOnlyIn(after, before), namesOnlyIn(before, after)];
  const differs = (...keys: (keyof EventDetails)[]) => keys.some((key) => before[key] !== after[key]);
  const other: Detail[] = [
    ...(differs("description") ? (["description"] as const) : []),
    ...(differs("eventType") ? (["kind"] as const) : []),
    ...(differs("cityId") ? (["city"] as const) : []),
    ...(differs("price") ? (["price"] as const) : []),
    ...(differs("minAge", "maxAge") ? (["ages"] as const) : []),
    ...(differs("minMembers", "maxMembers") ? (["places"] as const) : []),
    ...(differs("timeZone") ? (["zone"] as const) : []),
    ...(differs("latitude", "longitude") && !differs("location", "cityId") ? (["spot"] as const) : []),
  ];
  const changes: EventChanges = {
    ...(differs("name") ? { name: before.name } : {}),
    ...(differs("startsAt") ? { startsAt: before.startsAt } : {}),
    ...(differs("endsAt") ? { endsAt: before.endsAt } : {}),
    ...(differs("location") ? { location: before.location } : {}),
    ...(other.length > 0 ? { other } : {}),
    ...(joined.length > 0 ? { joined: joined.slice(0, LISTED) } : {}),
    ...(left.length > 0 ? { left: left.slice(0, LISTED) } : {}),
  };
  return Object.keys(changes).length > 0 ? changes : null;
}
