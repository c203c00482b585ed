/** The parts of the OpenAPI document around its schemas. */
import type { Schema, Schemas } from "./json-schema.ts";

export interface Example {
  readonly summary?: string;
  readonly value: unknown;
}

export interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, Example>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  description?: string;
  example?: unknown;
  readonly schema: Schema;
}

export interface ResponseObject {
  $ref?: string;
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, Media>;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, ResponseObject>;
}

/** Path → method → operation. */
export type Paths = Record<string, Record<string, Operation>>;

export interface Document {
  paths: Paths;
  /** Requests that the server sends: name → `post` → operation. */
  webhooks: Paths;
  components: {
    schemas: Schemas;
    responses?: Record<string, ResponseObject>;
    headers?: Record<string, unknown>;
    securitySchemes: Record<string, unknown>;
  };
  [section: string]: unknown;
}

export function operationsIn(paths: Paths): Operation[] {
  return Object.values(paths).flatMap((methods) => Object.values(methods));
}
