/** Puts a file into the bucket once the intake has taken it: while it arrives, or from where a signed PUT left it. */
import type { RequestContext } from "../runtime.ts";
import { cleanUpload, type IntakeResult, type PictureFault } from "./pictures/intake.ts";
import { type Accepted, type FileMime, MAX_PICTURE } from "./pictures/types.ts";

export type StoreResult =
  | { readonly ok: true; readonly size: number; readonly contentType: FileMime }
  | { readonly ok: false; readonly fault: PictureFault };

/**
 * `size` in bytes when it is announced: a byte more or less is refused. Reads no further than that, or than the limit.
 * What is refused leaves no object. Throws what the source or the bucket throws.
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

/** Signed PUTs come here, past the Worker: nothing in this folder is ever served. */
const INCOMING = "incoming/";

export const incomingKey = (key: string) => `${INCOMING}${key}`;
export const isIncoming = (key: string) => key.startsWith(INCOMING);

/** Copies what a signed PUT brought to its key, as the intake gives it back. Null when nothing was brought. */
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

/** An empty object stays for a day, so that the same PUT can't come again while its signature is good. */
export async function closeIncoming(ctx: RequestContext, key: string): Promise<void> {
  await ctx.runtime.bucket.put(incomingKey(key), "");
}

/** Nightly: deletes what signed PUTs left behind. Their uploads are over long before. */
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

/** All of it; null when it is more than `limit` bytes. */
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
