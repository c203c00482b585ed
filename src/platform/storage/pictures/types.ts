/** Accepted file types, detected by content, never by name or declared type. */

/** Maximum size of a file in bytes. */
export const MAX_PICTURE = 10 * 1024 * 1024;

/** A form with one file of the largest size, and its other fields, bytes. */
export const FILE_FORM_LIMIT = MAX_PICTURE + 2 * 1024 * 1024;

const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"] as const;
export type PictureMime = (typeof PICTURE_TYPES)[number];

/** Documents may also be HEIC (phones) and PDF (scanners). */
const DOCUMENT_TYPES = [...PICTURE_TYPES, "image/heic", "application/pdf"] as const;
export type FileMime = (typeof DOCUMENT_TYPES)[number];

/** `pictures`: types that every browser shows. `documents`: also HEIC and PDF. */
export type Accepted = "pictures" | "documents";

export const ACCEPTED_TYPES: Record<Accepted, readonly FileMime[]> = {
  pictures: PICTURE_TYPES,
  documents: DOCUMENT_TYPES,
};

const EXTENSIONS: Record<FileMime, string> = {
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/avif": "avif",
  "image/heic": "heic",
  "application/pdf": "pdf",
};

/** File name extension of a type. */
export const extensionOf = (mime: FileMime) => EXTENSIONS[mime];

/** A media type in canonical spelling; null when files of that type are not accepted. */
export function acceptedMime(words: string, accepted: Accepted): FileMime | null {
  const type = words
    .trim()
    .toLowerCase()
    .replace(/^image\/jpg$/, "image/jpeg")
    .replace(/^image\/heif$/, "image/heic");
  return ACCEPTED_TYPES[accepted].find((known) => known === type) ?? null;
}

/** A picture's media type in canonical spelling; null for other types. */
export function pictureMime(words: string): PictureMime | null {
  return acceptedMime(words, "pictures") as PictureMime | null;
}

const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"];

/** The type by the first bytes; null for an unknown one. */
export function typeOf(bytes: Uint8Array): FileMime | null {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return "image/gif";
  if (ascii(0, 5) === "%PDF-") return "application/pdf";
  if (ascii(4, 8) !== "ftyp") return null;
  // The box holds the major brand, a version, and the compatible brands.
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const names = ascii(8, Math.min(size, 256)).match(/.{4}/gs) ?? [];
  const brands = names.filter((_, index) => index !== 1);
  if (brands.includes("avif") || brands.includes("avis")) return "image/avif";
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? "image/heic" : null;
}

/** Whether files of this type are accepted. */
export function isAccepted(mime: FileMime, accepted: Accepted): boolean {
  return ACCEPTED_TYPES[accepted].includes(mime);
}
