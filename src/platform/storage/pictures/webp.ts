/** WebP: chunks in a RIFF container. https://developers.google.com/speed/webp/docs/riff_container, RFC 9649. */
import { orientationBlock, readOrientation } from "./orientation.ts";
import { ascii, holdsMetadata, Reading, u16le, u32le } from "./reading.ts";

const PICTURE = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]);
/** Bits of the extended header that say what else is in the file. */
const [HAS_EXIF, HAS_XMP] = [0x08, 0x04];
const CHUNK_HEADER = 8;
/** Place, size and duration of an animation's frame, before its chunks. */
const FRAME_HEADER = 16;

/** The container says how long it is; what follows that is no part of the picture. */
export function readWebp(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  const end = 8 + u32le(bytes, 4);
  if (end > bytes.length) return reading;
  const walk = new Walk(reading);
  if (!walk.chunks(12, end)) return reading;
  if (walk.flagsAt !== null && walk.removed) {
    const flags = (bytes[walk.flagsAt] ?? 0) & ~(HAS_EXIF | HAS_XMP);
    reading.replace(walk.flagsAt, walk.flagsAt + 1, Uint8Array.of(flags | (walk.oriented ? HAS_EXIF : 0)));
  }
  const growth = reading.growth();
  if (growth !== 0) reading.replace(4, 8, littleEndian(end - 8 + growth));
  reading.end = end;
  return reading;
}

class Walk {
  /** Where the extended header's flags are. */
  flagsAt: number | null = null;
  removed = false;
  oriented = false;
  /** A frame holds no frames. */
  #inFrame = false;

  constructor(readonly reading: Reading) {}

  /** False when the structure is broken. */
  chunks(from: number, to: number): boolean {
    for (let at = from; at < to; ) {
      const { bytes } = this.reading;
      const size = u32le(bytes, at + 4);
      const data = at + CHUNK_HEADER;
      // A chunk begins at an even place; the last one's filler may be missing.
      const next = Math.min(data + size + (size & 1), to);
      if (!this.reading.part() || data + size > to) return false;
      if (!this.#chunk(ascii(bytes, at, 4), at, data, data + size, next)) return false;
      at = next;
    }
    return true;
  }

  #chunk(name: string, at: number, data: number, to: number, next: number): boolean {
    const { reading } = this;
    const { bytes } = reading;
    if (name === "VP8X") {
      // Decoders want exactly this many.
      if (to - data !== 10) return false;
      this.flagsAt = data;
      reading.size(u24(bytes, data + 4) + 1, u24(bytes, data + 7) + 1);
    } else if (name === "VP8 ") {
      if (ascii(bytes, data + 3, 3) !== "\x9d\x01\x2a") return false;
      reading.size(u16le(bytes, data + 6) & 0x3fff, u16le(bytes, data + 8) & 0x3fff);
      reading.hasData ||= to - data > 10;
    } else if (name === "VP8L") {
      if (bytes[data] !== 0x2f) return false;
      const packed = u32le(bytes, data + 1);
      reading.size((packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1);
      reading.hasData ||= to - data > 5;
    } else if (name === "ANMF") {
      return this.#frame(at, data, to);
    } else if (name === "ANIM" && to - data > 6) {
      // A colour and a number of repeats; decoders pass over what follows.
      const chunk = Uint8Array.from(bytes.subarray(at, data + 6));
      chunk.set(littleEndian(6), 4);
      reading.replace(at, next, chunk);
    } else if (name === "EXIF") this.#exif(at, data, to, next);
    else if (name === "XMP " || (!PICTURE.has(name) && holdsMetadata(bytes, data, to))) {
      reading.remove(at, next);
      this.removed = true;
    }
    return true;
  }

  #exif(at: number, data: number, to: number, next: number): void {
    const { bytes } = this.reading;
    const block = ascii(bytes, data, 6) === "Exif\0\0" ? data + 6 : data;
    const orientation = this.oriented ? null : readOrientation(bytes, block, to);
    this.removed = true;
    if (!orientation) {
      this.reading.remove(at, next);
      return;
    }
    this.oriented = true;
    const exif = orientationBlock(orientation);
    const chunk = new Uint8Array(CHUNK_HEADER + exif.length);
    chunk.set(new TextEncoder().encode("EXIF"));
    chunk.set(littleEndian(exif.length), 4);
    chunk.set(exif, CHUNK_HEADER);
    this.reading.replace(at, next, chunk);
  }

  /** A frame of an animation holds chunks of its own. */
  #frame(at: number, data: number, to: number): boolean {
    const { reading } = this;
    const before = reading.edits.length;
    if (to - data < FRAME_HEADER || this.#inFrame) return false;
    this.#inFrame = true;
    if (!this.chunks(data + FRAME_HEADER, to)) return false;
    this.#inFrame = false;
    const growth = reading.growth(before);
    if (growth !== 0) reading.replace(at + 4, at + 8, littleEndian(to - data + growth));
    return true;
  }
}

function u24(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) + (bytes[at + 2] ?? 0) * 0x10000;
}

function littleEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
