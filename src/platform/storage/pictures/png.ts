/** PNG and APNG: chunks. https://www.w3.org/TR/png-3/ */
import { orientationBlock, readOrientation } from "./orientation.ts";
import { ascii, holdsMetadata, Reading, u32 } from "./reading.ts";

/** Texts, EXIF in its present and its former spelling, the time of change, and the statement of origin (C2PA). */
const METADATA = new Set(["tEXt", "zTXt", "iTXt", "eXIf", "exIf", "zxIf", "tIME", "caBX"]);
/** What the standards name and what shows: its bytes are not searched for metadata. */
const PICTURE = new Set(
  "IHDR PLTE IDAT IEND acTL fcTL fdAT bKGD cHRM cICP cLLI gAMA gIFg hIST iCCP iDOT mDCV oFFs pCAL pHYs sBIT sCAL sPLT sRGB sTER tRNS".split(
    " ",
  ),
);
const NAME = /^[A-Za-z]{4}$/;
const HEADER = 8;
const CRC = 4;

export function readPng(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  let oriented = false;
  // Apple's chunk tells how far the second half of the data is from it: nothing between them may go.
  let distance: { from: number; to: number; edits: number } | null = null;
  for (let at = HEADER; ; ) {
    const length = u32(bytes, at);
    const name = ascii(bytes, at + 4, 4);
    const data = at + 8;
    const to = data + length + CRC;
    if (!reading.part() || !NAME.test(name) || to > bytes.length) return reading;
    // The header comes first and once.
    if ((name === "IHDR") !== (at === HEADER)) return reading;
    if (name === "IHDR") {
      if (length !== 13 || u32(bytes, to - CRC) !== crc32(bytes, at + 4, to - CRC)) return reading;
      reading.size(u32(bytes, data), u32(bytes, data + 4));
    }
    if (name === "iDOT") distance = { from: at, to, edits: reading.edits.length };
    if (name === "IDAT" && length > 0) {
      if (!reading.hasData && distance && reading.edits.length > distance.edits)
        reading.edits.push({ from: distance.from, to: distance.to, bytes: new Uint8Array() });
      reading.hasData = true;
    }
    const orientation = name === "eXIf" && !oriented ? readOrientation(bytes, data, to - CRC) : null;
    if (orientation) {
      reading.replace(at, to, chunk("eXIf", orientationBlock(orientation)));
      oriented = true;
    } else if (METADATA.has(name) || (!PICTURE.has(name) && holdsMetadata(bytes, data, to - CRC))) {
      reading.remove(at, to);
    }
    at = to;
    if (name === "IEND") {
      if (length > 0) reading.replace(at - length - 12, at, chunk("IEND", new Uint8Array()));
      reading.end = at;
      return reading;
    }
  }
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const whole = new Uint8Array(8 + data.length + CRC);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  whole.set(new TextEncoder().encode(name), 4);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc32(whole, 4, 8 + data.length));
  return whole;
}

/** CRC-32 (ISO 3309), bit by bit: only headers and orientations are that short. */
function crc32(bytes: Uint8Array, from: number, to: number): number {
  let value = 0xffffffff;
  for (let at = from; at < to; at++) {
    value ^= bytes[at] ?? 0;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}
