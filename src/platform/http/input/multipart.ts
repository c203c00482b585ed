/** What a multipart body says of itself and of its parts. Source: RFC 7578, RFC 2046 §5.1, RFC 8187 for `filename*`. */

/** Bytes of one part's headers. */
export const MAX_PART_HEADERS = 8 * 1024;

/** The boundary that a `Content-Type` names, at most 70 characters as RFC 2046 has it; null when there is none. */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, bare] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))/i.exec(contentType) ?? [];
  return quoted ?? bare ?? null;
}

export interface Part {
  /** Null when the part names no field. */
  readonly name: string | null;
  /** Null when the part is a text. */
  readonly fileName: string | null;
  /** As the part says; empty when it does not. */
  readonly type: string;
}

/** What a part's headers say; they are short, see `MAX_PART_HEADERS`. */
export function describePart(headers: string): Part {
  const disposition = headerOf(headers, "content-disposition");
  return {
    name: parameter(disposition, "name"),
    fileName: parameter(disposition, "filename") ?? extended(parameter(disposition, "filename\\*")),
    type: headerOf(headers, "content-type"),
  };
}

function headerOf(headers: string, name: string): string {
  return new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(headers)?.[1]?.trim() ?? "";
}

/** A parameter, quoted or bare. */
function parameter(disposition: string, name: string): string | null {
  const [, quoted, bare] =
    new RegExp(`;[ \\t]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, "i").exec(disposition) ?? [];
  return quoted?.replace(/\\(["\\])/g, "$1") ?? bare ?? null;
}

/** `UTF-8''%D0%BA.png` → its text; null when it is none. */
function extended(value: string | null): string | null {
  const [charset = "", , encoded] = value?.split("'") ?? [];
  if (encoded === undefined || charset.toLowerCase() !== "utf-8") return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
