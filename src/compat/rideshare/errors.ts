/** How the flat verbs of the shipped client speak: in one language, and of every refusal also under `error`, which it shows. */
import { wire } from "../../platform/http/errors.ts";
import type { ErrorFormat, Route } from "../../platform/http/route.ts";

/** A flat verb: its refusals carry `error` beside what the verb itself says, always in English like all its answers. */
export function legacy(route: Route): Route {
  const formatError: ErrorFormat = (refusal, locale) => {
    const body = (route.formatError?.(refusal, locale) ?? wire(refusal.body, locale)) as Record<
      string,
      unknown
    >;
    return { error: readable(body), ...body };
  };
  return { ...route, formatError, language: "en" };
}

/** What is wrong in words: the `detail`, else one line a fault. No line has a comma, at which the client splits them. */
function readable(body: Record<string, unknown>): string | string[] {
  if (typeof body.detail === "string") return body.detail;
  if (typeof body.Message === "string") return body.Message;
  return linesOf(body).map((line) => line.replaceAll(",", ";"));
}

function linesOf(faults: unknown, path: readonly string[] = []): string[] {
  if (Array.isArray(faults)) return faults.flatMap((fault) => linesOf(fault, path));
  if (typeof faults === "object" && faults !== null)
    return Object.entries(faults).flatMap(([name, inner]) =>
      linesOf(inner, name === "non_field_errors" ? path : [...path, name]),
    );
  return [[path.join("."), String(faults)].filter(Boolean).join(": ")];
}
