/** Pictures in the bucket that came through the API: checked, stored under keys that the server makes. */
import { randomToken } from "../crypto/digest.ts";
import type { Effect } from "../db/outbox.ts";
import { invalid } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";
import { log } from "../log.ts";
import type { Scope } from "../runtime.ts";
import { MEDIA_PATH } from "./access.ts";
import { MAX_PICTURE, type PictureMime, pictureType } from "./pictures.ts";

export { MAX_PICTURE };

interface PictureLimits {
  /** 10 MiB unless said. */
  readonly maxBytes?: number;
  /** Side in pixels of the square that the stored picture fits into; as it came unless said. */
  readonly box?: number;
}

/** Stores a picture under `folder` and returns its key. Refuses what is empty, too large or no picture, under `field`. */
export async function storePicture(
  scope: Scope,
  folder: string,
  field: string,
  file: File,
  { maxBytes = MAX_PICTURE, box }: PictureLimits = {},
): Promise<string> {
  if (file.size === 0) throw invalid({ [field]: messages.emptyFile });
  if (file.size > maxBytes) throw invalid({ [field]: fill(messages.tooLarge, { limit: maxBytes }) });
  const bytes = await file.bytes();
  const type = pictureType(bytes);
  if (!type) throw invalid({ [field]: messages.image });
  const kept = box === undefined ? bytes : await fitted(scope, bytes, type.mime, box);
  if (!kept) throw invalid({ [field]: messages.image });
  const key = `${folder}/${randomToken(16)}.${type.extension}`;
  await scope.runtime.bucket.put(key, kept, { httpMetadata: { contentType: type.mime } });
  return key;
}

/** The picture in its own format, no side longer than `box`; null when it can't be read. Without a binding it stays as it is. */
async function fitted(
  { runtime: { images } }: Scope,
  bytes: Uint8Array,
  format: PictureMime,
  box: number,
): Promise<Uint8Array | null> {
  if (!images) return bytes;
  try {
    const picture = images.input(new Blob([bytes]).stream());
    const made = await picture.transform({ width: box, height: box, fit: "scale-down" }).output({ format });
    return await new Response(made.image()).bytes();
  } catch (error) {
    log("warn", "media.fit", { bytes: bytes.byteLength }, error);
    return null;
  }
}

/** Deletes an object once the row that named it is gone. */
export function dropObject(key: string): Effect {
  return { kind: "object", address: key, payload: {} };
}

/** The address of what anybody may see, an avatar; others are `objectUrl`'s. */
export function mediaUrl(scope: Scope, key: string | null): string | null {
  return key && `${scope.origin}${MEDIA_PATH}/${key}`;
}
