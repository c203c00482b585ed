/** The value of a field with a file, and what can be shown of it. Pure. */

export interface FileValue {
  /** Tells one file from the next; a change names it. */
  readonly version?: string;
  readonly name: string | null;
  /** Media type; null where the list does not know it. */
  readonly type: string | null;
  /** Bytes. */
  readonly size: number | null;
  readonly uploaded_at: string | null;
  /** Absent in the audit log: the file may be gone. */
  readonly url?: string;
}

export const isFile = (value: unknown): value is FileValue =>
  typeof value === "object" && value !== null && "uploaded_at" in value;

/** The address within this server, which the page's policy lets it load; `width` asks for a smaller picture. */
export function fileAddress(url: string, width?: number): string {
  const { pathname, search, searchParams } = new URL(url);
  if (!width) return pathname + search;
  searchParams.set("w", String(width));
  return `${pathname}?${searchParams}`;
}

/** Whether browsers show it as a picture. What has no type is an avatar. HEIC is tried: some browsers know it. */
export const isPicture = ({ type }: FileValue): boolean => type === null || type.startsWith("image/");

/** `JPEG`, `PDF`. */
export const typeName = (type: string): string => type.replace(/^.*\//, "").toUpperCase();
