/** Items of AVIF and HEIC: metadata items and the positions of their bytes. ISO/IEC 14496-12, sections 8.11.3 and 8.11.6. */
import { type Box, boxesIn } from "./boxes.ts";
import { ascii, u16, u32 } from "./reading.ts";

/** A range of the file that belongs to an item. */
export interface Located {
  readonly item: number;
  readonly from: number;
  readonly to: number;
  /** True when the table gives no length, which means "to the end" or "empty". */
  readonly isOpen: boolean;
}

/** More than any picture has: large ones consist of a few hundred tiles. */
const MAX_PLACES = 20_000;

/** EXIF, XMP and other texts; `skip` is what the intake renames them to, which readers ignore. */
const METADATA = new Set(["Exif", "mime", "uri ", "skip"]);

/** Ids of metadata items, and the position of their type name, if any. Null when the list is broken. */
export function metadataItems(bytes: Uint8Array, infos: Box): Map<number, number | null> | null {
  const found = new Map<number, number | null>();
  const isLong = bytes[infos.data] !== 0;
  const list = boxesIn(bytes, infos.data + (isLong ? 8 : 6), infos.to);
  if (list.broken) return null;
  for (const { type, data } of list.boxes) {
    if (type !== "infe") continue;
    const version = bytes[data] ?? 0;
    // Version 3 has longer numbers; before version 2 an item had no type.
    const at = version === 3 ? data + 8 : data + 6;
    const id = version === 3 ? u32(bytes, data + 4) : u16(bytes, data + 4);
    if (version < 2) found.set(id, null);
    else if (METADATA.has(ascii(bytes, at + 2, 4))) found.set(id, at + 2);
  }
  return found;
}

/** All ranges of all items. Null when one lies outside the file or the table is broken. */
export function locationsIn(bytes: Uint8Array, table: Box, inner: Box | undefined): Located[] | null {
  const reader = new Reader(bytes, table);
  const version = reader.number(1);
  reader.number(3);
  const [sizes, more] = [reader.number(1), reader.number(1)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 4, sizes & 15, more >> 4];
  const indexSize = version > 0 ? more & 15 : 0;
  const wide = version < 2 ? 2 : 4;
  const places: Located[] = [];
  for (let items = reader.number(wide); items > 0; items--) {
    const item = reader.number(wide);
    const method = version > 0 ? reader.number(2) & 15 : 0;
    reader.number(2);
    const base = reader.number(baseSize);
    for (let extents = reader.number(2); extents > 0; extents--) {
      reader.number(indexSize);
      const offset = base + reader.number(offsetSize);
      const length = reader.number(lengthSize);
      if (reader.isOver || places.length >= MAX_PLACES) return null;
      // 0: from the file's beginning; 1: from that of the box beside this one; 2: made of other items.
      const [start, limit] = method === 1 ? [inner?.data ?? 0, inner?.to ?? 0] : [0, bytes.length];
      const from = start + offset;
      const to = length === 0 ? limit : from + length;
      if (method > 1) continue;
      if (to > limit || from > to) return null;
      places.push({ item, from, to, isOpen: length === 0 });
    }
    if (reader.isOver) return null;
  }
  return places;
}

/** Reads numbers of any width, one after the other, within a box. */
class Reader {
  #at: number;
  constructor(
    readonly bytes: Uint8Array,
    readonly box: Box,
  ) {
    this.#at = box.data;
  }

  get isOver(): boolean {
    return this.#at > this.box.to;
  }

  number(width: number): number {
    let value = 0;
    for (let index = 0; index < width; index++) value = value * 256 + (this.bytes[this.#at + index] ?? 0);
    this.#at += width;
    return value;
  }
}
