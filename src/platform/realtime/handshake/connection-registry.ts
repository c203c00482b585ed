/** One object per person: the rooms with their sockets, their recent revocations, and the tickets they have used. */
import { DurableObject } from "cloudflare:workers";
import { isRevoked, type Revocation } from "../rights/revocation.ts";
import { CLOSE } from "../socket/frames.ts";
import { roomIn } from "../stubs.ts";

/** A revocation is remembered longer than any isolate may trust a cached session (30 s). */
const REVOCATION_MEMORY = 120_000;
/** A room in which this person opened no socket for this long is forgotten. */
const ROOM_MEMORY = 30 * 24 * 3600_000;

export interface Registration {
  readonly userId: number;
  readonly sessionId: string;
  readonly signedInAt?: number | undefined;
  readonly room: string;
  /** The id of the one-time ticket, when one was used, and when it expires (epoch ms). */
  readonly ticket?: { readonly id: string; readonly expiresAt: number } | undefined;
}

/**
 * Every handshake and every revocation of one person passes through here, so they have one order: a revocation closes
 * the sockets of earlier handshakes, and later handshakes are refused.
 */
export class ConnectionRegistry extends DurableObject<Cloudflare.Env> {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS rooms (room TEXT PRIMARY KEY, seen_at INTEGER NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS revocations (revocation TEXT NOT NULL, until INTEGER NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS tickets (id TEXT PRIMARY KEY, until INTEGER NOT NULL)");
  }

  /** Notes that a socket is about to open. False: the session was ended, or the ticket was used before. */
  register({ room, ticket, ...caller }: Registration, now = Date.now()): boolean {
    const { sql } = this.ctx.storage;
    for (const row of sql.exec<{ revocation: string }>(
      "SELECT revocation FROM revocations WHERE until > ?",
      now,
    )) {
      if (isRevoked({ caller }, JSON.parse(row.revocation) as Revocation)) return false;
    }
    if (ticket) {
      sql.exec("DELETE FROM tickets WHERE until <= ?", now);
      const used = sql.exec(
        "INSERT OR IGNORE INTO tickets (id, until) VALUES (?, ?) RETURNING id",
        ticket.id,
        ticket.expiresAt,
      );
      if (used.toArray().length === 0) return false;
    }
    sql.exec("INSERT OR REPLACE INTO rooms (room, seen_at) VALUES (?, ?)", room, now);
    return true;
  }

  /** Closes this person's sockets in every room. Safe to repeat. */
  async revoke(
    revocation: Revocation,
    code: number = CLOSE.unauthenticated,
    reason = "signed out",
    now = Date.now(),
  ): Promise<void> {
    const { sql } = this.ctx.storage;
    sql.exec("DELETE FROM revocations WHERE until <= ?", now);
    sql.exec(
      "INSERT INTO revocations (revocation, until) VALUES (?, ?)",
      JSON.stringify(revocation),
      now + REVOCATION_MEMORY,
    );
    sql.exec("DELETE FROM rooms WHERE seen_at < ?", now - ROOM_MEMORY);
    const rooms = sql.exec<{ room: string }>("SELECT room FROM rooms").toArray();
    const results = await Promise.allSettled(
      rooms.map(({ room }) => roomIn(this.env, room)?.revoke(revocation, code, reason)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }
}

export function registryOf(
  registries: DurableObjectNamespace<ConnectionRegistry>,
  userId: number,
): DurableObjectStub<ConnectionRegistry> {
  return registries.getByName(`user:${userId}`);
}
