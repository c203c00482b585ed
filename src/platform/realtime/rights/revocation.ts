/** A revocation: a session or a right that was ended, and which sockets and subscriptions it covers. Pure. */
import type { Caller } from "../../http/caller.ts";
import { NOBODY } from "../socket/attachment.ts";

/** The sockets that a revocation covers: all of a person, of one session, or of all sessions but one. */
export interface Revocation {
  readonly userId: number;
  readonly sessionId?: string | undefined;
  readonly exceptSession?: string | undefined;
  /** It ends a right to one room, not a session: sockets admitted at or before this moment are covered, epoch ms. */
  readonly rightsBefore?: number | undefined;
  /** When it was decided, epoch ms: sessions that begin later are not covered. Absent: all sessions are. */
  readonly at?: number | undefined;
}

/** The person behind a socket, and when it was admitted; without a time for a credential alone. */
export interface Holder {
  readonly caller: Pick<Caller, "userId" | "sessionId" | "signedInAt"> | null;
  readonly admittedAt?: number;
}

/** Whether a revocation covers the person behind a socket or a subscription. */
export function isRevoked({ caller, admittedAt }: Holder, revocation: Revocation): boolean {
  if ((caller?.userId ?? NOBODY) !== revocation.userId) return false;
  if (revocation.rightsBefore !== undefined)
    return admittedAt !== undefined && admittedAt <= revocation.rightsBefore;
  if (!caller) return false;
  if (revocation.sessionId !== undefined) return caller.sessionId === revocation.sessionId;
  if (revocation.at !== undefined && (caller.signedInAt ?? 0) > revocation.at) return false;
  return caller.sessionId !== revocation.exceptSession;
}
