/** The intake: each kind of picture whole and broken, with each kind of metadata, and what the worst input costs. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { cleanStored, cleanUpload } from "../../src/platform/storage/pictures/intake.ts";
import { readOrientation } from "../../src/platform/storage/pictures/orientation.ts";
import {
  type Bytes,
  be16,
  be32,
  box,
  gif,
  gifBlocks,
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
} from "../harness/pictures.ts";

const SECRET = "51.5074N 0.1278W by Ann";
const EXIF = joined(textBytes("Exif\0\0"), tiff({ words: SECRET }));
const XMP = `<?xpacket begin=''?><x:xmpmeta>${SECRET}</x:xmpmeta>`;
const none = new Uint8Array() as Bytes;

/** What holds metadata → the file, and the same without. */
const SECRETS: Record<string, readonly [Bytes, Bytes]> = {
  "EXIF in a JPEG": [jpeg({}, segment(0xe1, EXIF)), jpeg()],
  "several EXIF segments in a JPEG": [jpeg({}, segment(0xe1, EXIF), segment(0xe1, EXIF)), jpeg()],
  "XMP in a JPEG": [jpeg({}, segment(0xe1, textBytes(`http://ns.adobe.com/xap/1.0/\0${XMP}`))), jpeg()],
  "extended XMP in a JPEG": [
    jpeg({}, segment(0xe1, textBytes(`http://ns.adobe.com/xmp/extension/\0${SECRET}`))),
    jpeg(),
  ],
  "IPTC in a JPEG": [jpeg({}, segment(0xed, textBytes(`Photoshop 3.0\0 8BIM${SECRET}`))), jpeg()],
  "a comment in a JPEG": [jpeg({}, segment(0xfe, textBytes(SECRET))), jpeg()],
  "a thumbnail beside JFIF": [jpeg({}, segment(0xe0, textBytes(`JFXX\0\x10${SECRET}`))), jpeg()],
  "a thumbnail in JFIF": [
    jpeg(
      {},
      segment(0xe0, joined(textBytes("JFIF\0\x01\x02\0\0\x01\0\x01\x03\x03"), textBytes(`${SECRET}1234`))),
    ),
    jpeg({}, segment(0xe0, textBytes("JFIF\0\x01\x02\0\0\x01\0\x01\0\0"))),
  ],
  "an unnamed segment with EXIF in a JPEG": [jpeg({}, segment(0xe5, joined(textBytes("own"), EXIF))), jpeg()],
  "EXIF behind a maker's long name in a JPEG": [
    jpeg({}, segment(0xe9, joined(textBytes("A maker of cameras\0"), tiff({ words: SECRET })))),
    jpeg(),
  ],
  "a reserved segment with EXIF in a JPEG": [jpeg({}, segment(0xf0, EXIF)), jpeg()],
  "a list of further pictures behind a JPEG": [
    joined(jpeg({}, segment(0xe2, textBytes("MPF\0MM\0*"))), jpeg({}, segment(0xe1, EXIF))),
    jpeg(),
  ],
  "a film behind a JPEG": [
    joined(jpeg(), box("ftyp", textBytes("mp42")), box("mdat", textBytes(SECRET))),
    jpeg(),
  ],
  "a statement of origin in a JPEG": [jpeg({}, segment(0xeb, textBytes(`JP\0\x01${SECRET}`))), jpeg()],
  "a camera's own segment in a JPEG": [jpeg({}, segment(0xe6, textBytes(`GoPro\0${SECRET}`))), jpeg()],
  "text in a PNG": [png({}, pngChunk("tEXt", textBytes(`Author\0${SECRET}`))), png()],
  "packed text in a PNG": [png({}, pngChunk("zTXt", textBytes(`Author\0\0${SECRET}`))), png()],
  "text of all languages in a PNG": [
    png({}, pngChunk("iTXt", textBytes(`XML:com.adobe.xmp\0${XMP}`))),
    png(),
  ],
  "EXIF in a PNG": [png({}, pngChunk("eXIf", tiff({ words: SECRET }))), png()],
  "the time in a PNG": [png({}, pngChunk("tIME", [7, 0xea, 11, 28, 20, 0, 0])), png()],
  "an unnamed chunk with EXIF in a PNG": [png({}, pngChunk("raWx", EXIF)), png()],
  "EXIF in the end of a PNG": [joined(png().slice(0, -12), pngChunk("IEND", EXIF)), png()],
  "text behind a PNG": [joined(png(), textBytes(SECRET)), png()],
  "EXIF in a WebP": [webp({}, webpChunk("EXIF", EXIF)), noFlags(webp({}, none))],
  "XMP in a WebP": [webp({}, webpChunk("XMP ", textBytes(XMP))), noFlags(webp({}, none))],
  "both, and an unnamed chunk, in a WebP": [
    webp(
      {},
      webpChunk("EXIF", tiff({ words: SECRET })),
      webpChunk("XMP ", textBytes(XMP)),
      webpChunk("rawX", EXIF),
    ),
    noFlags(webp({}, none)),
  ],
  "text behind a WebP": [joined(webp(), textBytes(SECRET)), webp()],
  "a comment in a GIF": [gif({}, gifExtension(0xfe, gifBlocks(textBytes(SECRET)))), gif()],
  "XMP in a GIF": [
    gif({}, gifExtension(0xff, [11] as never, textBytes("XMP DataXMP"), gifBlocks(textBytes(XMP)))),
    gif(),
  ],
  "an unnamed block with EXIF in a GIF": [gif({}, gifExtension(0x77, gifBlocks(EXIF))), gif()],
  "EXIF beside the number of repeats in a GIF": [
    gif({}, gifExtension(0xff, [11] as never, textBytes("NETSCAPE2.0"), gifBlocks(EXIF))),
    gif(),
  ],
  "text behind a GIF": [joined(gif(), textBytes(SECRET)), gif()],
  "EXIF and XMP in an AVIF": [
    isobmff({ exif: `\0\0\0\0${SECRET}`, xmp: XMP }),
    isobmff({ exif: "\0".repeat(4 + SECRET.length), xmp: "\0".repeat(XMP.length), hidden: true }),
  ],
  "a box of XMP beside an AVIF": [
    isobmff({}, box("uuid", Uint8Array.fromHex("be7acfcb97a942e89c71999491e3afac"), textBytes(XMP))),
    isobmff({}, box("free", new Uint8Array(16 + XMP.length))),
  ],
  "a film beside an AVIF": [
    isobmff({}, box("mpvd", textBytes(SECRET))),
    isobmff({}, box("free", new Uint8Array(SECRET.length))),
  ],
  "text behind an AVIF": [joined(isobmff(), textBytes(SECRET)), isobmff()],
  "a description of an AVIF": [
    isobmff({ note: `udes${SECRET}` }),
    isobmff({ note: `free${"\0".repeat(SECRET.length)}` }),
  ],
  "EXIF in a HEIC": [
    isobmff({ brand: "heic", exif: `\0\0\0\0${SECRET}` }),
    isobmff({ brand: "heic", exif: "\0".repeat(4 + SECRET.length), hidden: true }),
  ],
};

