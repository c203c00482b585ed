/** Cleans an object that is already in the bucket, in place. */
import { log } from "../../log.ts";
import type { RequestContext } from "../../runtime.ts";
import { cleanStored } from "./intake.ts";
import { MAX_PICTURE } from "./types.ts";

/** True when the object was changed. An object that was replaced or deleted meanwhile is not written. */
export async function cleanObject(ctx: RequestContext, key: string): Promise<boolean> {
  const { bucket } = ctx.runtime;
  const object = await bucket.get(key);
  if (!object) return false;
  if (object.size > MAX_PICTURE) {
    await object.body.cancel();
    log("warn", "files.clean", { key, size: object.size });
    return false;
  }
  const bytes = await object.bytes();
  const cleaned = cleanStored(bytes);
  if (cleaned === bytes) return false;
  await bucket.put(key, cleaned, {
    onlyIf: { etagMatches: object.etag },
    ...(object.httpMetadata ? { httpMetadata: object.httpMetadata } : {}),
    ...(object.customMetadata ? { customMetadata: object.customMetadata } : {}),
  });
  return true;
}
