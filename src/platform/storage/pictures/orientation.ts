/** The EXIF orientation, the only metadata that a picture needs to be shown correctly. TIFF 6.0, section 2; EXIF 2.32, tag 0x0112. */
import { u16, u16le, u32, u32le } from "./reading.ts";

const ORIENTATION = 0x0112;
const [SHORT, LONG] = [3, 4];

export interface Orientation {
  /** 2 to 8: rotated or mirrored. */
  readonly value: number;
  readonly littleEndian: boolean;
}

/** The orientation in a TIFF block; null when it is absent, invalid or 1 (upright). */
export function readOrientation(bytes: Uint8Array, from: number, to: number): Orientation | null {
  const littleEndian = bytes[from] === 0x49;
  const [short, long] = littleEndian ? [u16le, u32le] : [u16, u32];
  if (to - from < 14 || short(bytes, from + 2) !== 42) return null;
  const directory = from + long(bytes, from + 4);
  if (directory + 2 > to) return null;
  const entries = short(bytes, directory);
  for (let index = 0; index < entries; index++) {
    const entry = directory + 2 + index * 12;
    if (entry + 12 > to) return null;
    if (short(bytes, entry) !== ORIENTATION) continue;
    const type = short(bytes, entry + 2);
    const value = type === SHORT ? short(bytes, entry + 8) : type === LONG ? long(bytes, entry + 8) : 0;
    return value >= 2 && value <= 8 ? { value, littleEndian } : null;
  }
  return null;
}

/** A TIFF block of 26 bytes with nothing else, in the byte order of the original. */
export function orientationBlock({ value, littleEndian }: Orientation): Uint8Array {
  const block = new DataView(new ArrayBuffer(26));
  block.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  block.setUint16(2, 42, littleEndian);
  block.setUint32(4, 8, littleEndian);
  block.setUint16(8, 1, littleEndian);
  block.setUint16(10, ORIENTATION, littleEndian);
  block.setUint16(12, SHORT, littleEndian);
  block.setUint32(14, 1, littleEndian);
  block.setUint16(18, value, littleEndian);
  return new Uint8Array(block.buffer);
}
