/** Pictures in the bucket that came through the API: checked by the intake, stored under keys that the server makes. */
import { randomToken } from "../crypto/digest.ts";
import { defineEffect } from "../db/effects.ts";
import type { Effect } from "../db/outbox.ts";
import { invalid } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";
import type { Text } from "../http/text.ts";
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import { MEDIA_PATH } from "./object-access.ts";
import { cleanStored, cleanUpload, type PictureFault } from "./pictures/intake.ts";
import { pictureFaults } from "./pictures/messages.ts";
import { extensionOf, type FileMime, MAX_PICTURE, type PictureMime } from "./pictures/types.ts";

export { MAX_PICTURE };

interface PictureLimits {
  /** 10 MiB unless said. */
  readonly maxBytes?: number;
  /** Side in pixels of the square that the stored picture fits into; as it came unless said. */
  readonly box?: number;
}

/** Stores a picture under `folder` and returns its key. Refuses, under `field`, what the intake does not take. */
export async function storePicture(
  ctx: RequestContext,
  folder: string,
  field: string,
  file: File,
  { maxBytes = MAX_PICTURE, box }: PictureLimits = {},
): Promise<string> {
  const refusals: Record<PictureFault, Text> = {
    ...pictureFaults,
    too_large: fill(messages.tooLarge, { limit: maxBytes }),
  };
  // A file that is too large is not read at all.
  if (file.size > maxBytes) throw invalid({ [field]: refusals.too_large });
  const taken = cleanUpload(await file.bytes(), "pictures", maxBytes);
  if (!taken.ok) throw invalid({ [field]: refusals[taken.fault] });
  const kept = box === undefined ? taken : await resizeToBox(ctx, taken, box);
  if (!kept) throw invalid({ [field]: messages.image });
  const key = `${folder}/${randomToken(16)}.${extensionOf(kept.contentType)}`;
  await ctx.runtime.bucket.put(key, kept.bytes, { httpMetadata: { contentType: kept.contentType } });
  return key;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly contentType: FileMime;
}

/** Every engine that reads pictures writes this. */
const PNG = "image/png" as const;

/**
 * The picture with no side longer than `box`, turned as its orientation says, in its own format, or as PNG where the
 * engine reads that one and can't write it, as the local one does with GIF. Null when it can't be read. Without a
 * binding it stays as it is.
 */
async function resizeToBox(ctx: RequestContext, own: Stored, box: number): Promise<Stored | null> {
  const { images } = ctx.runtime;
  if (!images) return own;
  for (const contentType of own.contentType === PNG ? [PNG] : [own.contentType, PNG]) {
    try {
      const picture = images.input(new Blob([own.bytes]).stream());
      const made = await picture
        .transform({ width: box, height: box, fit: "scale-down" })
        .output({ format: contentType as PictureMime });
      // An engine may keep a line about the maker.
      return { bytes: cleanStored(await new Response(made.image()).bytes()), contentType };
    } catch (error) {
      log("warn", "media.fit", { bytes: own.bytes.byteLength, format: contentType }, error);
    }
  }
  return null;
}

/** Deletes an object once the row that named it is gone; a trigger writes such rows too, with the key as address alone. */
export const objectDeletion = defineEffect<{ readonly key: string }>("object", {
  address: ({ key }) => key,
  run: (ctx, _key, address) => ctx.runtime.bucket.delete(address),
});

export const deleteObject = (key: string): Effect => objectDeletion.row({ key });

/** The address of what anybody may see, an avatar; others are `objectUrl`'s. */
export function mediaUrl(ctx: RequestContext, key: string | null): string | null {
  return key && `${ctx.origin}${MEDIA_PATH}/${key}`;
}