/** The extended header of a WebP says nothing of metadata. */
function noFlags(bytes: Bytes): Bytes {
  const copy = bytes.slice();
  copy[20] = 0;
  return copy;
}

const take = (bytes: Uint8Array) => cleanUpload(bytes, "documents");
const faultOf = (bytes: Uint8Array, accepted: "pictures" | "documents" = "pictures") => {
  const taken = cleanUpload(bytes, accepted);
  return taken.ok ? null : taken.fault;
};
const holds = (bytes: Uint8Array, words: string) => new TextDecoder("latin1").decode(bytes).includes(words);

describe("metadata is taken out, and nothing else:", () => {
  test.each(Object.keys(SECRETS))("%s", (name) => {
    const [dirty, clean] = SECRETS[name] ?? [none, none];
    expect(take(clean)).toMatchObject({ ok: true, bytes: clean });
    const taken = take(dirty);
    expect(taken).toMatchObject({ ok: true });
    expect(taken.ok && taken.bytes).toEqual(clean);
    expect(cleanStored(dirty)).toEqual(clean);
  });
});

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

test("A real AVIF shows the same as before, and no reader finds its EXIF and XMP any more.", async () => {
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
    test.each([true, false])(`${name}, little-endian: %s`, (littleEndian) => {
      const taken = take(make(turned(littleEndian)));
      const bytes = taken.ok ? taken.bytes : none;
      expect(holds(bytes, SECRET)).toBe(false);
      const at = new TextDecoder("latin1").decode(bytes).search(littleEndian ? /II\*\0/ : /MM\0\*/);
      expect(readOrientation(bytes, at, bytes.length)?.value).toBe(6);
      // Taken once more it stays as it is, byte for byte.
      expect(take(bytes)).toMatchObject({ ok: true, bytes });
      expect(bytes.length).toBe(make(tiff({ orientation: 6, littleEndian })).length);
    });
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
  ])("%s", (_name, bytes) => {
    const taken = take(bytes);
    expect(taken.ok && taken.bytes).toBe(bytes);
  });
});

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

