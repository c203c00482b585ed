/** The intake removes metadata of every kind from every kind of file, and nothing else. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cleanStored, cleanUpload } from "../../../src/platform/storage/pictures/intake.ts";
import { readOrientation } from "../../../src/platform/storage/pictures/orientation.ts";
import {
  type Bytes,
  be16,
  be32,
  box,
  gif,
  gifExtension,
  isobmff,
  joined,
  jpeg,
  le32,
  PICTURE_TYPES,
  pdf,
  picture,
  png,
  pngChunk,
  segment,
  textBytes,
  tiff,
  webp,
  webpChunk,
} from "../../harness/pictures/pictures.ts";
import { EXIF, noFlags, none, SECRET, SECRETS } from "./samples.ts";

const take = (bytes: Uint8Array) => cleanUpload(bytes, "documents");
const holds = (bytes: Uint8Array, words: string) => new TextDecoder("latin1").decode(bytes).includes(words);

/** 16×8 as an encoder writes it, with EXIF of a place and XMP. */
const REAL_AVIF = Uint8Array.fromBase64(
  "AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAAWFtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAEZp" +
    "bG9jAAAAAERAAAMAAQAAAAABhQABAAAAAAAAABsAAgAAAAABoAABAAAAAAAAARwAAwAAAAACvAABAAAAAAAAAFMAAABiaWluZgAAAAAA" +
    "AwAAABVpbmZlAgAAAAABAABhdjAxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAACppbmZlAgAAAQADAABtaW1lAGFwcGxpY2F0aW9uL3Jk" +
    "Zit4bWwAAAAAAA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAABAAAAAIAAAAEHBpeGkA" +
    "AAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAAoaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAA5jZHNjAAMAAQABAAABkm1kYXQS" +
    "AAoIOAy/toCGg0gyDRlCYwTAADQAABCwrW0AAAAGRXhpZgAASUkqAAgAAAAIABIBAwABAAAAAQAAABoBBQABAAAAbgAAABsBBQABAAAA" +
    "dgAAACgBAwABAAAAAgAAABMCAwABAAAAAQAAAJiCAgAQAAAAfgAAAGmHBAABAAAAjgAAACWIBAABAAAA3AAAAAAAAAA4YwAA6AMAADhj" +
    "AADoAwAAU0VDUkVULTUxLjUwNzROAAYAAJAHAAQAAAAwMjEwAZEHAAQAAAABAgMAAKAHAAQAAAAwMTAwAaADAAEAAAD//wAAAqAEAAEA" +
    "AAAQAAAAA6AEAAEAAAAIAAAAAAAAAAIAAQACAAIAAABOAAAAAgAFAAMAAAD6AAAAAAAAADMAAAABAAAAHgAAAAEAAAAAAAAAAQAAADw/" +
    "eHBhY2tldCBiZWdpbj0iIj8+PHg6eG1wbWV0YSB4bWxuczp4PSJhZG9iZTpuczptZXRhLyI+U0VDUkVULTUxLjUwNzROPC94OnhtcG1l" +
    "dGE+",
);

function progressive(): Bytes {
  const scan = joined(segment(0xda, [1, 1, 0, 0, 63, 0]), [1, 0xff, 0, 2, 0xff, 0xd0, 3]);
  const frame = segment(0xc2, [8, ...be16(9), ...be16(9), 1, 1, 0x11, 0]);
  return joined([0xff, 0xd8], frame, scan, segment(0xc4, [0]), scan, [0xff, 0xd9]);
}

function moving(inner: Bytes = none): Bytes {
  const lossless = webpChunk("VP8L", [0x2f, ...le32(7 | (7 << 14)), 1, 2, 3]);
  const frame = webpChunk("ANMF", joined(new Uint8Array(16), lossless, inner));
  const body = joined(
    textBytes("WEBP"),
    webpChunk("VP8X", [2, 0, 0, 0, 7, 0, 0, 7, 0, 0]),
    webpChunk("ANIM", new Uint8Array(6)),
    frame,
    frame,
  );
  return joined(textBytes("RIFF"), le32(body.length), body);
}

describe("metadata is taken out, and nothing else:", () => {
  test.each(Object.keys(SECRETS))("Metadata is removed, and nothing else: %s.", (name) => {
    const [dirty, clean] = SECRETS[name] ?? [none, none];
    expect(take(clean)).toMatchObject({ ok: true, bytes: clean });
    const taken = take(dirty);
    expect(taken).toMatchObject({ ok: true });
    expect(taken.ok && taken.bytes).toEqual(clean);
    expect(cleanStored(dirty)).toEqual(clean);
  });
});

