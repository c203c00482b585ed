/** Clean-up of API keys. */
import { lt } from "drizzle-orm";
import type { RequestContext } from "../../../platform/runtime.ts";
import { apiKeys } from "./tables.ts";

/** Ms for which an expired key is still listed, so that its owner sees why a server is refused. */
const SHOW_EXPIRED = 30 * 24 * 3600_000;

/** Nightly: deletes keys that expired a while ago. */
export async function purgeApiKeys(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(apiKeys).where(lt(apiKeys.expiresAt, ctx.now() - SHOW_EXPIRED));
}
