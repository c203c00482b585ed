/** Effects of an unfriending, a block or a withdrawn consent: the rooms concerned check their people's rights again. */
import { declareEffect } from "../../../platform/db/effects.ts";
import type { Effect } from "../../../platform/db/outbox.ts";
import { recheckEffect } from "../../../platform/realtime/rights/recheck.ts";
import { trackRoom } from "../../identity/index.ts";
import { pairOf } from "../rules.ts";

/** Two people, the smaller id first. */
interface Pair {
  readonly low: number;
  readonly high: number;
}

/** Asks the chat module to recheck the chat of a pair. Only that module knows which chat it is. */
export const chatRights = declareEffect<Pair>("chat_rights", ({ low, high }) => `users:${low}-${high}`);

/** Withdrawn consent ends others' view of this person's places. `allowed` is the new consent; undefined means unchanged. */
export function consentEffects(userId: number, allowed: unknown): Effect[] {
  return allowed === false ? [recheckEffect([trackRoom(userId)])] : [];
}

/** Effects for the batch of a change after which two people may share nothing any more. */
export function sharedAccessEffects(one: number, other: number): Effect[] {
  const pair = pairOf(one, other);
  return [recheckEffect([trackRoom(pair.low), trackRoom(pair.high)]), chatRights.soon(pair)];
}
