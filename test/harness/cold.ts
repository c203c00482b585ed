/** An isolate that has just started, as all are after a deploy: no cache knows anything. */
import { vi } from "vitest";
import { signAccess } from "../../src/modules/identity/sessions/tokens.ts";
import { TtlCache } from "../../src/platform/cache.ts";
import type { Caller } from "../../src/platform/http/caller.ts";
import { rows } from "./api.ts";
import { jobContext } from "./job-context.ts";

/** Runs `work` while every cache of the isolate is empty. */
export async function cold<T>(work: () => Promise<T>): Promise<T> {
  const get = vi.spyOn(TtlCache.prototype, "get").mockReturnValue(undefined);
  try {
    return await work();
  } finally {
    get.mockRestore();
  }
}

/** An access token of somebody's newest session, as a sign-in gives it. */
export async function accessOf(userId: number): Promise<string> {
  const [session] = await rows<{
    id: string;
    signedInAt: number;
    endsAt: number;
    userType: Caller["userType"];
    isStaff: number;
  }>(
    `SELECT s.id, s.created_at AS signedInAt, s.expires_at AS endsAt, u.user_type AS userType, u.is_staff AS isStaff
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.id = ? ORDER BY s.created_at DESC LIMIT 1`,
    userId,
  );
  if (!session) throw new Error(`${userId} is not signed in`);
  const { id, signedInAt, endsAt, userType, isStaff } = session;
  const holder = { id: userId, userType, isStaff: isStaff === 1 };
  const { ctx } = jobContext();
  return signAccess(ctx, { id, signedInAt, endsAt, asOf: ctx.now() }, holder, 3600);
}
