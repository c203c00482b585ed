/** Decides who counts as present: people who were heard lately. Pure: times in, verdict out. */

/** Sent in `welcome.limits`, in seconds: a native client pings at least this often, and is not present after this silence. */
export const LIVENESS = { ping: 25, silence: 60 } as const;

const SILENCE = LIVENESS.silence * 1000;
/** The longest time between two checks of somebody who has been silent for long. Milliseconds. */
const RAREST_LOOK = 600_000;

/** Whether somebody who was last heard at `heardAt` counts as present. Epoch ms. */
export function isHeard(heardAt: number, now: number): boolean {
  return now - heardAt < SILENCE;
}

/**
 * When to check again whether somebody has fallen silent or come back, epoch ms. The platform answers pings without
 * waking the room, so no event reports either. Somebody silent for long is checked less and less often.
 */
export function nextLook(heardAt: number, now: number): number {
  if (isHeard(heardAt, now)) return heardAt + SILENCE;
  return now + Math.min(RAREST_LOOK, now - heardAt);
}
