/** Errors for the shipped client's paths (`/api/get-carpost/…`): in English, and also under `error`, which the client shows. */
import { wire } from "../../platform/http/errors.ts";
import type { ErrorFormat, Route } from "../../platform/http/route.ts";

/** Wraps a route of the shipped client: its refusals also have `error`, and all its responses are in English. */
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

/** The faults as text: the `detail`, else one line per fault. Lines have no commas, because the client splits at commas. */
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
