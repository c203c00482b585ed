/** Decides whether a person wants a notification now. Pure: settings and time in, verdict out. */
import { zoneOffset } from "../../../platform/time-zones.ts";
import type { Channel, NotificationKind } from "./kinds.ts";

/** Minutes of the local day, 0 to 1439. `from` above `to` spans midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

export interface NotificationSettings {
  /** False: the person gets no notifications at all, neither in the app nor by push. */
  readonly receives: boolean;
  /** Only what the person has chosen; anything else is wanted. */
  readonly chosen: Readonly<Partial<Record<NotificationKind, Readonly<Partial<Record<Channel, boolean>>>>>>;
  readonly quietHours: QuietHours | null;
  /** IANA name of the zone in which the quiet hours are meant. */
  readonly timeZone: string;
}

/**
 * Whether this kind may reach the person by this channel at `at` (epoch ms). Turning notifications off altogether and quiet
 * hours hold back pushes; letters wake nobody, and only their own kind turns them off.
 */
export function isWanted(
  kind: NotificationKind,
  channel: Channel,
  settings: NotificationSettings,
  at: number,
): boolean {
  if (settings.chosen[kind]?.[channel] === false) return false;
  if (channel === "email") return true;
  return settings.receives && !isQuiet(settings, at);
}

/** Whether it is within the person's quiet hours, by the clock on their wall. */
export function isQuiet(
  { quietHours, timeZone }: Pick<NotificationSettings, "quietHours" | "timeZone">,
  at: number,
): boolean {
  if (!quietHours) return false;
  const { from, to } = quietHours;
  const minute = minuteOfDay(at, timeZone);
  return from < to ? from <= minute && minute < to : minute >= from || minute < to;
}

/** Minutes since local midnight. */
function minuteOfDay(at: number, timeZone: string): number {
  return Math.floor((at + zoneOffset(at, timeZone)) / 60_000) % (24 * 60);
}
