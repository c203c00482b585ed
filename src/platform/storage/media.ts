/** Pictures in the bucket that came through the API: checked, stored under keys that the server makes. */
import { randomToken } from "../crypto/digest.ts";
import type { Effect } from "../db/outbox.ts";
import { invalid } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";
import type { Scope } from "../runtime.ts";
import { MEDIA_PATH } from "./access.ts";
import { MAX_PICTURE, pictureType } from "./pictures.ts";

export { MAX_PICTURE };

/** Stores a picture under `folder` and returns its key. Refuses what is empty, too large or no picture, under `field`. */
export async function storePicture(scope: Scope, folder: string, field: string, file: File): Promise<string> {
  if (file.size === 0) throw invalid({ [field]: messages.emptyFile });
  if (file.size > MAX_PICTURE) throw invalid({ [field]: fill(messages.tooLarge, { limit: MAX_PICTURE }) });
  const bytes = await file.bytes();
  const type = pictureType(bytes);
  if (!type) throw invalid({ [field]: messages.image });
  const key = `${folder}/${randomToken(16)}.${type.extension}`;
  await scope.runtime.bucket.put(key, bytes, { httpMetadata: { contentType: type.mime } });
  return key;
}

/** Deletes an object once the row that named it is gone. */
export function dropObject(key: string): Effect {
  return { kind: "object", address: key, payload: {} };
}

/** The address of what anybody may see, an avatar; others are `objectUrl`'s. */
export function mediaUrl(scope: Scope, key: string | null): string | null {
  return key && `${scope.origin}${MEDIA_PATH}/${key}`;
}
