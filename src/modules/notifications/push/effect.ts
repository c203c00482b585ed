/**
 * Pushes as effects of the outbox. Triggers write those about a notification (`migrations/0044_push.sql`), for people who
 * have a device; `pushEffect` and `pushNow` are for what has no notification. Sending is `sending.ts`.
 */
import { sql } from "drizzle-orm";
import { runBatch } from "../../../platform/db/client.ts";
import { declareEffect } from "../../../platform/db/effects.ts";
import { enqueue } from "../../../platform/db/enqueue.ts";
import { type Effect, effectsWhere, enqueueDueSoon } from "../../../platform/db/outbox.ts";
import type { Handler } from "../../../platform/db/outbox-delivery.ts";
import { orderedIdAt } from "../../../platform/ids.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import type { Notification } from "../notices.ts";
import { takesPushes } from "./queries.ts";
import type { PushWords } from "./words.ts";

const sending = onDemand(() => import("./sending.ts"));

/** A push about something that people hear of in another way: a letter, a frame. */
export interface Push {
  readonly userId: number;
  readonly words: PushWords;
  /** The thing's name. */
  readonly subject: string | null;
  readonly about: string | null;
  /** The act it reports: one push for each person and act. */
  readonly ref: string;
}

/** What a row says: a notification as it was written at this time (epoch ms), or what is to be said. */
export type PushPayload = (
  | { readonly notification: number }
  | Pick<Push, "userId" | "words" | "subject" | "about">
) & {
  readonly at: number;
  /** Ids of the devices that are left after a failed attempt. */
  readonly only?: readonly string[];
};

/** Whether what a push tells is still so, by its words. */
export type Standing = Readonly<
  Partial<
    Record<
      PushWords,
      (ctx: RequestContext, thing: { userId: number; about: string | null }) => Promise<boolean>
    >
  >
>;

const declared = declareEffect<PushPayload>("push", (payload) =>
  "userId" in payload ? `user:${payload.userId}` : `notification:${payload.notification}`,
);

/** The handler of the kind `push`. */
export const pushHandler =
  (standing: Standing): Handler =>
  async (ctx, row) => {
    const { deliverPush } = await sending();
    return deliverPush(ctx, row, standing);
  };

/** An effect for the commit of the act, to a person who has a device (`takesPushes`). */
export const pushEffect = ({ ref: _, ...push }: Push, at: number): Effect => declared.row({ ...push, at });

/** Writes pushes to those of these people who have a device. A repeat writes none. */
export async function pushNow(ctx: RequestContext, pushes: readonly Push[]): Promise<void> {
  // D1 refuses an empty batch.
  if (pushes.length === 0) return;
  const at = ctx.now();
  const rows = pushes.map((push) => ({ ...pushEffect(push, at), id: `push:${push.userId}:${push.ref}` }));
  const write = effectsWhere(ctx, rows, takesPushes(sql`effect.value ->> '$.payload.userId'`));
  const [written] = await runBatch(ctx.db, [write]);
  if (((written as D1Result | undefined)?.meta.changes ?? 0) > 0) enqueueDueSoon(ctx);
}

/** Hands the push that a trigger wrote with this notification to the queue. */
export function queuePush(
  ctx: RequestContext,
  { id, createdAt }: Pick<Notification, "id" | "createdAt">,
): void {
  const row = `${orderedIdAt(createdAt)}0000${id.toString(16).padStart(16, "0")}`;
  ctx.defer("push.enqueue", enqueue(ctx.runtime.queue, [row], { isNew: true }));
}
