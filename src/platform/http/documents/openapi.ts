/** Builds the OpenAPI 3.1 document from the mounted routes. Runs when the assets are built, not in the Worker. */
import { OpenAPIRegistry, OpenApiGeneratorV31, type RouteConfig } from "@asteasolutions/zod-to-openapi";
import { z } from "../../zod.ts";
import { limited } from "../input/fields.ts";
import type { Route } from "../route.ts";
import { refusalAnswers, type SourceReader } from "./answers.ts";
import { BUILT_ORIGIN } from "./built-origin.ts";
import { describeOperation, describeSchemas } from "./describe.ts";
import { type Documentation, mergeDocumentation, type Texts } from "./documentation.ts";
import { ERROR_SCHEMAS } from "./error-schemas.ts";
import { API_INFO, SECURITY_SCHEMES } from "./introduction.ts";
import type { Schema } from "./json-schema.ts";
import { type Document, type Operation, operationsIn } from "./operations.ts";
import { addDeclared, addRefusals, phraseOf, shareResponses } from "./responses.ts";
import { nameSchemas } from "./schema-names.ts";
import { repairSchema } from "./schema-repairs.ts";

const BODY_KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/** A form has fields: a list is sent as JSON only. ReDoc refuses a whole document that says otherwise. */
function bodyKinds(schema: z.core.$ZodType): string[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "pipe") return bodyKinds(def.out);
  return def.type === "array" ? ["application/json"] : BODY_KINDS;
}

/** Groups of tags, in the order of the document. */
export type TagGroups = readonly { readonly name: string; readonly tags: readonly string[] }[];

export interface DocumentParts {
  readonly routes: readonly Route[];
  readonly webhooks: readonly DocumentedWebhook[];
  readonly documentation: readonly Documentation[];
  readonly groups: TagGroups;
  readonly reader: SourceReader;
}

/** The document, of a server whose origin `document-routes.tsx` fills in. */
export function openApiDocument(parts: DocumentParts): Document {
  const { routes, documentation, groups, reader } = parts;
  const texts = mergeDocumentation(documentation);
  const shown = routes.filter(({ hidden }) => !hidden);
  const document = generated(shown, parts.webhooks);
  const { schemas } = document.components;
  for (const schema of schemasIn(document)) repairSchema(schema);
  nameSchemas({ ...document.paths, ...document.webhooks }, schemas);
  Object.assign(schemas, ERROR_SCHEMAS);
  describeSchemas(schemas, texts);
  const answersOf = refusalAnswers(reader, routes);
  for (const route of shown) {
    const path = documentedPath(route);
    const operation = document.paths[path]?.[route.method];
    if (!operation) throw new Error(`${route.method} ${path} is not in the document`);
    const text = texts.operations[`${route.method.toUpperCase()} ${path}`] ?? {};
    addDeclared(operation, text);
    addRefusals(operation, answersOf(route));
    describeOperation(document, texts, { path, operation, text });
  }
  for (const operation of operationsIn(document.webhooks))
    describeOperation(document, texts, { path: "", operation, text: {} });
  shareResponses(document);
  return { ...document, ...tagsOf(groups, texts) };
}

function generated(routes: readonly Route[], webhooks: readonly DocumentedWebhook[]): Document {
  const registry = new OpenAPIRegistry();
  for (const [name, scheme] of Object.entries(SECURITY_SCHEMES))
    registry.registerComponent("securitySchemes", name, scheme);
  for (const route of routes) registry.registerPath(z.built(pathItem(route)));
  for (const webhook of webhooks) registry.registerWebhook(z.built(webhookItem(webhook)));
  const made = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    ...API_INFO,
    servers: [{ url: BUILT_ORIGIN, description: "This server" }],
  });
  // Plain JSON: parts that several operations have are changed one by one.
  return JSON.parse(JSON.stringify(made)) as Document;
}

/** Each schema that is not inside another one. */
function schemasIn({ components, paths, webhooks }: Document): Schema[] {
  const operations = operationsIn({ ...paths, ...webhooks });
  const media = (operation: Operation) => [
    ...Object.values(operation.requestBody?.content ?? {}),
    ...Object.values(operation.responses).flatMap(({ content }) => Object.values(content ?? {})),
  ];
  const parameters = operations.flatMap((operation) => operation.parameters ?? []);
  return [
    ...Object.values(components.schemas),
    ...parameters.map(({ schema }) => schema),
    ...operations.flatMap(media).flatMap(({ schema }) => (schema ? [schema] : [])),
  ];
}

/** Tags with their descriptions and groups, in the order of the groups. */
function tagsOf(groups: TagGroups, { tags }: Texts) {
  return {
    tags: groups.flatMap((group) => group.tags.map((name) => ({ name, description: tags[name] ?? "" }))),
    "x-tagGroups": groups,
  };
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
        "webhook-signature": text.openapi({ description: "`v1,` and the signature, one for each secret." }),
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
    request.body = { content: Object.fromEntries(bodyKinds(schema).map((kind) => [kind, { schema }])) };
  }
  if (route.streamed) request.body = { content: { "multipart/form-data": { schema: route.streamed } } };
  return {
    method: route.method,
    path: documentedPath(route),
    operationId: operationId(route),
    summary: route.summary,
    description: [route.description, keyText(route)].filter(Boolean).join("\n\n"),
    tags: [route.tag],
    security: security(route),
    request,
    responses: responses(route),
  };
}

/** Whether an API key opens a route. */
function keyText({ access, keyScope = null }: Route): string | null {
  if (access === "public") return null;
  return keyScope === null ? "API keys are not accepted." : `API keys need the scope \`${keyScope}\`.`;
}

/** A path without the patterns of its parameters. */
const bare = (path: string) => path.replace(/\{[^}]+\}/g, "");

/** `/api/event/:id` → `/api/event/{id}/`. */
export const documentedPath = ({ path }: Pick<Route, "path">) => `${bare(path).replace(/:(\w+)/g, "{$1}")}/`;

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
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, schema]) => [
      status,
      schema
        ? { description: phraseOf(status), content: { "application/json": { schema } } }
        : { description: phraseOf(status) },
    ]),
  );
}
