/** JPEG: segments and scans. ITU-T T.81, annex B; application segments as listed by ExifTool (https://exiftool.org/TagNames/JPEG.html). */
import { orientationBlock, readOrientation } from "./orientation.ts";
import { ascii, holdsMetadata, Reading, u16 } from "./reading.ts";

const [SOI, EOI, SOS, COM, TEM] = [0xd8, 0xd9, 0xda, 0xfe, 0x01];
const [APP0, APP1, APP2, APP13] = [0xe0, 0xe1, 0xe2, 0xed];
const EXIF = "Exif\0\0";
/** Length of a JFIF segment that carries no thumbnail. */
const JFIF_LENGTH = 16;

/** Prefixes of application segments that hold only metadata. */
const METADATA = [
  "JFXX\0",
  "MPF\0",
  "FPXR\0",
  "Meta\0",
  "META\0",
  "RMETA\0",
  "Exif",
  "SamsungUniqueID",
  "Samsung",
  "GoPro\0",
  "PENTAX",
  "HUAWEI",
  "Qualcomm",
  "DJI",
  "UNICODE\0",
  "Ducky",
  "PictureInfo",
  "[picture info]",
  "Media Jukebox",
  "JP",
];

/** Walks from marker to marker. Bytes after the end (motion photos, further pictures with EXIF) do not belong to the picture. */
export function readJpeg(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  let oriented = false;
  let at = 2;
  for (;;) {
    const from = at;
    if (bytes[at] !== 0xff || !reading.part()) return reading;
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at] ?? 0;
    at += 1;
    if (marker === EOI) {
      reading.end = at;
      return reading;
    }
    if (marker === TEM || isRestart(marker)) continue;
    const length = u16(bytes, at);
    const to = at + length;
    if (marker === 0 || marker === SOI || length < 2 || to > bytes.length) return reading;
    if (isFrame(marker)) {
      // A second frame means a hierarchical picture, which no browser shows.
      if (reading.width > 0 || length < 8) return reading;
      reading.size(u16(bytes, at + 5), u16(bytes, at + 3));
    }
    if (marker === APP1 && !oriented && !reading.hasData && ascii(bytes, at + 2, 6) === EXIF) {
      const orientation = readOrientation(bytes, at + 8, to);
      if (orientation) {
        reading.replace(from, to, exifSegment(orientationBlock(orientation)));
        oriented = true;
      } else reading.remove(from, to);
    } else if (marker === APP0 && length > JFIF_LENGTH && ascii(bytes, at + 2, 5) === "JFIF\0") {
      reading.replace(from, to, withoutThumbnail(bytes.subarray(at, at + JFIF_LENGTH)));
    } else if (isMetadata(bytes, marker, at + 2, to)) reading.remove(from, to);
    at = to;
    if (marker === SOS) {
      if (reading.width === 0) return reading;
      at = endOfScan(bytes, to);
      reading.hasData ||= at > to;
    }
  }
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** Start of frame: C0 to CF except the tables C4 and CC and the reserved C8. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function isMetadata(bytes: Uint8Array, marker: number, from: number, to: number): boolean {
  if (marker === COM || marker === APP1 || marker === APP13) return true;
  // C0 to DE are the picture's tables and frames; the rest is reserved, or belongs to applications.
  if (marker >= 0xc0 && marker <= 0xde) return false;
  const head = ascii(bytes, from, Math.min(16, to - from));
  if (marker === APP0 && head.startsWith("JFIF\0")) return false;
  if (marker === APP2 && head.startsWith("ICC_PROFILE\0")) return false;
  return METADATA.some((sign) => head.startsWith(sign)) || holdsMetadata(bytes, from, to);
}

/** Where the next marker stands: within a scan, 0xFF is followed by 0 or by a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) {
      at += 1;
      continue;
    }
    const next = bytes[at + 1];
    if (next === 0 || (next !== undefined && isRestart(next))) at += 2;
    else if (next === 0xff) at += 1;
    else return at;
  }
  return at;
}

function exifSegment(block: Uint8Array): Uint8Array {
  const segment = new Uint8Array(4 + EXIF.length + block.length);
  segment.set([0xff, APP1, 0, segment.length - 2]);
  segment.set(new TextEncoder().encode(EXIF), 4);
  segment.set(block, 4 + EXIF.length);
  return segment;
}

/** A JFIF segment without its thumbnail, made from the first bytes after the marker. */
function withoutThumbnail(head: Uint8Array): Uint8Array {
  const segment = new Uint8Array(2 + JFIF_LENGTH);
  segment.set([0xff, APP0]);
  segment.set(head, 2);
  segment.set([0, JFIF_LENGTH], 2);
  segment.set([0, 0], JFIF_LENGTH);
  return segment;
}
