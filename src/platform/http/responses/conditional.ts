/** Conditional requests: whether a client names what it has. RFC 9110 §13. */

/** Whether an `If-None-Match` names `etag` or anything; weak tags count, as the comparison for it is weak. */
export function matchesEtag(header: string | null, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes("*") || tags.includes(etag);
}
