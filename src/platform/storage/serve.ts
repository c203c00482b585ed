/** `GET /media/…`: serves objects with validators, ranges, and smaller variants of pictures. */

import { notFound, Refusal } from "../http/errors.ts";
import type { RawRoute } from "../http/mount.ts";
import { matchesEtag } from "../http/responses/conditional.ts";
import { literal } from "../http/text.ts";
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import { MEDIA_PATH, requireAccess } from "./object-access.ts";
import { cleanStored } from "./pictures/intake.ts";
import { MAX_PICTURE, pictureMime } from "./pictures/types.ts";
import { readRange } from "./range.ts";
import { isIncoming } from "./store-upload.ts";

/** Widths to which `?w=` is rounded up: a fixed set limits the number of variants. */
const WIDTHS = [160, 320, 640, 960, 1280, 1920] as const;

/** The format of keys; the bucket throws for other ones. */
const KEY = /^[\w./-]{1,300}$/;

/** Keys cannot be guessed, and the content of a key never changes. */
export const mediaRoute: RawRoute = {
  path: `${MEDIA_PATH}/:key{.+}`,
  async handle(ctx, request, params) {
    const key = params.key ?? "";
    if (!KEY.test(key) || isIncoming(key)) throw notFound();
    const query = new URL(request.url).searchParams;
    const seconds = await requireAccess(ctx, key, query);
    const headers = new Headers({
      "Cache-Control":
        seconds === null ? "public, max-age=31536000, immutable" : `private, max-age=${seconds}`,
      "Content-Security-Policy": "default-src 'none'; sandbox",
      "Cross-Origin-Resource-Policy": "cross-origin",
      "Accept-Ranges": "bytes",
    });
    const width = widthFor(query.get("w"));
    const smaller = width && (await resized(ctx, request, key, width, headers));
    return smaller || original(ctx, request, key, headers);
  },
};

/** The smallest known width that is wide enough; null for the original. */
function widthFor(asked: string | null): number | null {
  if (!asked || !/^\d{1,5}$/.test(asked) || Number(asked) === 0) return null;
  return WIDTHS.find((width) => width >= Number(asked)) ?? null;
}

async function original(
  ctx: RequestContext,
  request: Request,
  key: string,
  headers: Headers,
): Promise<Response> {
  const { bucket } = ctx.runtime;
  const wanted = request.headers.get("range");
  // A range needs the object's size.
  const head = wanted === null ? null : await bucket.head(key);
  if (wanted !== null && !head) throw notFound();
  const fresh = !request.headers.has("if-range") || request.headers.get("if-range") === head?.httpEtag;
  const range = head && fresh ? readRange(wanted, head.size) : null;
  if (head && range === "unsatisfiable") throw unsatisfiable(head.size);
  const slice = range === "unsatisfiable" ? null : range;
  const object = await bucket.get(key, {
    onlyIf: conditionsOf(request),
    ...(slice ? { range: slice } : {}),
  });
  if (!object) throw notFound();
  object.writeHttpMetadata(headers);
  // A browser's PDF viewer does not run in a sandbox.
  if (headers.get("content-type") === "application/pdf") headers.set("Content-Disposition", "attachment");
  headers.set("ETag", object.httpEtag);
  if (!("body" in object))
    return new Response(null, { status: hasPrecondition(request) ? 412 : 304, headers });
  if (!slice) return new Response(object.body, { headers });
  headers.set("Content-Range", `bytes ${slice.offset}-${slice.offset + slice.length - 1}/${object.size}`);
  return new Response(object.body, { status: 206, headers });
}

const TAGS = /^(?:\*|\s*(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*\s*)$/;

/** Valid conditional headers. The bucket throws for invalid ones, which RFC 9110 lets a server ignore. */
function conditionsOf(request: Request): Headers {
  const conditions = new Headers();
  for (const name of ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]) {
    const value = request.headers.get(name);
    if (value === null) continue;
    if (name.endsWith("match") ? TAGS.test(value) : Number.isFinite(Date.parse(value)))
      conditions.set(name, value);
  }
  return conditions;
}

function hasPrecondition(request: Request): boolean {
  return request.headers.has("if-match") || request.headers.has("if-unmodified-since");
}

function unsatisfiable(size: number): Refusal {
  return new Refusal(
    416,
    { detail: literal("The requested range is not in the file.") },
    { "Content-Range": `bytes */${size}` },
  );
}

/** A smaller variant in the original's format; null where none can be made: then the original is served. */
async function resized(
  ctx: RequestContext,
  request: Request,
  key: string,
  width: number,
  headers: Headers,
): Promise<Response | null> {
  const { bucket, images } = ctx.runtime;
  if (!images) return null;
  const object = await bucket.get(key);
  const format = object && pictureMime(object.httpMetadata?.contentType ?? "");
  // A GIF may be animated and stays unchanged. Larger objects are not read whole.
  if (!format || format === "image/gif" || object.size > MAX_PICTURE) {
    await object?.body.cancel();
    return null;
  }
  const etag = `"${object.etag}-w${width}"`;
  if (matchesEtag(request.headers.get("if-none-match"), etag)) {
    await object.body.cancel();
    return new Response(null, { status: 304, headers: withTag(headers, etag) });
  }
  try {
    const picture = images.input(object.body).transform({ width, fit: "scale-down" });
    // The engine applies the orientation. It may keep metadata.
    const made = cleanStored(await (await picture.output({ format })).response().bytes());
    const variant = withTag(headers, etag);
    variant.set("Content-Type", format);
    variant.delete("Accept-Ranges");
    return new Response(made, { headers: variant });
  } catch (error) {
    log("warn", "media.resize", { width }, error);
    // Cached briefly: a later request may succeed.
    headers.set("Cache-Control", "private, max-age=60");
    return null;
  }
}

function withTag(headers: Headers, etag: string): Headers {
  const tagged = new Headers(headers);
  tagged.set("ETag", etag);
  return tagged;
}
