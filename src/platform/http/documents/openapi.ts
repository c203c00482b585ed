/** Builds the OpenAPI 3.1 document from the mounted routes. Runs when the assets are built, not in the Worker. */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import { z } from "../../zod.ts";
import { limited } from "../input/fields.ts";
import type { Responses, Route } from "../route.ts";
import { BUILT_ORIGIN } from "./built-origin.ts";

const ErrorDetail = z.object({ detail: z.string() }).openapi("Error");
const FieldErrors = z.record(z.string(), z.array(z.string())).openapi("FieldErrors");

const BODY_KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/** The document, of a server whose origin `document-routes.tsx` fills in. */
export function openApiDocument(routes: readonly Route[], webhooks: readonly DocumentedWebhook[] = []) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent("securitySchemes", "Bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });
  registry.registerComponent("securitySchemes", "Token", {
    type: "apiKey",
    in: "header",
    name: "Authorization",
    description: "`Token <key>`",
  });
  registry.registerComponent("securitySchemes", "Cookie", { type: "apiKey", in: "cookie", name: "jwt" });
  for (const route of routes) if (!route.hidden) registry.registerPath(pathItem(route));
  for (const webhook of webhooks) registry.registerWebhook(webhookItem(webhook));
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Caravan",
      version: "1.0.0",
      description:
        "One backend for people, places and moving things. The trailing slash of a path is optional.",
    },
    servers: [{ url: BUILT_ORIGIN }],
  });
}

/** A request that the server sends, for the document's `webhooks`. */
export interface DocumentedWebhook {
  readonly name: string;
  readonly summary: string;
  readonly body: z.ZodType;
}

function webhookItem({ name, summary, body }: DocumentedWebhook): RouteConfig {
  const text = z.string();
  return {
    method: "post",
    path: name,
    operationId: `webhook-${name.replaceAll(".", "-")}`,
    summary,
    description:
      "Signed by Standard Webhooks: `webhook-signature` holds `v1,` and the HMAC-SHA-256 of `id.timestamp.body`, one for each secret.",
    tags: ["Webhooks"],
    // Endpoints authenticate the sender by its signature.
    security: [],
    request: {
      headers: z.object({
        "webhook-id": text.openapi({ description: "The same in every attempt and replay." }),
        "webhook-timestamp": text.openapi({ description: "Seconds since 1970, of this attempt." }),
        "webhook-signature": text,
      }),
      body: { content: { "application/json": { schema: body } } },
    },
    responses: { "2XX": { description: "Accepted. Any other answer is tried again." } },
  };
}

function pathItem(route: Route): RouteConfig {
  const request: RouteConfig["request"] = {};
  if (route.params) request.params = route.params;
  if (route.query) request.query = route.query;
  if (route.creates) {
    request.headers = z.object({
      "Idempotency-Key": limited(255)
        .optional()
        .openapi({ description: "Repeated requests get the first response for 24 hours." }),
    });
  }
  if (route.body) {
    const schema = route.body;
    request.body = { content: Object.fromEntries(BODY_KINDS.map((kind) => [kind, { schema }])) };
  }
  if (route.streamed) request.body = { content: { "multipart/form-data": { schema: route.streamed } } };
  return {
    method: route.method,
    path: `${bare(route.path).replace(/:(\w+)/g, "{$1}")}/`,
    operationId: operationId(route),
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    tags: [route.tag],
    security: security(route),
    request,
    responses: responses(route),
  };
}

/** A path without the patterns of its parameters. */
const bare = (path: string) => path.replace(/\{[^}]+\}/g, "");

function operationId(route: Route): string {
  const words = bare(route.path)
    .split("/")
    .filter(Boolean)
    .map((part) => part.replace(":", "by-"));
  return [route.method, ...words].join("-").replace(/[^a-z0-9_]+/gi, "_");
}

function security(route: Route): Record<string, string[]>[] {
  if (route.access === "public") return [];
  const schemes = ["Bearer", "Token", "Cookie"].map((scheme) => ({ [scheme]: [] }));
  return route.access === "optional" ? [{}, ...schemes] : schemes;
}

function responses(route: Route): RouteConfig["responses"] {
  const documented: RouteConfig["responses"] = {};
  for (const [status, schema] of Object.entries(withErrors(route))) {
    documented[status] = schema
      ? { description: describe(Number(status)), content: { "application/json": { schema } } }
      : { description: describe(Number(status)) };
  }
  return documented;
}

/** Adds the error responses that every route of this kind can return. */
function withErrors(route: Route): Responses {
  const errors: Record<number, z.ZodType> = {};
  if (route.body || route.streamed || route.query) errors[400] = FieldErrors;
  if (route.access !== "public" && route.access !== "optional") errors[401] = ErrorDetail;
  if (route.params) errors[404] = ErrorDetail;
  return { ...errors, ...route.responses };
}

const DESCRIPTIONS: Record<number, string> = {
  200: "Done",
  201: "Created",
  204: "Done, no content",
  302: "Exists already, see Location",
  400: "Bad input",
  401: "Not signed in",
  403: "Not allowed",
  404: "Not found",
  409: "Conflict with another change",
  429: "Too many requests, see Retry-After",
};

function describe(status: number): string {
  return DESCRIPTIONS[status] ?? "Response";
}
