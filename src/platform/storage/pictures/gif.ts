/** GIF: blocks. https://www.w3.org/Graphics/GIF/spec-gif89a.txt */
import { ascii, holdsMetadata, Reading, u16le } from "./reading.ts";

const [EXTENSION, IMAGE, TRAILER] = [0x21, 0x2c, 0x3b];
const [COMMENT, APPLICATION] = [0xfe, 0xff];
/** Applications whose blocks are a colour profile: its bytes are not searched for metadata. */
const PROFILES = new Set(["ICCRGBG1012"]);

export function readGif(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  reading.size(u16le(bytes, 6), u16le(bytes, 8));
  let at = 13 + tableLength(bytes[10]);
  while (reading.part()) {
    const from = at;
    const kind = bytes[at];
    if (kind === TRAILER) {
      reading.end = at + 1;
      return reading;
    }
    if (kind === IMAGE) {
      reading.size(u16le(bytes, at + 5), u16le(bytes, at + 7));
      // After the descriptor and its colours: the code size, then the data.
      const data = at + 11 + tableLength(bytes[at + 9]);
      at = endOfBlocks(bytes, data);
      reading.hasData ||= at > data + 1;
    } else if (kind === EXTENSION) {
      at = endOfBlocks(bytes, at + 2);
      if (at <= bytes.length && isMetadata(bytes, from, at)) reading.remove(from, at);
    } else return reading;
    if (at > bytes.length) return reading;
  }
  return reading;
}

/** Bytes of the colour table that a packed field announces. */
function tableLength(packed = 0): number {
  return packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0;
}

/** Behind the empty block that ends a row of blocks; beyond the file's end when there is none. */
function endOfBlocks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const size = bytes[at] ?? 0;
    at += 1 + size;
    if (size === 0) return at;
  }
  return Number.POSITIVE_INFINITY;
}

function isMetadata(bytes: Uint8Array, from: number, to: number): boolean {
  const label = bytes[from + 1];
  if (label === COMMENT) return true;
  const name = label === APPLICATION ? ascii(bytes, from + 3, 11) : "";
  return name.startsWith("XMP Data") || (!PROFILES.has(name) && holdsMetadata(bytes, from, to));
}
