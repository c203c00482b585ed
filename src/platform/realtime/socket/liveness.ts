/** Who counts as being there: only people who were heard lately. Pure: times in, verdict out. */

/** Told in `welcome.limits`, in seconds: a native client pings at least so often, and is not present after this silence. */
export const LIVENESS = { ping: 25, silence: 60 } as const;

const SILENCE = LIVENESS.silence * 1000;
/** Somebody who has been silent for long is looked at less and less often, at least this often. Milliseconds. */
const RAREST_LOOK = 600_000;

/** Whether somebody who was last heard at `heardAt` counts as being there. Epoch ms. */
export function isHeard(heardAt: number, now: number): boolean {
  return now - heardAt < SILENCE;
}

/**
 * When to look whether somebody has fallen silent, or has come back: the platform answers pings without waking the
 * room, so nothing tells of either. Epoch ms.
 */
export function nextLook(heardAt: number, now: number): number {
  if (isHeard(heardAt, now)) return heardAt + SILENCE;
  return now + Math.min(RAREST_LOOK, now - heardAt);
}
