/** Pictures in the bucket: told by their bytes, stored under keys that the server makes, served with validators. */
import { randomToken } from "../crypto/digest.ts";
import type { Effect } from "../db/outbox.ts";
import { invalid, notFound } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";
import type { RawRoute } from "../http/mount.ts";
import type { Scope } from "../runtime.ts";

/** Bytes. */
export const MAX_PICTURE = 10 * 1024 * 1024;

const MEDIA_PATH = "/media";

/** The picture types that are taken, by what their first bytes say. */
export function pictureType(bytes: Uint8Array): { mime: string; extension: string } | null {
  const ascii = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff)
    return { mime: "image/jpeg", extension: "jpg" };
  if (ascii(0, 8) === "\x89PNG\r\n\x1a\n") return { mime: "image/png", extension: "png" };
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return { mime: "image/webp", extension: "webp" };
  if (/^GIF8[79]a$/.test(ascii(0, 6))) return { mime: "image/gif", extension: "gif" };
  if (ascii(4, 12) === "ftypavif") return { mime: "image/avif", extension: "avif" };
  return null;
}

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

export function mediaUrl(scope: Scope, key: string | null): string | null {
  return key && `${scope.origin}${MEDIA_PATH}/${key}`;
}

/** `GET /media/…`: keys can't be guessed and never change their content. */
export const mediaRoute: RawRoute = {
  path: `${MEDIA_PATH}/:key{.+}`,
  async handle(scope, request, params) {
    const object = await scope.runtime.bucket.get(params.key ?? "", {
      onlyIf: request.headers,
      range: request.headers,
    });
    if (!object) throw notFound();
    const headers = new Headers({
      ETag: object.httpEtag,
      "Cache-Control": "public, max-age=31536000, immutable",
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "Cross-Origin-Resource-Policy": "cross-origin",
    });
    object.writeHttpMetadata(headers);
    if (!("body" in object)) return new Response(null, { status: 304, headers });
    const range = rangeOf(object);
    if (!range || !request.headers.has("range")) return new Response(object.body, { headers });
    headers.set("Content-Range", `bytes ${range.offset}-${range.offset + range.length - 1}/${object.size}`);
    return new Response(object.body, { status: 206, headers });
  },
};

function rangeOf({ range, size }: R2ObjectBody): { offset: number; length: number } | null {
  if (!range) return null;
  if ("suffix" in range)
    return { offset: Math.max(0, size - range.suffix), length: Math.min(size, range.suffix) };
  const offset = range.offset ?? 0;
  return { offset, length: range.length ?? size - offset };
}
