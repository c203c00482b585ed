/** Which files are taken: told by their bytes, never by their name or by what their sender says. */

/** Bytes that one file may have. */
export const MAX_PICTURE = 10 * 1024 * 1024;

const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"] as const;
export type PictureMime = (typeof PICTURE_TYPES)[number];

/** A document may also be what a phone or a scanner makes of it. */
const DOCUMENT_TYPES = [...PICTURE_TYPES, "image/heic", "application/pdf"] as const;
export type FileMime = (typeof DOCUMENT_TYPES)[number];

/** `pictures`: what every browser shows. `documents`: also HEIC and PDF. */
export type Accepted = "pictures" | "documents";

const ACCEPTED: Record<Accepted, readonly FileMime[]> = {
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

/** How a file of this type ends its name. */
export const extensionOf = (mime: FileMime) => EXTENSIONS[mime];

/** A media type as it is written here; null when files of that type are not accepted. */
export function acceptedMime(words: string, accepted: Accepted): FileMime | null {
  const type = words
    .trim()
    .toLowerCase()
    .replace(/^image\/jpg$/, "image/jpeg")
    .replace(/^image\/heif$/, "image/heic");
  return ACCEPTED[accepted].find((known) => known === type) ?? null;
}

/** A picture's media type as it is written here; null when it is none. */
export function pictureMime(words: string): PictureMime | null {
  return acceptedMime(words, "pictures") as PictureMime | null;
}

const HEIC_BRANDS = ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1"];

/** What the first bytes say; null when they belong to no type above. */
export function typeOf(bytes: Uint8Array): FileMime | null {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return "image/png";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "image/webp";
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return "image/gif";
  if (ascii(0, 5) === "%PDF-") return "application/pdf";
  if (ascii(4, 8) !== "ftyp") return null;
  // The box names its main brand, a version, and then the brands that it also conforms to.
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const names = ascii(8, Math.min(size, 256)).match(/.{4}/gs) ?? [];
  const brands = names.filter((_, index) => index !== 1);
  if (brands.includes("avif") || brands.includes("avis")) return "image/avif";
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? "image/heic" : null;
}

/** Whether files of this type are accepted. */
export function isAccepted(mime: FileMime, accepted: Accepted): boolean {
  return ACCEPTED[accepted].includes(mime);
}