test("A real AVIF looks the same as before, and its EXIF and XMP can't be found any more.", async () => {
  const taken = take(REAL_AVIF);
  const bytes = taken.ok ? taken.bytes : none;
  for (const sign of ["SECRET", "Exif", "xmpmeta"]) {
    expect(holds(REAL_AVIF, sign)).toBe(true);
    expect(holds(bytes, sign)).toBe(false);
  }
  expect(bytes.length).toBe(REAL_AVIF.length);
  const shown = async (picture: Uint8Array) => {
    const made = await env.IMAGES.input(new Blob([joined(picture)]).stream()).output({ format: "image/png" });
    return new Response(made.image()).bytes();
  };
  expect(await shown(bytes)).toEqual(await shown(REAL_AVIF));
  expect(take(bytes)).toMatchObject({ ok: true, bytes });
});

describe("the orientation stays, and nothing else of the EXIF, in", () => {
  const turned = (littleEndian: boolean) => tiff({ orientation: 6, words: SECRET, littleEndian });
  const made: Record<string, (block: Bytes) => Bytes> = {
    "a JPEG": (block) => jpeg({}, segment(0xe1, joined(textBytes("Exif\0\0"), block))),
    "a PNG": (block) => png({}, pngChunk("eXIf", block)),
    "a WebP": (block) => webp({}, webpChunk("EXIF", block)),
  };
  for (const [name, make] of Object.entries(made)) {
    test.each([true, false])(
      `The orientation stays, and nothing else of the EXIF, in ${name}, little-endian: %s.`,
      (littleEndian) => {
        const taken = take(make(turned(littleEndian)));
        const bytes = taken.ok ? taken.bytes : none;
        expect(holds(bytes, SECRET)).toBe(false);
        const at = new TextDecoder("latin1").decode(bytes).search(littleEndian ? /II\*\0/ : /MM\0\*/);
        expect(readOrientation(bytes, at, bytes.length)?.value).toBe(6);
        // Taken once more it stays as it is, byte for byte.
        expect(take(bytes)).toMatchObject({ ok: true, bytes });
        expect(bytes.length).toBe(make(tiff({ orientation: 6, littleEndian })).length);
      },
    );
  }
});

describe("a file without metadata is the same array as before:", () => {
  const icc = [1, 2].map((n) => segment(0xe2, textBytes(`ICC_PROFILE\0${String.fromCharCode(n, 2)}profile`)));
  test.each<readonly [string, Bytes]>([
    ...PICTURE_TYPES.map((type) => [type, picture(3000, type)] as const),
    [
      "a JPEG with a profile in two parts, Adobe's colours and a segment of its own",
      jpeg({}, ...icc, segment(0xee, textBytes("Adobe\0d\0\0\0\0\0\x02")), segment(0xe8, textBytes("own"))),
    ],
    ["a JPEG with padding behind its end", joined(jpeg(), new Uint8Array(50))],
    ["a progressive JPEG", progressive()],
    [
      "a PNG with a chunk of its own",
      png({}, pngChunk("prVt", textBytes("own")), pngChunk("gAMA", be32(45455))),
    ],
    [
      "a PNG that moves",
      png({}, pngChunk("acTL", [...be32(1), ...be32(0)]), pngChunk("fcTL", new Uint8Array(26))),
    ],
    ["a WebP with a chunk of its own", noFlags(webp({}, webpChunk("ownX", textBytes("own"))))],
    ["a WebP that moves", moving()],
    [
      "a GIF that repeats",
      gif({}, gifExtension(0xff, [11] as never, textBytes("NETSCAPE2.0"), [3, 1, 0, 0, 0] as never)),
    ],
    ["an AVIF with a box of its own", isobmff({}, box("ownX", textBytes("own")))],
    ["a PDF, whose metadata stays", pdf(SECRET)],
    ["a HEIC", isobmff({ brand: "heic" })],
  ])("A file without metadata is returned unchanged: %s.", (_name, bytes) => {
    const taken = take(bytes);
    expect(taken.ok && taken.bytes).toBe(bytes);
  });
});

test("EXIF within a frame of an animated WebP is removed, and all lengths are adjusted.", () => {
  const taken = take(moving(webpChunk("EXIF", EXIF)));
  expect(taken.ok && taken.bytes).toEqual(moving());
});

describe("an old file that is broken is freed of what can be reached:", () => {
  test("A stored JPEG that breaks off loses its metadata.", () => {
    const dirty = jpeg({ data: 500 }, segment(0xe1, EXIF)).slice(0, -100);
    expect(holds(cleanStored(dirty), SECRET)).toBe(false);
    expect(cleanStored(dirty)).toEqual(jpeg({ data: 500 }).slice(0, -100));
  });
  test("A stored file that is not a picture is left unchanged.", () => {
    const page = textBytes("<html></html>");
    expect(cleanStored(page)).toBe(page);
  });
});
