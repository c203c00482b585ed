/**
 * The one intake of uploaded files: detects the type, checks that the file is whole, removes metadata. Every route stores
 * the result of it and nothing else. Pure, and linear in the file's length.
 */
import { readGif } from "./gif.ts";
import { readIsobmff } from "./isobmff.ts";
import { readJpeg } from "./jpeg.ts";
import { readPdf } from "./pdf.ts";
import { readPng } from "./png.ts";
import { edited, type Reading } from "./reading.ts";
import { type Accepted, type FileMime, isAccepted, MAX_PICTURE, typeOf } from "./types.ts";
import { readWebp } from "./webp.ts";

/** Why a file is refused. */
export type PictureFault =
  | "empty"
  | "too_large"
  | "wrong_size"
  | "no_picture"
  | "no_document"
  | "too_many_pixels";

export type IntakeResult =
  | { readonly ok: true; readonly bytes: Uint8Array; readonly contentType: FileMime }
  | { readonly ok: false; readonly fault: PictureFault };

/** Width times height. */
const MAX_PIXELS = 50_000_000;

const READERS: Record<FileMime, (bytes: Uint8Array) => Reading> = {
  "image/jpeg": readJpeg,
  "image/png": readPng,
  "image/webp": readWebp,
  "image/gif": readGif,
  "image/avif": readIsobmff,
  "image/heic": readIsobmff,
  "application/pdf": readPdf,
};

/**
 * The file as it may be stored: whole, at most 50 megapixels, without EXIF (except the orientation), GPS, XMP, IPTC,
 * comments and trailing bytes. Returns the same bytes when there is nothing to remove. A PDF stays unchanged.
 */
export function cleanUpload(bytes: Uint8Array, accepted: Accepted, maxBytes = MAX_PICTURE): IntakeResult {
  if (bytes.length === 0) return { ok: false, fault: "empty" };
  if (bytes.length > maxBytes) return { ok: false, fault: "too_large" };
  const contentType = typeOf(bytes);
  const wrong = { ok: false, fault: accepted === "pictures" ? "no_picture" : "no_document" } as const;
  if (!contentType || !isAccepted(contentType, accepted)) return wrong;
  const reading = READERS[contentType](bytes);
  if (!reading.hasSize || !reading.hasData || reading.end === null) return wrong;
  if (reading.width * reading.height > MAX_PIXELS) return { ok: false, fault: "too_many_pixels" };
  return { ok: true, bytes: edited(reading), contentType };
}

/**
 * Removes metadata from a file that was stored before the intake was strict, as far as its structure can be parsed.
 * Returns the same array when there is nothing to change.
 */
export function cleanStored(bytes: Uint8Array): Uint8Array {
  const type = typeOf(bytes);
  return type ? edited(READERS[type](bytes)) : bytes;
}
