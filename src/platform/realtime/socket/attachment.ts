/** What a socket keeps in its attachment: facts that survive hibernation, and when they end. */
import type { Caller } from "../../http/caller.ts";

/** The frames that an older app documents, or the native ones. */
export type Dialect = "documented" | "caravan.v1";

/** Kept in the socket's attachment, so they survive hibernation. Stored data: the names stay. */
export interface SocketFacts {
  readonly dialect: Dialect;
  /** Null: an anonymous reader. */
  readonly caller: Caller | null;
  /** Bad frames in a row. */
  readonly faults: number;
  /** Position up to which a socket that is catching up was served; null while it is live. */
  readonly catchingUp: number | null;
  /** When the right to be here was looked up, epoch ms. */
  readonly admittedAt: number;
  /** When it opened, epoch ms. */
  readonly openedAt: number;
  /** When a frame last came in, epoch ms, to the second; pings that the platform answered are not counted. */
  readonly heardAt: number;
  /** The others were told that this person is not heard any more. */
  readonly silent?: boolean;
  /** May receive, and send nothing. */
  readonly readOnly?: boolean;
  /** When the right to be here ends, epoch ms. */
  readonly until?: number | undefined;
  /** When the right began, epoch ms: older entries are hidden. */
  readonly visibleFrom?: number | undefined;
  /** In an inbox: the rooms that the socket subscribes to, each with the position up to which it was delivered. */
  readonly follows?: Readonly<Record<string, { readonly epoch: string; readonly seq: number }>>;
  /** In a relay, on a few sockets: the position up to which all that are live were served. */
  readonly delivered?: { readonly epoch: string; readonly seq: number };
}

/** When a socket's credential or right ends, epoch ms. */
export function endOf(facts: Pick<SocketFacts, "caller" | "until">): number {
  return Math.min(credentialEnd(facts), facts.until ?? Number.POSITIVE_INFINITY);
}

/** When a socket's credential ends, epoch ms. */
export function credentialEnd({ caller }: Pick<SocketFacts, "caller">): number {
  return caller?.expiresAt ?? Number.POSITIVE_INFINITY;
}

/** The user id of anonymous listeners: their right may end, too. */
export const NOBODY = 0;
