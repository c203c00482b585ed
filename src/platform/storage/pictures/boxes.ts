/** Reads the boxes of ISO base media files. ISO/IEC 14496-12, section 4.2. */
import { ascii, u32 } from "./reading.ts";

export interface Box {
  readonly type: string;
  /** Start of the box, start of its content, and end. */
  readonly from: number;
  readonly data: number;
  readonly to: number;
}

/** More than any picture has. */
const MAX_BOXES = 20_000;

/** All boxes between two positions; `broken` when the last one does not end at `to`. */
export function boxesIn(bytes: Uint8Array, from: number, to: number): { boxes: Box[]; broken: boolean } {
  const boxes: Box[] = [];
  let at = from;
  while (at < to && boxes.length < MAX_BOXES) {
    const box = boxAt(bytes, at, to);
    if (!box) break;
    boxes.push(box);
    at = box.to;
  }
  return { boxes, broken: at < to };
}

/** The box at `from`; null without a valid one that ends within `limit`. */
function boxAt(bytes: Uint8Array, from: number, limit: number): Box | null {
  if (from + 8 > limit) return null;
  const [short, type] = [u32(bytes, from), ascii(bytes, from + 4, 4)];
  if (!/^[\x20-\x7e]{4}$/.test(type)) return null;
  // A size of 1 announces a long one, 0 means "to the end".
  const isLong = short === 1;
  const size = isLong ? u32(bytes, from + 8) * 2 ** 32 + u32(bytes, from + 12) : short || limit - from;
  const data = from + (isLong ? 16 : 8);
  const to = from + size;
  return to < data || to > limit ? null : { type, from, data, to };
}
