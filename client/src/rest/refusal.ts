/** Turns a response into the error it stands for. */
import { CaravanError, type ErrorCode } from "../errors.ts";

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: "invalid",
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  405: "invalid",
  409: "conflict",
  412: "precondition",
  413: "too_large",
  415: "invalid",
  422: "conflict",
  428: "precondition",
  429: "too_many",
};

/** The error of a response that is no success: the server's words, or the status alone when it has none. */
export async function refusalOf(response: Response): Promise<CaravanError> {
  const text = await response.text().catch(() => "");
  const body = parse(text);
  const facts = isRecord(body) ? body : {};
  const fields = fieldsOf(facts);
  const code = typeof facts.code === "string" ? facts.code : undefined;
  return new CaravanError({
    message: messageOf(facts, fields) ?? `The server answered ${response.status}.`,
    code: code ?? CODES[response.status] ?? (response.status >= 500 ? "unavailable" : "invalid"),
    status: response.status,
    fields,
    requestId: response.headers.get("x-request-id"),
    retryAfter: secondsOf(response.headers.get("retry-after")),
    body: body ?? text,
  });
}

/** `Retry-After` in seconds; null without one. */
export function secondsOf(header: string | null): number | null {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Every list of messages, by the path of its field. */
function fieldsOf(facts: Record<string, unknown>, path = ""): Record<string, readonly string[]> {
  const fields: Record<string, readonly string[]> = {};
  for (const [name, value] of Object.entries(facts)) {
    const at = path + name;
    if (Array.isArray(value) && value.every((word) => typeof word === "string")) fields[at] = value;
    else if (isRecord(value)) Object.assign(fields, fieldsOf(value, `${at}.`));
  }
  return fields;
}

function messageOf(
  { detail, message, error }: Record<string, unknown>,
  fields: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const said = [detail, message, error].find((word) => typeof word === "string");
  if (typeof said === "string") return said;
  const [first] = Object.entries(fields);
  if (!first) return undefined;
  const [name, [words]] = first;
  return name === "non_field_errors" ? words : `${name}: ${words}`;
}
