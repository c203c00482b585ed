/** Refusals and their JSON envelope. Any other exception is a bug and becomes a masked 500. */
import { fill, messages } from "./messages.ts";
import type { Locale, Text } from "./text.ts";

export type RefusalStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 412
  | 413
  | 415
  | 416
  | 422
  | 426
  | 428
  | 429
  | 503;

/** Field errors as Django REST framework nests them: a list of messages, or the same one level deeper. */
export interface FieldErrors {
  [field: string]: Text[] | FieldErrors;
}

export type RefusalBody =
  | { readonly fields: FieldErrors; readonly extra?: Record<string, unknown> }
  /** `extra`: keys beside `detail`, sent verbatim (`code`, `messages` …). */
  | { readonly detail: Text; readonly extra?: Record<string, unknown> }
  /** A contract's own shape, already formatted. */
  | { readonly raw: unknown };

/** An expected refusal. Throw it from any depth: the router turns it into the dialect's response. */
export class Refusal extends Error {
  constructor(
    readonly status: RefusalStatus,
    readonly body: RefusalBody,
    readonly headers: Record<string, string> = {},
  ) {
    super(`refused with ${status}`);
    this.name = "Refusal";
  }
}

/** 400 with messages by field; cross-field messages go under `non_field_errors`. `extra`: keys beside them, sent verbatim. */
export function invalid(
  fields: Record<string, Text | Text[] | FieldErrors>,
  extra?: Record<string, unknown>,
): Refusal {
  const listed: FieldErrors = {};
  for (const [name, error] of Object.entries(fields)) listed[name] = isText(error) ? [error] : error;
  return new Refusal(400, extra ? { fields: listed, extra } : { fields: listed });
}

export function refuse(status: RefusalStatus, detail: Text, extra?: Record<string, unknown>): Refusal {
  return new Refusal(status, extra ? { detail, extra } : { detail });
}

export const notFound = (detail: Text = messages.notFound) => refuse(404, detail);
export const forbidden = (detail: Text = messages.forbidden) => refuse(403, detail);

/** 429; `retryAfter` in whole seconds. */
export function throttled(retryAfter: number): Refusal {
  return new Refusal(
    429,
    { detail: messages.throttled },
    { "Retry-After": String(Math.max(1, Math.ceil(retryAfter))) },
  );
}

export function methodNotAllowed(method: string, allowed: readonly string[]): Refusal {
  return new Refusal(405, { detail: fill(messages.method, { method }) }, { Allow: allowed.join(", ") });
}

/** The refusal's JSON body in one language. */
export function wire(body: RefusalBody, locale: Locale): unknown {
  if ("raw" in body) return body.raw;
  if ("fields" in body) return { ...fieldsWire(body.fields, locale), ...body.extra };
  return { detail: body.detail[locale], ...body.extra };
}

function fieldsWire(fields: FieldErrors, locale: Locale): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, errors]) => [
      name,
      Array.isArray(errors) ? errors.map((error) => error[locale]) : fieldsWire(errors, locale),
    ]),
  );
}

function isText(value: Text | Text[] | FieldErrors): value is Text {
  return !Array.isArray(value) && typeof value.en === "string";
}
