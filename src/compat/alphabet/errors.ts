/** AlphaBet's error keys: `message` for refusals, `error` for invalid input. All else is as in the other apps. */
import { Refusal, type RefusalStatus, wire } from "../../platform/http/errors.ts";
import type { ErrorFormat } from "../../platform/http/route.ts";

/** A refusal whose body has `message`. */
export function refuseWithMessage(status: RefusalStatus, message: string, more: object = {}): Refusal {
  return new Refusal(status, { raw: { message, ...more } });
}

/** A 400 whose body has `error`. */
export function refuseWithError(error: string, more: object = {}): Refusal {
  return new Refusal(400, { raw: { error, ...more } });
}

/** Adds `error` with the first fault to refusals of invalid input, and `message` to a plain 403 or 409. */
export const errorKey: ErrorFormat = (refusal, locale) => {
  const body = wire(refusal.body, locale) as Record<string, unknown>;
  if ("fields" in refusal.body) return { error: firstOf(body), ...body };
  if (!("detail" in refusal.body)) return body;
  if (refusal.status === 400) return { error: body.detail, ...body };
  return refusal.status === 403 || refusal.status === 409 ? { message: body.detail, ...body } : body;
};

function firstOf(errors: unknown, path: string[] = []): string {
  if (Array.isArray(errors))
    return [path.filter((step) => step !== "non_field_errors").join("."), errors[0]]
      .filter(Boolean)
      .join(": ");
  const [[name, inner] = ["", []]] = Object.entries(errors as object);
  return firstOf(inner, [...path, name]);
}
