/** Who may open a chat's socket. What was read is trusted for a while: a client that comes back costs no statement. */
import { sql } from "drizzle-orm";
import { TtlCache } from "../../platform/cache.ts";
import { forbidden } from "../../platform/http/errors.ts";
import { numberIn } from "../../platform/ids.ts";
import type { Gate } from "../../platform/realtime/handshake.ts";
import type { Scope } from "../../platform/runtime.ts";
import { chatSocket } from "./room.ts";
import { type ChatFacts, mayJoin } from "./rules.ts";

/** Shorter than a room remembers whom it sent away: a right that ended meanwhile is refused there. Milliseconds. */
const TRUST = 25_000;
const known = new TtlCache<number, { facts: ChatFacts; asOf: number }>({ ttl: TRUST, size: 5_000 });

/** Every refusal is a 403, as the app documents it: who may not enter learns nothing about the chat. */
export const chatGate: Gate = {
  kind: "chat",
  path: "/ws/chat/:id",
  document: chatSocket,
  async enter(scope, caller, id, fresh = false) {
    const chatId = numberIn(id);
    if (!caller || chatId === null) throw forbidden();
    const found = await look(scope, chatId, fresh);
    const verdict = found && mayJoin(found.facts, caller);
    if (!found || !verdict || verdict === "stays out") throw forbidden();
    return { room: `chat:${chatId}`, readOnly: verdict === "listens", asOf: found.asOf };
  },
};

async function look(
  scope: Scope,
  chatId: number,
  fresh: boolean,
): Promise<{ facts: ChatFacts; asOf: number } | null> {
  const cached = known.get(chatId, scope.now());
  if (!fresh && cached) return cached;
  const asOf = scope.now();
  const [row] = await scope.db.all<{
    initiatorId: number | null;
    receiverId: number | null;
    friends: number;
    blocked: number;
  }>(sql`SELECT initiator_id AS initiatorId, receiver_id AS receiverId,
    EXISTS (SELECT 1 FROM friendships f WHERE f.low_id = c.low_id AND f.high_id = c.high_id) AS friends,
    EXISTS (SELECT 1 FROM blocks b WHERE (b.user_id = c.low_id AND b.blocked_id = c.high_id)
      OR (b.user_id = c.high_id AND b.blocked_id = c.low_id)) AS blocked
    FROM chats c WHERE c.id = ${chatId}`);
  if (!row) return null;
  const facts = { ...row, friends: row.friends === 1, blocked: row.blocked === 1 };
  // A refusal is not remembered: people become friends.
  if (facts.friends && !facts.blocked) known.set(chatId, { facts, asOf }, asOf);
  return { facts, asOf };
}
