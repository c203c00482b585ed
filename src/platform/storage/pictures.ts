/** What a picture is: told by its bytes, never by its name or by what its sender says. */

/** Bytes. */
export const MAX_PICTURE = 10 * 1024 * 1024;

export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"] as const;
export type PictureMime = (typeof PICTURE_TYPES)[number];

/** So many bytes tell a picture's type. */
export const MAGIC_BYTES = 16;

/** A media type as it is written down here; null when it is none of a picture that is taken. */
export function pictureMime(words: string): PictureMime | null {
  const type = words
    .trim()
    .toLowerCase()
    .replace(/^image\/jpg$/, "image/jpeg");
  return PICTURE_TYPES.find((known) => known === type) ?? null;
}

export interface PictureType {
  readonly mime: PictureMime;
  readonly extension: string;
}

/** The picture types that are taken, by what their first bytes say. */
export function pictureType(bytes: Uint8Array): PictureType | null {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff)
    return { mime: "image/jpeg", extension: "jpg" };
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return { mime: "image/png", extension: "png" };
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return { mime: "image/webp", extension: "webp" };
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return { mime: "image/gif", extension: "gif" };
  if (ascii(4, 12) === "ftypavif") return { mime: "image/avif", extension: "avif" };
  return null;
}
