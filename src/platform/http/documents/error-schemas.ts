/** The shapes of refusals, and which of them a body has. */
import { refTo, type Schema, type Schemas } from "./json-schema.ts";

const detail: Schema = { type: "string", description: "What is wrong, in the language of the request." };
const texts: Schema = { type: "array", items: { type: "string" } };

export const ERROR_SCHEMAS: Schemas = {
  Error: {
    type: "object",
    description: "A refusal as a whole. Programs decide by the status and by `code`, where there is one.",
    required: ["detail"],
    properties: {
      detail,
      code: { type: "string", description: "A word for programs, such as `token_not_valid`." },
      messages: {
        type: "array",
        description: "What is wrong with a token.",
        items: {
          type: "object",
          additionalProperties: { type: "string" },
        },
      },
    },
    additionalProperties: true,
  },
  FieldErrors: {
    type: "object",
    description:
      "What is wrong, field by field, in the language of the request. Faults of several fields together are under `non_field_errors`; fields inside a field are one level deeper.",
    properties: {
      code: {
        description:
          "A word for programs, such as `otp_required`; texts where a field of that name is wrong.",
        anyOf: [{ type: "string" }, texts],
      },
      methods: {
        description: "What a missing second factor may be: `totp`, `passkey`, `recovery_code`.",
        type: "array",
        items: { type: "string" },
      },
    },
    additionalProperties: { anyOf: [texts, { type: "string" }, refTo("FieldErrors")] },
  },
  MessageError: {
    type: "object",
    description: "A refusal as the AlphaBet app reads it.",
    required: ["message"],
    properties: { message: detail },
    additionalProperties: true,
  },
  ErrorText: {
    type: "object",
    description: "A refusal in one text, as the shipped apps show it, beside the fields that it is about.",
    required: ["error"],
    properties: {
      error: {
        description: "What is wrong: one text, or one text for each fault.",
        anyOf: [{ type: "string" }, texts],
      },
      detail,
      message: detail,
    },
    additionalProperties: true,
  },
  ServerError: {
    type: "object",
    description: "A fault of the server. The log has it under the same `request_id`.",
    required: ["detail", "request_id"],
    properties: {
      detail,
      request_id: {
        type: "string",
        format: "uuid",
        description: "The request's id, also in the header `X-Request-Id`.",
      },
      error: { type: "string", description: "The same text, for the shipped apps." },
    },
  },
};

/** The schema of a refusal with these bodies. Without any, it is the usual one of its status. */
export function errorSchema(status: number, bodies: readonly unknown[]): Schema {
  const names = new Set(bodies.map(nameOf));
  if (names.size === 0) names.add(status === 400 ? "FieldErrors" : "Error");
  // The same fault may be reported for a field and as a whole.
  if (status === 400 && (names.has("Error") || names.has("FieldErrors")))
    for (const name of ["Error", "FieldErrors"]) names.add(name);
  const options = [...names].sort().map(refTo);
  return options.length === 1 && options[0] ? options[0] : { anyOf: options };
}

function nameOf(body: unknown): string {
  const keys = typeof body === "object" && body !== null ? Object.keys(body) : [];
  if (keys.includes("error")) return "ErrorText";
  if (keys.includes("message") && !Array.isArray((body as { message: unknown }).message))
    return "MessageError";
  return keys.includes("detail") && !Array.isArray((body as { detail: unknown }).detail)
    ? "Error"
    : "FieldErrors";
}
