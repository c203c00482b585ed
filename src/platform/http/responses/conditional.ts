/** Conditional requests, RFC 9110 §13. */

/** Whether an `If-None-Match` header matches `etag`. The comparison is weak: `W/` is ignored. */
export function matchesEtag(header: string | null, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
