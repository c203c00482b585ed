/** What ends when two people part, unfriended or blocked: the rooms that let them be together look at their rights anew. */
import { declareEffect } from "../../../platform/db/effects.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import { recheckEffect } from "../../../platform/realtime/rights/recheck.ts";
import { userRoom } from "../../identity/index.ts";
import { pairOf } from "../rules.ts";

/** Two people, the smaller id first. */
interface Pair {
  readonly low: number;
  readonly high: number;
}

/** Asks the chat module to recheck the chat of a pair: it knows which one that is. */
export const chatRights = declareEffect<Pair>("chat_rights", ({ low, high }) => `users:${low}-${high}`);

/** Consent taken back ends what others see of this person's places. `allowed`: what consent becomes, undefined where it stays. */
export function consentEffects(userId: number, allowed: unknown): Effect[] {
  return allowed === false ? [recheckEffect([userRoom(userId)])] : [];
}

/** Goes into the batch of the change that may have ended what two people share. */
export function sharedAccessEffects(one: number, other: number): Effect[] {
  const pair = pairOf(one, other);
  return [
    recheckEffect([userRoom(pair.low), userRoom(pair.high)]),
    { ...chatRights.row(pair), urgent: true },
  ];
}
