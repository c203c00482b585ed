/** The key pair that signs Web Push: of the settings, or one that is made once and kept. */
import { eq, sql } from "drizzle-orm";
import { seal, unseal } from "../../../platform/crypto/sealed.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext, Runtime } from "../../../platform/runtime.ts";
import { newVapidPair, type VapidPair } from "./services/signing.ts";
import { pushKeys } from "./tables.ts";

/** The id of the one row. */
const ONLY = 1;

const known = new WeakMap<Runtime, VapidPair>();

/** Null: there is no Web Push. Only development makes a pair of its own; two first starts agree on one. */
export async function vapidPair(ctx: RequestContext): Promise<VapidPair | null> {
  const { push, environment } = ctx.runtime.settings;
  if (push.vapid) return push.vapid;
  if (environment !== "development") return null;
  const pair = known.get(ctx.runtime) ?? (await storedPair(ctx)) ?? (await makePair(ctx));
  known.set(ctx.runtime, pair);
  return pair;
}

const sealingKey = (ctx: RequestContext) => ctx.runtime.keys.sealingKey("push keys");

async function storedPair(ctx: RequestContext): Promise<VapidPair | null> {
  const [row] = await ctx.db.select().from(pushKeys).where(eq(pushKeys.id, ONLY));
  if (!row) return null;
  try {
    return {
      publicKey: row.publicKey,
      privateKey: await unseal(await sealingKey(ctx), row.sealedPrivateKey),
    };
  } catch (error) {
    // Sealed with another signing secret: browsers subscribe again with the new key.
    log("warn", "push.keys", {}, error);
    await ctx.db.run(sql`DELETE FROM push_keys WHERE sealed_private_key = ${row.sealedPrivateKey}`);
    return null;
  }
}

async function makePair(ctx: RequestContext): Promise<VapidPair> {
  const pair = await newVapidPair();
  const sealedPrivateKey = await seal(await sealingKey(ctx), pair.privateKey);
  const row = { id: ONLY, publicKey: pair.publicKey, sealedPrivateKey, createdAt: ctx.now() };
  await ctx.db.insert(pushKeys).values(row).onConflictDoNothing();
  const stored = await storedPair(ctx);
  if (!stored) throw new Error("the push keys were not stored");
  return stored;
}
