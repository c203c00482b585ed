/** What the Worker tells a room's object about a socket that it lets in. */
import type { Caller } from "../../http/caller.ts";

export interface SocketAdmission {
  readonly room: string;
  readonly caller: Caller | null;
  readonly native: boolean;
  /** The sub-protocol to echo. */
  readonly protocol: string | null;
  readonly epoch: string | null;
  readonly since: number | null;
  /** When the right to enter was looked up, epoch ms: a revocation after that closes the socket. */
  readonly admittedAt: number;
  readonly readOnly?: boolean;
  readonly until?: number | undefined;
  readonly visibleFrom?: number | undefined;
  /** The version that the room named when it asked for the rights to be looked up again. */
  readonly rightsVersion?: number | undefined;
  /** The connection registry holds the right, looked up at `admittedAt`. */
  readonly isHeld?: boolean;
  readonly opening?: unknown;
}

/** From the Worker to the object. Objects are reachable only through their Worker, so no client can forge it. */
export const ADMISSION_HEADER = "x-caravan-admission";

/**
 * The same for a right that the connection registry holds. A name of its own: an object whose code does not know that
 * rights are held must not take it for one that was looked up just now.
 */
export const HELD_ADMISSION_HEADER = "x-caravan-held-admission";

/** From the object to the Worker, with a 409: the rights may have changed; look them up again and pass this version. */
export const STALE_RIGHTS_HEADER = "x-caravan-rights-version";
