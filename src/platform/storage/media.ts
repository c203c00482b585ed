/** Pictures in the bucket that came through the API: checked, stored under keys that the server makes. */
import { randomToken } from "../crypto/digest.ts";
import { defineEffect } from "../db/effects.ts";
import type { Effect } from "../db/outbox.ts";
import { invalid } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";
import { log } from "../log.ts";
import type { Scope } from "../runtime.ts";
import { MEDIA_PATH } from "./access.ts";
import { MAX_PICTURE, type PictureType, pictureType } from "./pictures.ts";

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
  const kept = box === undefined ? { bytes, type } : await fitted(scope, bytes, type, box);
  if (!kept) throw invalid({ [field]: messages.image });
  const key = `${folder}/${randomToken(16)}.${kept.type.extension}`;
  await scope.runtime.bucket.put(key, kept.bytes, { httpMetadata: { contentType: kept.type.mime } });
  return key;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly type: PictureType;
}

/** Every engine that reads pictures writes this. */
const PNG: PictureType = { mime: "image/png", extension: "png" };

/**
 * The picture with no side longer than `box`, in its own format, or as PNG where the engine reads that one and can't
 * write it, as the local one does with GIF. Null when it can't be read. Without a binding it stays as it is.
 */
async function fitted(
  scope: Scope,
  bytes: Uint8Array,
  own: PictureType,
  box: number,
): Promise<Stored | null> {
  const { images } = scope.runtime;
  if (!images) return { bytes, type: own };
  for (const type of own.mime === PNG.mime ? [own] : [own, PNG]) {
    try {
      const picture = images.input(new Blob([bytes]).stream());
      const made = await picture
        .transform({ width: box, height: box, fit: "scale-down" })
        .output({ format: type.mime });
      return { bytes: await new Response(made.image()).bytes(), type };
    } catch (error) {
      log("warn", "media.fit", { bytes: bytes.byteLength, format: type.mime }, error);
    }
  }
  return null;
}

/** Deletes an object once the row that named it is gone; a trigger writes such rows too, with the key as address alone. */
export const objectDropped = defineEffect<{ readonly key: string }>("object", {
  address: ({ key }) => key,
  run: (scope, _key, address) => scope.runtime.bucket.delete(address),
});

export const dropObject = (key: string): Effect => objectDropped.row({ key });

/** The address of what anybody may see, an avatar; others are `objectUrl`'s. */
export function mediaUrl(scope: Scope, key: string | null): string | null {
  return key && `${scope.origin}${MEDIA_PATH}/${key}`;
}