test("EXIF within a moving picture's frame goes, and all lengths follow", () => {
  const taken = take(moving(webpChunk("EXIF", EXIF)));
  expect(taken.ok && taken.bytes).toEqual(moving());
});

describe("is refused:", () => {
  test.each(PICTURE_TYPES)("%s that is cut off anywhere", (type) => {
    const whole = picture(500, type);
    const padding = whole.length - (whole.findLastIndex((byte) => byte !== 0) + 1);
    for (let length = 1; length < whole.length - padding; length++)
      expect([length, faultOf(whole.slice(0, length))]).toEqual([length, "no_picture"]);
  });

  test.each([
    ["nothing", none, "empty"],
    ["a byte too many", picture(10 * 1024 * 1024 + 1), "too_large"],
    ["a JPEG of nothing but its header", jpeg({ data: 0 }), "no_picture"],
    [
      "a JPEG without a scan",
      joined([0xff, 0xd8], segment(0xc0, [8, 0, 9, 0, 9, 1, 1, 17, 0]), [0xff, 0xd9]),
      "no_picture",
    ],
    [
      "a JPEG without sizes",
      joined([0xff, 0xd8], segment(0xda, [1, 1, 0, 0, 63, 0]), [1, 2, 3, 0xff, 0xd9]),
      "no_picture",
    ],
    ["a JPEG without height", jpeg({ height: 0 }), "no_picture"],
    ["a JPEG of 51 megapixels", jpeg({ width: 10_000, height: 5_100 }), "too_many_pixels"],
    ["a PNG of nothing but its header", png({ data: 0 }), "no_picture"],
    ["a PNG without width", png({ width: 0 }), "no_picture"],
    ["a PNG of four thousand million pixels", png({ width: 65_000, height: 65_000 }), "too_many_pixels"],
    ["a PNG whose header was tampered with", tampered(png(), 19), "no_picture"],
    ["a WebP of 64 megapixels", webp({ width: 8000, height: 8000 }), "too_many_pixels"],
    ["a WebP of nothing but its header", webp({ data: 0 }), "no_picture"],
    ["a GIF of nothing but its header", gif({ data: 0 }), "no_picture"],
    ["a GIF without width", gif({ width: 0 }), "no_picture"],
    ["a GIF of 64 megapixels", gif({ width: 8000, height: 8000 }), "too_many_pixels"],
    ["an AVIF without width", isobmff({ width: 0 }), "no_picture"],
    ["an AVIF of 64 megapixels", isobmff({ width: 8000, height: 8000 }), "too_many_pixels"],
    ["a HEIC as a picture", isobmff({ brand: "heic" }), "no_picture"],
    ["a PDF as a picture", pdf(), "no_picture"],
    ["a page", textBytes("<html></html>"), "no_picture"],
  ] as const)("%s", (_name, bytes, fault) => {
    expect(faultOf(bytes)).toBe(fault);
  });

  test("as a document, a PDF without an end and a page", () => {
    expect(faultOf(pdf().slice(0, -8), "documents")).toBe("no_document");
    expect(faultOf(textBytes("<html></html>"), "documents")).toBe("no_document");
    expect(faultOf(textBytes("%PDF-1.4"), "documents")).toBe("no_document");
  });

  test("exactly 50 megapixels are taken", () => {
    expect(faultOf(png({ width: 10_000, height: 5000 }))).toBeNull();
  });
});

