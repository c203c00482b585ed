/** `Idempotency-Key`: the same key, caller and body get the stored response; another body gets 422. Kept for 24 hours. */
import { and, eq, isNull, lt, or } from "drizzle-orm";
import { sha256 } from "../crypto/digest.ts";
import { seal, unseal } from "../crypto/sealed.ts";
import { idempotencyKeys } from "../db/tables.ts";
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import type { Caller } from "./caller.ts";
import { Refusal, refuse } from "./errors.ts";
import { messages } from "./messages.ts";

export const KEY_LIFETIME = 24 * 3600_000;
/** Ms after which a request without a response counts as dead, and a retry may run. */
const LEASE = 60_000;

export interface StoredResponse {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/**
 * Runs `work` once for a key. Responses below 500 are stored, encrypted with a key derived from the client's (they may
 * hold tokens); after any other outcome the key is free again.
 */
export async function once(
  ctx: RequestContext,
  request: { key: string; caller: Caller | null; route: string; body: unknown },
  work: () => Promise<StoredResponse>,
): Promise<StoredResponse & { replayed: boolean }> {
  if (!/^[\x21-\x7e]{1,255}$/.test(request.key)) throw refuse(400, messages.keyFormat);
  const who = request.caller ? `user:${request.caller.userId}` : "anonymous";
  const id = await ctx.runtime.keys.hmac("idempotency", who, request.route, request.key);
  const requestHash = await sha256(await fingerprint(request.body));
  const mine = await reserve(ctx, id, requestHash);
  if (!mine) {
    const stored = await recall(ctx, id, requestHash, request.key);
    return { ...stored, replayed: true };
  }
  const answer = await work().catch(async (error) => {
    await release(ctx, id);
    throw error;
  });
  if (answer.status < 500) await store(ctx, id, request.key, answer);
  else await release(ctx, id);
  return { ...answer, replayed: false };
}

/** True when this request is the first, or takes over from a dead one. */
async function reserve(ctx: RequestContext, id: string, requestHash: string): Promise<boolean> {
  const now = ctx.now();
  const taken = await ctx.db
    .insert(idempotencyKeys)
    .values({ id, requestHash, createdAt: now })
    .onConflictDoUpdate({
      target: idempotencyKeys.id,
      set: { requestHash, createdAt: now, status: null, answer: null },
      setWhere: or(
        lt(idempotencyKeys.createdAt, now - KEY_LIFETIME),
        and(
          isNull(idempotencyKeys.status),
          eq(idempotencyKeys.requestHash, requestHash),
          lt(idempotencyKeys.createdAt, now - LEASE),
        ),
      ),
    })
    .returning({ id: idempotencyKeys.id });
  return taken.length > 0;
}

async function recall(
  ctx: RequestContext,
  id: string,
  requestHash: string,
  key: string,
): Promise<StoredResponse> {
  const [row] = await ctx.db.select().from(idempotencyKeys).where(eq(idempotencyKeys.id, id));
  if (row && row.requestHash !== requestHash) throw refuse(422, messages.keyReused);
  if (!row?.answer) throw new Refusal(409, { detail: messages.keyBusy }, { "Retry-After": "1" });
  return JSON.parse(await unseal(await keyTo(ctx, id, key), row.answer)) as StoredResponse;
}

/** A failure here does not undo the work: the response is sent, and the key stays reserved, so nothing runs twice. */
async function store(ctx: RequestContext, id: string, key: string, answer: StoredResponse): Promise<void> {
  try {
    await ctx.db
      .update(idempotencyKeys)
      .set({ status: answer.status, answer: await seal(await keyTo(ctx, id, key), JSON.stringify(answer)) })
      .where(eq(idempotencyKeys.id, id));
  } catch (error) {
    log("warn", "idempotency.store", { requestId: ctx.requestId }, error);
  }
}

async function release(ctx: RequestContext, id: string): Promise<void> {
  await ctx.db.delete(idempotencyKeys).where(eq(idempotencyKeys.id, id));
}

/** Deletes keys older than 24 hours. */
export async function purgeIdempotencyKeys(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, ctx.now() - KEY_LIFETIME));
}

/** Only the client's own Idempotency-Key decrypts its response. */
function keyTo(ctx: RequestContext, id: string, key: string): Promise<CryptoKey> {
  return ctx.runtime.keys.sealingKey(`answer:${id}:${key}`);
}

/** The body in canonical form: keys sorted, files by their hash. */
async function fingerprint(body: unknown): Promise<string> {
  const files = new Map<File, string>();
  for (const file of filesIn(body)) files.set(file, await sha256(await file.bytes()));
  return canonical(body, files);
}

function* filesIn(value: unknown): Generator<File> {
  if (value instanceof File) yield value;
  else if (value !== null && typeof value === "object")
    for (const inner of Object.values(value)) yield* filesIn(inner);
}

function canonical(value: unknown, files: ReadonlyMap<File, string>): string {
  if (value instanceof File) return `file:${value.name}:${value.type}:${files.get(value)}`;
  if (Array.isArray(value)) return `[${value.map((inner) => canonical(inner, files)).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner, files)}`).join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
