/** Which rights a connection registry may hold for the next handshake, and what they admit to. Pure. */
import type { Admission } from "../handler.ts";
import type { HeldRight, HeldRoom } from "./registry-store.ts";

/**
 * The right behind an admission. Null for one that must be looked up each time: its end is not told to the room, or
 * something is done before each socket opens (a look by staff leaves an audit row).
 * @param asOf before its facts were read, epoch ms
 * @param version the room's version of rights with which it was looked up, when the room named one
 */
export function rightOf(
  admission: Admission,
  asOf: number,
  version?: number,
): Omit<HeldRight, "role"> | null {
  if (admission.beforeOpen || admission.isUntold) return null;
  const { readOnly, until, visibleFrom } = admission;
  return { asOf, readOnly, until, visibleFrom, version, ...("opening" in admission ? { greets: true } : {}) };
}

/** What a held right admits to. The room compares `asOf` with the last change of rights that it knows of. */
export function admissionBy({ room, right }: HeldRoom): Admission {
  const { asOf, readOnly = false, until, visibleFrom, version } = right;
  return {
    room,
    asOf,
    readOnly,
    isHeld: true,
    ...(until === undefined ? {} : { until }),
    ...(visibleFrom === undefined ? {} : { visibleFrom }),
    ...(version === undefined ? {} : { rightsVersion: version }),
  };
}