function tampered(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice();
  copy[at] = 9;
  return copy;
}

describe("an old file that is broken is freed of what can be reached:", () => {
  test("a JPEG that breaks off", () => {
    const dirty = jpeg({ data: 500 }, segment(0xe1, EXIF)).slice(0, -100);
    expect(holds(cleanStored(dirty), SECRET)).toBe(false);
    expect(cleanStored(dirty)).toEqual(jpeg({ data: 500 }).slice(0, -100));
  });
  test("what is no picture stays", () => {
    const page = textBytes("<html></html>");
    expect(cleanStored(page)).toBe(page);
  });
});

/** Time stands still within a test here: what is quadratic in this size takes minutes, and the limit of each test ends it. */
describe("the worst input of 10 MiB costs no more than a few passes over it:", () => {
  const LIMIT = 10 * 1024 * 1024;
  const repeated = (part: Uint8Array, head: Uint8Array) => {
    const whole = new Uint8Array(LIMIT);
    whole.set(head);
    for (let at = head.length; at + part.length <= LIMIT; at += part.length) whole.set(part, at);
    return whole;
  };
  /** Each part reaches to the file's end, so that the next one is within it. */
  const nested = (from: number, step: number, part: (left: number, n: number) => Bytes, head: Bytes) => {
    const whole = new Uint8Array(from + step * 300_000);
    whole.set(head);
    if (from === 12) whole.set(le32(whole.length - 8), 4);
    for (let n = 0; n < 300_000; n++) whole.set(part(whole.length - from - n * step, n), from + n * step);
    return whole;
  };
  const zeros = "\0".repeat(1000);
  test.each([
    ["a JPEG of nothing but comments", repeated(segment(0xfe, []), Uint8Array.of(0xff, 0xd8))],
    [
      "a JPEG of segments that are not known",
      repeated(segment(0xe9, textBytes("unknown")), Uint8Array.of(0xff, 0xd8)),
    ],
    [
      "a JPEG whose scan is all escapes",
      joined(jpeg().slice(0, -2), repeated(Uint8Array.of(0xff, 0), none).slice(0, LIMIT - 100), [0xff, 0xd9]),
    ],
    ["a PNG of empty texts", repeated(pngChunk("tEXt", []), png().slice(0, 33))],
    [
      "a PNG of chunks that are not known",
      repeated(pngChunk("unKn", textBytes("12345678")), png().slice(0, 33)),
    ],
    [
      "a WebP of empty chunks",
      joined(
        textBytes("RIFF"),
        le32(LIMIT - 8),
        textBytes("WEBP"),
        repeated(webpChunk("EXIF", []), none).slice(12),
      ),
    ],
    [
      "a GIF of blocks of one byte",
      joined(gif().slice(0, -6), repeated(Uint8Array.of(1, 1), none).slice(0, LIMIT - 100), [0, 0x3b]),
    ],
    ["a GIF of empty comments", repeated(Uint8Array.of(0x21, 0xfe, 0), gif().slice(0, 13))],
    ["an AVIF of empty boxes", repeated(box("free"), isobmff())],
    ["an AVIF whose EXIF is everywhere", isobmff({ exif: zeros }, box("ownX", new Uint8Array(LIMIT - 2000)))],
    ["one unknown chunk of all", png({}, pngChunk("unKn", new Uint8Array(LIMIT - 200).fill(0x45)))],
    [
      "a WebP of frames within frames",
      nested(12, 24, (left) => joined(textBytes("ANMF"), le32(left - 8)), webp().slice(0, 12)),
    ],
    [
      "an AVIF of tracks within tracks",
      nested(24, 8, (left, n) => joined(be32(left), textBytes(n ? "trak" : "moov")), isobmff().slice(0, 24)),
    ],
  ])(
    "%s",
    (_name, bytes) => {
      expect(() => cleanUpload(bytes, "pictures")).not.toThrow();
    },
    2000,
  );
});
