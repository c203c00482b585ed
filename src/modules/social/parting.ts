/** When two people part, unfriended or blocked: live rooms that let them be together close to them at once. */
import { sql } from "drizzle-orm";
import { defineEffect } from "../../platform/db/effects.ts";
import { CLOSE } from "../../platform/realtime/frames.ts";
import type { Scope } from "../../platform/runtime.ts";
import { pairOf } from "./rules.ts";

export interface Parting {
  readonly low: number;
  readonly high: number;
  /** When it was decided, epoch ms: who enters by a later right stays. */
  readonly at: number;
}

export function parting(one: number, other: number, at: number): Parting {
  return { ...pairOf(one, other), at };
}

/** Their chat closes to both, and each one's track to the other. Safe to repeat. */
export const sharedAccessRevoked = defineEffect<Parting>("part", {
  address: ({ low, high }) => `users:${low}-${high}`,
  run: part,
});

async function part(scope: Scope, { low, high, at }: Parting): Promise<void> {
  const [chat] = await scope.db.all<{ id: number }>(
    sql`SELECT id FROM chats WHERE low_id = ${low} AND high_id = ${high}`,
  );
  const close = async (room: string, userId: number) =>
    void (await scope.runtime
      .room(room)
      ?.revoke({ userId, rightsBefore: at }, CLOSE.forbidden, "no longer friends"));
  await Promise.all([
    close(`user:${low}`, high),
    close(`user:${high}`, low),
    ...(chat ? [close(`chat:${chat.id}`, low), close(`chat:${chat.id}`, high)] : []),
  ]);
}
