/** What the intake refuses, and that the worst input costs no more than a few passes over it. */
import { describe, expect, test } from "vitest";
import { cleanUpload } from "../../../src/platform/storage/pictures/intake.ts";
import {
  type Bytes,
  be32,
  box,
  gif,
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
  webp,
  webpChunk,
} from "../../harness/pictures/pictures.ts";
import { none } from "./samples.ts";

const faultOf = (bytes: Uint8Array, accepted: "pictures" | "documents" = "pictures") => {
  const taken = cleanUpload(bytes, accepted);
  return taken.ok ? null : taken.fault;
};

function tampered(bytes: Bytes, at: number): Bytes {
  const copy = bytes.slice();
  copy[at] = 9;
  return copy;
}

describe("is refused:", () => {
  test.each(PICTURE_TYPES)("A picture of type %s that is cut off at any byte is refused.", (type) => {
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
  ] as const)("The intake refuses %s.", (_name, bytes, fault) => {
    expect(faultOf(bytes)).toBe(fault);
  });

  test("A PDF without an end and an HTML page are refused as documents.", () => {
    expect(faultOf(pdf().slice(0, -8), "documents")).toBe("no_document");
    expect(faultOf(textBytes("<html></html>"), "documents")).toBe("no_document");
    expect(faultOf(textBytes("%PDF-1.4"), "documents")).toBe("no_document");
  });

  test("A picture of exactly 50 megapixels is accepted.", () => {
    expect(faultOf(png({ width: 10_000, height: 5000 }))).toBeNull();
  });
});

/** The clock does not advance within a test here. Quadratic work on this size takes minutes, and each test's timeout ends it. */
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
    "The worst input of 10 MiB is read in time: %s.",
    (_name, bytes) => {
      expect(() => cleanUpload(bytes, "pictures")).not.toThrow();
    },
    2000,
  );
});
