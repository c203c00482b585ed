/** Friend requests: send, answer, delete. Each change is conditional in SQL, so that of two answers at once one counts. */
import { and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import { commit } from "../../../platform/db/outbox.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { displayNameSql } from "../../identity/index.ts";
import { type Notice, noticeEffects, noticeRows } from "../../notifications/index.ts";
import { pairOf, type RequestVerdict, requestVerdict } from "../rules.ts";
import { friendRequests } from "../tables.ts";

export type FriendRequest = typeof friendRequests.$inferSelect;

/** All requests that a person sent or received, the newest first. */
export async function listRequests(ctx: RequestContext, userId: number): Promise<FriendRequest[]> {
  return ctx.db
    .select()
    .from(friendRequests)
    .where(partyTo(userId))
    .orderBy(desc(friendRequests.createdAt), desc(friendRequests.id));
}

export async function findRequest(
  ctx: RequestContext,
  userId: number,
  id: number,
): Promise<FriendRequest | null> {
  const [request] = await ctx.db
    .select()
    .from(friendRequests)
    .where(and(eq(friendRequests.id, id), partyTo(userId)));
  return request ?? null;
}

const partyTo = (userId: number) => or(eq(friendRequests.fromId, userId), eq(friendRequests.toId, userId));

export type Sent = FriendRequest | Exclude<RequestVerdict, "pending" | "mutual">;

/** Sends a request. If the receiver has a pending request to the sender, both become friends at once. */
export async function sendRequest(ctx: RequestContext, fromId: number, toId: number): Promise<Sent> {
  for (;;) {
    const { name, ...facts } = await factsFor(ctx, fromId, toId);
    const verdict = requestVerdict(facts);
    if (verdict !== "pending" && verdict !== "mutual") return verdict;
    const mutual = verdict === "mutual";
    const at = ctx.now();
    const notices = [notice(mutual ? "accepted" : "sent", { fromId, toId, name, at })];
    const rows = await commit(ctx, insertRequest(ctx, fromId, toId, mutual), noticeEffects(notices), [
      ...(mutual ? friendshipStatements(ctx, toId, fromId) : []),
      noticeRows(ctx, notices),
    ]);
    const request = rows?.[0];
    // No row: the facts changed meanwhile, so decide again.
    if (!request) continue;
    return request;
  }
}

/** Inserts nothing if the other person's pending request appeared or went since the facts were read. */
function insertRequest(ctx: RequestContext, fromId: number, toId: number, mutual: boolean) {
  const now = ctx.now();
  return ctx.db
    .insert(friendRequests)
    .select(
      sql`SELECT NULL, ${fromId}, ${toId}, ${mutual ? "Accepted" : "Pending"}, ${now}, ${now}
        WHERE EXISTS (SELECT 1 FROM friend_requests WHERE from_id = ${toId} AND to_id = ${fromId}
          AND status = 'Pending') = ${mutual ? 1 : 0}`,
    )
    .onConflictDoNothing()
    .returning();
}

/** Makes the friendship and accepts any pending request between the two. */
function friendshipStatements(ctx: RequestContext, initiatorId: number, otherId: number) {
  const { low, high } = pairOf(initiatorId, otherId);
  const now = ctx.now();
  return [
    ctx.db.run(sql`INSERT OR IGNORE INTO friendships (low_id, high_id, initiator_id, created_at)
      VALUES (${low}, ${high}, ${initiatorId}, ${now})`),
    ctx.db.run(sql`UPDATE friend_requests SET status = 'Accepted', updated_at = ${now} WHERE status = 'Pending'
      AND from_id IN (${low}, ${high}) AND to_id IN (${low}, ${high})`),
  ];
}

async function factsFor(ctx: RequestContext, fromId: number, toId: number) {
  const { low, high } = pairOf(fromId, toId);
  const [row] = await ctx.db.all<
    Record<"known" | "friends" | "blocked" | "sent" | "asked", number> & { name: string }
  >(
    sql`SELECT
      (SELECT ${displayNameSql()} FROM users WHERE id = ${fromId}) AS name,
      EXISTS (SELECT 1 FROM users WHERE id = ${toId}) AS known,
      EXISTS (SELECT 1 FROM friendships WHERE low_id = ${low} AND high_id = ${high}) AS friends,
      EXISTS (SELECT 1 FROM blocks WHERE user_id IN (${low}, ${high}) AND blocked_id IN (${low}, ${high})) AS blocked,
      EXISTS (SELECT 1 FROM friend_requests WHERE from_id = ${fromId} AND to_id = ${toId}) AS sent,
      EXISTS (SELECT 1 FROM friend_requests WHERE from_id = ${toId} AND to_id = ${fromId}
        AND status = 'Pending') AS asked`,
  );
  return {
    name: row?.name ?? "",
    self: fromId === toId,
    exists: row?.known === 1,
    friends: row?.friends === 1,
    blocked: row?.blocked === 1,
    sentBefore: row?.sent === 1,
    askedBack: row?.asked === 1,
  };
}

/** Answers a pending request to this person; false for any other. */
export async function answerRequest(
  ctx: RequestContext,
  userId: number,
  id: number,
  answer: "Accepted" | "Declined",
): Promise<boolean> {
  const request = await findRequest(ctx, userId, id);
  if (request?.toId !== userId || request.status !== "Pending") return false;
  const { fromId } = request;
  const at = ctx.now();
  const { name } = await factsFor(ctx, userId, fromId);
  const accepted = answer === "Accepted";
  const told = { fromId: userId, toId: fromId, name, at };
  const notices = [notice(accepted ? "accepted" : "declined", told)];
  const change = ctx.db
    .update(friendRequests)
    .set({ status: answer, updatedAt: at })
    .where(
      and(
        eq(friendRequests.id, id),
        eq(friendRequests.status, "Pending"),
        accepted ? notBlocked(userId, fromId) : undefined,
      ),
    );
  const done = await commit(ctx, change, noticeEffects(notices), [
    ...(accepted ? friendshipStatements(ctx, fromId, userId) : []),
    noticeRows(ctx, notices),
  ]);
  return done !== null;
}

/** SQL condition: neither has blocked the other. */
const notBlocked = (one: number, other: number): SQL => sql`NOT EXISTS (SELECT 1 FROM blocks
  WHERE user_id IN (${one}, ${other}) AND blocked_id IN (${one}, ${other}))`;

export type Withdrawn = "done" | "forbidden" | "missing";

/**
 * Deletes a request. The sender may delete a pending one, the receiver a declined one (the sender may then ask again),
 * and both an accepted one. The friendship stays.
 */
export async function withdrawRequest(ctx: RequestContext, userId: number, id: number): Promise<Withdrawn> {
  const { fromId, toId, status } = friendRequests;
  const remove = ctx.db
    .delete(friendRequests)
    .where(
      and(
        eq(friendRequests.id, id),
        or(
          and(eq(fromId, userId), eq(status, "Pending")),
          and(eq(toId, userId), eq(status, "Declined")),
          and(partyTo(userId), eq(status, "Accepted")),
        ),
      ),
    );
  if (await commit(ctx, remove, [])) return "done";
  return (await findRequest(ctx, userId, id)) ? "forbidden" : "missing";
}

interface Act {
  /** The person who acted, and the person who is notified. */
  readonly fromId: number;
  readonly toId: number;
  readonly name: string;
  readonly at: number;
}

/** Literals of Find Friend's clients, in Russian only. */
const WORDS = {
  sent: ["FRIEND_REQUEST", "Запрос в друзья", "отправил Вам запрос на добавления в друзья."],
  accepted: ["FRIEND_REQUEST_ACCEPTED", "Запрос принят", "принял Ваш запрос на добавления в друзья."],
  declined: ["FRIEND_REQUEST_REJECTED", "Запрос отклонён", "отклонил Ваш запрос на добавления в друзья."],
} as const;

/** Repeated requests from one person notify at most once a day. */
const DAY = 24 * 3600_000;

function notice(kind: keyof typeof WORDS, { fromId, toId, name, at }: Act): Notice {
  const [type, title, words] = WORDS[kind];
  return {
    userId: toId,
    type,
    title,
    message: `${name} ${words}`,
    about: `user:${fromId}`,
    ref: `friend-request:${fromId}-${toId}:${kind}:${kind === "sent" ? Math.floor(at / DAY) : at}`,
    words: kind === "sent" ? "friend_request" : `friend_${kind}`,
    subject: name,
  };
}
