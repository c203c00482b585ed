/** Parses the `Range` header. */

export interface Slice {
  readonly offset: number;
  readonly length: number;
}

/**
 * The requested slice of `size` bytes; null for the whole: no header, another unit, several ranges or an invalid
 * header, which a server may ignore. RFC 9110, section 14.
 */
export function readRange(header: string | null, size: number): Slice | "unsatisfiable" | null {
  const [, from = "", to = ""] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  if (from === "") {
    const length = Math.min(Number(to), size);
    return length > 0 ? { offset: size - length, length } : "unsatisfiable";
  }
  const offset = Number(from);
  if (to !== "" && Number(to) < offset) return null;
  if (offset >= size) return "unsatisfiable";
  const last = to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return { offset, length: last - offset + 1 };
}
