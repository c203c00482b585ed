/** Stores pictures that come through the API: cleaned by the intake, under keys that the server makes. */
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
  /** Default 10 MiB. */
  readonly maxBytes?: number;
  /** Side in pixels of the square into which the picture is scaled; not scaled by default. */
  readonly box?: number;
}

/** Stores a picture under `folder` and returns its key. Reports a refusal of the intake under `field`. */
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

/** Every image engine can write PNG. */
const PNG = "image/png" as const;

/**
 * Scales a picture so that no side exceeds `box`, and applies its orientation. Keeps the format, or writes PNG where the
 * engine cannot write it (the local engine cannot write GIF). Null when it is unreadable. Unchanged without the binding.
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
      // The engine may keep metadata.
      return { bytes: cleanStored(await new Response(made.image()).bytes()), contentType };
    } catch (error) {
      log("warn", "media.fit", { bytes: own.bytes.byteLength, format: contentType }, error);
    }
  }
  return null;
}

/** Deletes an object after its row is deleted. Triggers write such rows too, with the key as address only. */
export const objectDeletion = defineEffect<{ readonly key: string }>("object", {
  address: ({ key }) => key,
  run: (ctx, _key, address) => ctx.runtime.bucket.delete(address),
});

export const deleteObject = (key: string): Effect => objectDeletion.row({ key });

/** URL of a public object such as an avatar; use `objectUrl` for others. */
export function mediaUrl(ctx: RequestContext, key: string | null): string | null {
  return key && `${ctx.origin}${MEDIA_PATH}/${key}`;
}
