/** The result of parsing a picture's structure, and the edits to make. Pure. */

/** Replaces the bytes `from` to `to` by `bytes`. */
export interface Edit {
  readonly from: number;
  to: number;
  readonly bytes: Uint8Array;
}

/** Maximum number of segments, chunks, boxes or blocks in a file. Real files have far fewer. */
const MAX_PARTS = 20_000;

const NOTHING = new Uint8Array();

/** A picture is whole when `end` is set, `hasData` is true and its sizes are sensible. */
export class Reading {
  /** Pixels according to the header, the largest of several; 0 without one. */
  width = 0;
  height = 0;
  /** True when at least one block of picture data was found. */
  hasData = false;
  /** End of the picture; null when the file is cut off or its structure is broken. */
  end: number | null = null;
  /** Edits that remove metadata and adjust dependent lengths. In any order, not overlapping. */
  readonly edits: Edit[] = [];
  #parts = 0;
  #spoiled = false;

  constructor(readonly bytes: Uint8Array) {}

  /** Counts one more part of the file; false when there are too many to be a picture. */
  part(): boolean {
    this.#parts += 1;
    return this.#parts <= MAX_PARTS;
  }

  /** The largest of several headers (frames, tiles, thumbnails) counts; a header of size 0 makes the picture invalid. */
  size(width: number, height: number): void {
    if (width < 1 || height < 1) {
      this.#spoiled = true;
      return;
    }
    if (width * height > this.width * this.height) {
      this.width = width;
      this.height = height;
    }
  }

  get hasSize(): boolean {
    return this.width > 0 && !this.#spoiled;
  }

  remove(from: number, to: number): void {
    const last = this.edits.at(-1);
    if (last && last.to === from && last.bytes.length === 0) last.to = to;
    else this.replace(from, to, NOTHING);
  }

  /** Records no edit when the bytes are equal. */
  replace(from: number, to: number, bytes: Uint8Array): void {
    if (to - from === bytes.length && bytes.every((byte, index) => byte === this.bytes[from + index])) return;
    this.edits.push({ from, to, bytes });
  }

  /** How many bytes longer (or, below zero, shorter) the edits from the `since`th on make the file. */
  growth(since = 0): number {
    return this.edits.slice(since).reduce((sum, { from, to, bytes }) => sum + bytes.length - (to - from), 0);
  }
}

/**
 * Applies the edits. Cuts off bytes after the end, unless they are zero padding. Returns the same array when there is
 * nothing to change.
 */
export function edited({ bytes, edits, end }: Reading): Uint8Array {
  const until = end === null || isPadding(bytes, end) ? bytes.length : end;
  if (edits.length === 0 && until === bytes.length) return bytes;
  const sorted = [...edits].sort((one, other) => one.from - other.from);
  const length = sorted.reduce((sum, edit) => sum + edit.bytes.length - (edit.to - edit.from), until);
  const out = new Uint8Array(length);
  let [read, write] = [0, 0];
  for (const edit of sorted) {
    out.set(bytes.subarray(read, edit.from), write);
    write += edit.from - read;
    out.set(edit.bytes, write);
    write += edit.bytes.length;
    read = edit.to;
  }
  out.set(bytes.subarray(read, until), write);
  return out;
}

export function isPadding(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** `length` bytes from `at` as characters, at most as many as there are. */
export function ascii(bytes: Uint8Array, at: number, length: number): string {
  let text = "";
  for (let index = at; index < Math.min(at + length, bytes.length); index++)
    text += String.fromCharCode(bytes[index] ?? 0);
  return text;
}

/** Big-endian, 0 beyond the end. */
export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** Little-endian, 0 beyond the end. */
export function u16le(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

export function u32le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) + u16le(bytes, at + 2) * 0x10000;
}

/** Signatures of EXIF, XMP and IPTC. */
const SIGNS = [
  "Exif\0\0",
  "<x:xmpmeta",
  "<?xpacket",
  "<rdf:RDF",
  "ns.adobe.com/xap",
  "8BIM",
  "Photoshop 3.0",
  "HEAPJPGM",
].map((words) => new TextEncoder().encode(words));
const TIFF_HEADERS = ["II*\0", "MM\0*"];

/** 1 for the first two bytes of a signature: one look-up decides almost everywhere. */
const BEGINS = new Uint8Array(65536);
for (const sign of SIGNS) BEGINS[u16(sign, 0)] = 1;

/** How far into a part the TIFF header may stand that EXIF begins with: a maker's name goes before it. */
const HEAD = 256;

/** Whether a non-standard part contains metadata. One pass. */
export function holdsMetadata(bytes: Uint8Array, from: number, to: number): boolean {
  const head = ascii(bytes, from, Math.min(HEAD, to - from));
  if (TIFF_HEADERS.some((sign) => head.includes(sign))) return true;
  let pair = 0;
  for (let at = from; at < to; at++) {
    pair = ((pair << 8) | (bytes[at] ?? 0)) & 0xffff;
    if (BEGINS[pair] === 1 && hasSignAt(bytes, at - 1, to)) return true;
  }
  return false;
}

function hasSignAt(bytes: Uint8Array, at: number, to: number): boolean {
  for (const sign of SIGNS) if (at + sign.length <= to && standsAt(bytes, at, sign)) return true;
  return false;
}

function standsAt(bytes: Uint8Array, at: number, words: Uint8Array): boolean {
  for (let index = 0; index < words.length; index++) if (bytes[at + index] !== words[index]) return false;
  return true;
}
