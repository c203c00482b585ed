/** Reads requests to take part. */
import { and, desc, eq } from "drizzle-orm";
import type { Caller } from "../../../platform/http/caller.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { findStored } from "../commands/loading.ts";
import { mayChange } from "../rules.ts";
import { participationRequests } from "../tables.ts";

export type ParticipationRequest = typeof participationRequests.$inferSelect;

/** A user's own requests, the newest first. */
export async function ownRequests(ctx: RequestContext, userId: number): Promise<ParticipationRequest[]> {
  return ctx.db
    .select()
    .from(participationRequests)
    .where(eq(participationRequests.userId, userId))
    .orderBy(desc(participationRequests.createdAt), desc(participationRequests.id));
}

/** The requests for one event, for callers who may decide on them. */
export async function requestsFor(
  ctx: RequestContext,
  caller: Caller,
  eventId: number,
): Promise<ParticipationRequest[] | "missing" | "forbidden"> {
  const event = await findStored(ctx, { id: eventId });
  if (!event) return "missing";
  if (!mayChange(event, caller)) return "forbidden";
  return ctx.db
    .select()
    .from(participationRequests)
    .where(eq(participationRequests.eventId, eventId))
    .orderBy(desc(participationRequests.createdAt), desc(participationRequests.id));
}

/** One of a user's own requests. */
export async function ownRequest(
  ctx: RequestContext,
  userId: number,
  id: number,
): Promise<ParticipationRequest | null> {
  const [row] = await ctx.db
    .select()
    .from(participationRequests)
    .where(and(eq(participationRequests.id, id), eq(participationRequests.userId, userId)));
  return row ?? null;
}
