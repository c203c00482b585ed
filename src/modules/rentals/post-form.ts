/** The form of a car post: its picture, and how large it may be. */
import { fileOrNull } from "../../platform/http/input/fields.ts";
import { z } from "../../platform/zod.ts";

/** The picture of a form's `image` parts; some clients send a text part of the same name too. */
export function pictureOf(image: unknown): File | null {
  const files = (Array.isArray(image) ? image : [image]).map(fileOrNull);
  return files.find((file) => file !== null) ?? null;
}

/** The picture in a form; JSON bodies have none. */
export const picturePart = z.unknown().optional().openapi({ type: "string", format: "binary" });

/** A picture of the largest size plus the form's fields; the picture's own limit is exact. */
export const POST_FORM_LIMIT = 16 * 1024 * 1024;
