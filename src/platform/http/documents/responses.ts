/** The responses of an operation: those that its route declares, and the refusals that the source may end in. */
import type { RefusalAnswer } from "./answers.ts";
import type { AnswerText, OperationText } from "./documentation.ts";
import { errorSchema } from "./error-schemas.ts";
import { refTo } from "./json-schema.ts";
import type { Document, Operation, ResponseObject } from "./operations.ts";

/** Examples of one refusal beyond these say nothing new. */
const MOST_EXAMPLES = 8;

const PHRASES: Record<number, string> = {
  200: "Done.",
  201: "Created.",
  204: "Done; the body is empty.",
  302: "It exists already, at `Location`.",
  304: "Unchanged since the version that `If-None-Match` names.",
  400: "The input is wrong.",
  401: "The credentials are missing or not valid.",
  403: "The caller may not do this.",
  404: "There is no such thing, or not for this caller.",
  405: "The method is not served at this path; `Allow` names those that are.",
  409: "It conflicts with the state of the thing or with another request.",
  412: "The row is no longer the version that `If-Match` names.",
  413: "The body is too large.",
  415: "The body has a media type that is not read here.",
  422: "The `Idempotency-Key` belongs to another request.",
  428: "`If-Match` is missing.",
  429: "Too many requests; `Retry-After` says when to try again.",
  500: "A fault of the server.",
  503: "A part that is needed does not answer.",
};

const HEADERS: Record<string, object> = {
  RetryAfter: { description: "Whole seconds to wait.", schema: { type: "integer", minimum: 1 } },
  WwwAuthenticate: { description: "The scheme of the credential.", schema: { type: "string" } },
  Allow: { description: "The methods of the path.", schema: { type: "string" } },
};

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

export const phraseOf = (status: number | string) => PHRASES[Number(status)] ?? "A response.";

/** Adds what the documentation says of declared answers, and those that no schema declares. */
export function addDeclared(operation: Operation, { answers = {} }: OperationText): void {
  for (const [status, text] of Object.entries(answers)) {
    const response = operation.responses[status] ?? { description: phraseOf(status) };
    operation.responses[status] = response;
    if (text.description) response.description = text.description;
    if (text.headers)
      response.headers = Object.fromEntries(
        Object.entries(text.headers).map(([name, description]) => [
          name,
          { description, schema: { type: "string" } },
        ]),
      );
    if (text.media) response.content = { ...response.content, ...rawContent(text.media) };
  }
}

function rawContent(media: NonNullable<AnswerText["media"]>): ResponseObject["content"] {
  return Object.fromEntries(
    Object.entries(media).map(([type, value]) => [
      type,
      { schema: { type: typeof value }, examples: { default: { value } } },
    ]),
  );
}

/** Adds the refusals, each with its examples. */
export function addRefusals(operation: Operation, answers: readonly RefusalAnswer[]): void {
  for (const { status, bodies, hasRetryAfter } of answers) {
    if (operation.responses[status]) continue;
    const headers = {
      ...(hasRetryAfter ? { "Retry-After": header("RetryAfter") } : {}),
      ...(status === 401 ? { "WWW-Authenticate": header("WwwAuthenticate") } : {}),
      ...(status === 405 ? { Allow: header("Allow") } : {}),
    };
    operation.responses[status] = {
      description: phraseOf(status),
      ...(Object.keys(headers).length > 0 ? { headers } : {}),
      content: { "application/json": { schema: errorSchema(status, bodies), examples: examplesOf(bodies) } },
    };
  }
  operation.responses[500] = { $ref: "#/components/responses/ServerError" } as ResponseObject;
}

function examplesOf(bodies: readonly unknown[]) {
  const named: Record<string, { value: unknown }> = {};
  for (const value of bodies.slice(0, MOST_EXAMPLES)) {
    const word = slugOf(value);
    let name = word;
    for (let count = 2; name in named; count += 1) name = `${word}_${count}`;
    named[name] = { value };
  }
  return named;
}

/** A short name: the code, else the first field, else the first words. */
function slugOf(body: unknown): string {
  if (typeof body !== "object" || body === null) return "default";
  const { code, detail, message, error } = body as Record<string, unknown>;
  if (typeof code === "string") return code;
  const [text] = [detail, message, error].filter((said) => typeof said === "string");
  const words = text === undefined ? Object.keys(body)[0] : String(text).replace(/\{\w+\}/g, "");
  const plain = String(words)
    .toLowerCase()
    .replace(/['’]/g, "")
    .replace(/[^a-z0-9]+/g, "_");
  return plain.split("_").filter(Boolean).slice(0, 6).join("_") || "default";
}

/** Moves the most frequent response of each status to the components, where many operations have the same. */
export function shareResponses(document: Document): void {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const counts = new Map<string, { status: string; count: number }>();
  for (const { responses } of operations)
    for (const [status, response] of Object.entries(responses))
      if (Number(status) >= 400 && !response.$ref) {
        const text = JSON.stringify(response);
        counts.set(text, { status, count: (counts.get(text)?.count ?? 0) + 1 });
      }
  const shared: Record<string, ResponseObject> = {
    ServerError: {
      description: phraseOf(500),
      content: {
        "application/json": { schema: refTo("ServerError"), examples: { default: { value: FAULT } } },
      },
    },
  };
  const byStatus = Map.groupBy(counts, ([, { status }]) => status);
  for (const [status, texts] of byStatus) {
    const [text, { count }] = texts.reduce((one, other) => (other[1].count > one[1].count ? other : one));
    if (count < 3) continue;
    const name = `Refused${status}`;
    shared[name] = JSON.parse(text) as ResponseObject;
    for (const { responses } of operations)
      if (responses[status] && JSON.stringify(responses[status]) === text)
        responses[status] = { $ref: `#/components/responses/${name}` } as ResponseObject;
  }
  document.components.responses = shared;
  document.components.headers = HEADERS;
}

const FAULT = { detail: "Internal server error.", request_id: "0b6f1f0e-8c1d-4d8a-9a59-3f3b2c8f7d21" };
