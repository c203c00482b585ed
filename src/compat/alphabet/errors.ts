/** AlphaBet's own error keys: `message` for what its views say, `error` for bad input; everything else is the dialect. */
import { Refusal, type RefusalStatus, wire } from "../../platform/http/errors.ts";
import type { ErrorFormat } from "../../platform/http/route.ts";

export function refuseWithMessage(status: RefusalStatus, message: string, more: object = {}): Refusal {
  return new Refusal(status, { raw: { message, ...more } });
}

export function refuseWithError(error: string, more: object = {}): Refusal {
  return new Refusal(400, { raw: { error, ...more } });
}

/** Bad input gains an `error` that says the first fault in one line; a plain 403 speaks under `message` too. */
export const errorKey: ErrorFormat = (refusal, locale) => {
  const body = wire(refusal.body, locale) as Record<string, unknown>;
  if ("fields" in refusal.body) return { error: firstOf(body), ...body };
  if (!("detail" in refusal.body)) return body;
  if (refusal.status === 400) return { error: body.detail, ...body };
  return refusal.status === 403 ? { message: body.detail, ...body } : body;
};

function firstOf(errors: unknown, path: string[] = []): string {
  if (Array.isArray(errors))
    return [path.filter((step) => step !== "non_field_errors").join("."), errors[0]]
      .filter(Boolean)
      .join(": ");
  const [[name, inner] = ["", []]] = Object.entries(errors as object);
  return firstOf(inner, [...path, name]);
}
