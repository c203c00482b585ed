/** One-time tickets for sockets: signed here, marked as used in the person's registry, valid for one room and 15 seconds. */
import { equalInConstantTime, randomToken } from "../../crypto/digest.ts";
import { type Caller, type KnownCaller, USER_TYPES } from "../../http/caller.ts";
import type { Runtime } from "../../runtime.ts";

/** Seconds. */
export const TICKET_LIFETIME = 15;

export interface Ticket {
  readonly id: string;
  readonly userId: number;
  readonly sessionId: string;
  readonly room: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** When the credential behind it expires, and the socket with it. Epoch ms. */
  readonly until: number;
  /** The caller as of the issue; null in a ticket of the version before. */
  readonly signed: KnownCaller | null;
}

/**
 * `id.user.session.expiry.until.room.mac`, and `facts.mac`: the caller as the database says now, so that the handshake
 * need not ask again; without the facts of a caller with rights of groups, which are asked for each time. The version
 * before this one reads the first seven words.
 */
export async function issueTicket(
  runtime: Runtime,
  caller: Caller,
  room: string,
  now: number,
): Promise<string> {
  const { userId, sessionId, expiresAt: until } = caller;
  const words = [randomToken(16), userId, sessionId, now + TICKET_LIFETIME * 1000, until, room];
  const facts = [caller.userType, caller.isStaff ? 1 : 0, caller.signedInAt ?? 0, now].join(":");
  const mac = await runtime.keys.hmac("ticket", ...words);
  if (caller.rights) return [...words, mac].join(".");
  return [...words, mac, facts, await runtime.keys.hmac("ticket-caller", mac, facts)].join(".");
}

/** The ticket, when this server signed it and it has not expired. The registry knows whether it was used. */
export async function readTicket(runtime: Runtime, text: string, now: number): Promise<Ticket | null> {
  const [id = "", userId = "", sessionId = "", expiry = "", until = "", room = "", mac = "", ...signed] =
    text.split(".");
  const expected = await runtime.keys.hmac("ticket", id, userId, sessionId, expiry, until, room);
  const expiresAt = Number(expiry);
  if (!equalInConstantTime(mac, expected) || !(expiresAt > now)) return null;
  const ticket = { id, userId: Number(userId), sessionId, room, expiresAt, until: Number(until) };
  // Issued to a caller with rights of groups, or by the version before.
  if (signed.length === 0) return { ...ticket, signed: null };
  const [facts = "", factsMac = ""] = signed;
  if (!equalInConstantTime(factsMac, await runtime.keys.hmac("ticket-caller", mac, facts))) return null;
  return { ...ticket, signed: callerIn(facts, ticket) };
}

function callerIn(facts: string, { userId, sessionId, until }: Omit<Ticket, "signed">): KnownCaller | null {
  const [type, staff, signedInAt, asOf] = facts.split(":");
  const userType = USER_TYPES.find((known) => known === type);
  if (!userType) return null;
  const caller = { userId, sessionId, userType, isStaff: staff === "1", signedInAt: Number(signedInAt) };
  return { caller: { ...caller, expiresAt: until }, asOf: Number(asOf) };
}
