/** Stores uploaded files after the intake has cleaned them: from a stream, or from where a presigned PUT left them. */
import type { RequestContext } from "../runtime.ts";
import { cleanUpload, type IntakeResult, type PictureFault } from "./pictures/intake.ts";
import { type Accepted, type FileMime, MAX_PICTURE } from "./pictures/types.ts";

export type StoreResult =
  | { readonly ok: true; readonly size: number; readonly contentType: FileMime }
  | { readonly ok: false; readonly fault: PictureFault };

/**
 * Stores a streamed file. `size` in bytes, if announced, must match exactly. Reads at most that many bytes, or the
 * limit. A refused file leaves no object. Throws errors of the source and the bucket.
 */
export async function storeUpload(
  ctx: RequestContext,
  key: string,
  source: AsyncGenerator<Uint8Array, void>,
  size: number | null,
  accepted: Accepted,
): Promise<StoreResult> {
  const whole = await gather(source, size ?? MAX_PICTURE);
  if (!whole) return { ok: false, fault: size === null ? "too_large" : "wrong_size" };
  if (whole.length > 0 && size !== null && whole.length !== size) return { ok: false, fault: "wrong_size" };
  return put(ctx, key, cleanUpload(whole, accepted));
}

/** Target folder of presigned PUTs. Objects in it are never served. */
const INCOMING = "incoming/";

export const incomingKey = (key: string) => `${INCOMING}${key}`;
export const isIncoming = (key: string) => key.startsWith(INCOMING);

/** Cleans the object of a presigned PUT and stores it under its key. Null without an object. */
export async function storeIncoming(
  ctx: RequestContext,
  key: string,
  size: number | null,
  accepted: Accepted,
): Promise<StoreResult | null> {
  const { bucket } = ctx.runtime;
  const object = await bucket.get(incomingKey(key));
  if (!object) return null;
  if (object.size > MAX_PICTURE || (object.size > 0 && size !== null && object.size !== size)) {
    await object.body.cancel();
    return { ok: false, fault: object.size > MAX_PICTURE ? "too_large" : "wrong_size" };
  }
  return put(ctx, key, cleanUpload(await object.bytes(), accepted));
}

/** Leaves an empty object for a day, so that the same PUT cannot be repeated while its signature is valid. */
export async function closeIncoming(ctx: RequestContext, key: string): Promise<void> {
  await ctx.runtime.bucket.put(incomingKey(key), "");
}

/** Nightly: deletes leftovers of presigned PUTs whose uploads ended long ago. */
export async function purgeIncoming(ctx: RequestContext, before: number): Promise<void> {
  const { bucket } = ctx.runtime;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: INCOMING, limit: 500, ...(cursor ? { cursor } : {}) });
    const old = page.objects.filter(({ uploaded }) => uploaded.getTime() < before).map(({ key }) => key);
    if (old.length > 0) await bucket.delete(old);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
}

async function put(ctx: RequestContext, key: string, taken: IntakeResult): Promise<StoreResult> {
  if (!taken.ok) return taken;
  const { bytes, contentType } = taken;
  await ctx.runtime.bucket.put(key, bytes, { httpMetadata: { contentType } });
  return { ok: true, size: bytes.length, contentType };
}

/** The whole content; null when it exceeds `limit` bytes. */
async function gather(source: AsyncGenerator<Uint8Array, void>, limit: number): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
