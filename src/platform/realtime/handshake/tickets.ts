/** One-time tickets for sockets: signed here, marked as used in the person's registry, valid for one room and 15 seconds. */
import { equalInConstantTime, randomToken } from "../../crypto/digest.ts";
import type { Caller } from "../../http/caller.ts";
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
}

/** `id.user.session.expiry.until.room.mac`. */
export async function issueTicket(
  runtime: Runtime,
  caller: Caller,
  room: string,
  now: number,
): Promise<string> {
  const { userId, sessionId, expiresAt: until } = caller;
  const facts = [randomToken(16), userId, sessionId, now + TICKET_LIFETIME * 1000, until, room];
  return [...facts, await runtime.keys.hmac("ticket", ...facts)].join(".");
}

/** The ticket, when this server signed it and it has not expired. The registry knows whether it was used. */
export async function readTicket(runtime: Runtime, words: string, now: number): Promise<Ticket | null> {
  const [id = "", userId = "", sessionId = "", expiry = "", until = "", room = "", mac = ""] =
    words.split(".");
  const expected = await runtime.keys.hmac("ticket", id, userId, sessionId, expiry, until, room);
  const expiresAt = Number(expiry);
  if (!equalInConstantTime(mac, expected) || !(expiresAt > now)) return null;
  return { id, userId: Number(userId), sessionId, room, expiresAt, until: Number(until) };
}
