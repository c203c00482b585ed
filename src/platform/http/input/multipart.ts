/**
 * Reads the boundary and the headers of multipart parts. Source: RFC 7578, RFC 2046 §5.1, RFC 8187 for `filename*`.
 *
 * `@remix-run/multipart-parser` 0.16 is faster on 10 MiB at once (1 ms against 10 ms, 39 ms for the worst input) and as
 * fast on 1,000 fields (2 ms). It refuses a preamble and lines that end in LF alone, which the older clients' parser
 * accepts; so ours stays. Both are linear in the length of the body.
 */

/** Bytes of one part's headers. */
export const MAX_PART_HEADERS = 8 * 1024;

/** The boundary in a `Content-Type`, at most 70 characters (RFC 2046); null without one. */
export function boundaryOf(contentType: string): string | null {
  const [, quoted, bare] =
    /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70})(?=[\s;]|$))/i.exec(contentType) ?? [];
  return quoted ?? bare ?? null;
}

export interface Part {
  /** Null when the part names no field. */
  readonly name: string | null;
  /** Null for a text field. */
  readonly fileName: string | null;
  /** Content type as the part declares it; empty when it declares none. */
  readonly type: string;
}

/** Parses the headers of a part, which are at most `MAX_PART_HEADERS` long. */
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

/** A parameter's value, quoted or bare. */
function parameter(disposition: string, name: string): string | null {
  const [, quoted, bare] =
    new RegExp(`;[ \\t]*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, "i").exec(disposition) ?? [];
  return quoted?.replace(/\\(["\\])/g, "$1") ?? bare ?? null;
}

/** `UTF-8''%D0%BA.png` → the decoded text; null when it is malformed. */
function extended(value: string | null): string | null {
  const [charset = "", , encoded] = value?.split("'") ?? [];
  if (encoded === undefined || charset.toLowerCase() !== "utf-8") return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}
