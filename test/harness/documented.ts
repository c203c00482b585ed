/** Compares each response that a test gets with the OpenAPI document: its status, its media type and its body. */
import { env } from "cloudflare:workers";
import { routes } from "../../src/app.ts";
import type { Document, Operation, ResponseObject } from "../../src/platform/http/documents/operations.ts";
import { faultsIn } from "../../src/platform/http/documents/schema-check.ts";
import { indexPaths } from "../../src/platform/http/path-index.ts";

let document: Document | undefined;
async function documentOnce(): Promise<Document> {
  document ??= JSON.parse(
    await (await env.ASSETS.fetch("https://assets.invalid/documents/openapi.json")).text(),
  ) as Document;
  return document;
}

const places = indexPaths(routes.filter(({ hidden }) => !hidden));
const everyPlace = indexPaths(routes);

/** Throws when an operation of the document answers what the document does not say. Other paths are ignored. */
export async function requireDocumented(request: Request, response: Response): Promise<void> {
  const { pathname } = new URL(request.url);
  const method = request.method.toLowerCase();
  const place = everyPlace.at(pathname);
  if (!place || places.at(pathname) === null) return;
  const { paths, components } = await documentOnce();
  const documented = `${place.path.replace(/\{[^}]+\}/g, "").replace(/:(\w+)/g, "{$1}")}/`;
  const operation = paths[documented]?.[method];
  if (!operation) return;
  const fault = faultOf(operation, components, response, await bodyOf(response));
  if (fault) throw new Error(`${method.toUpperCase()} ${documented} is not as documented: ${fault}`);
}

/** What a response has that the operation does not say; null when it says all of it. */
export function faultOf(
  operation: Operation,
  components: Document["components"],
  response: Pick<Response, "status" | "headers">,
  body: unknown,
): string | null {
  const said = operation.responses[response.status];
  if (!said) return `it answers ${response.status}`;
  const { content }: ResponseObject = said.$ref
    ? (components.responses?.[said.$ref.split("/").at(-1) ?? ""] ?? said)
    : said;
  if (response.status === 429 && !response.headers.has("retry-after")) return "a 429 has no Retry-After";
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  if (body === undefined) return null;
  const media = content?.[type];
  if (!media) return `it answers ${response.status} with ${type || "a body"}`;
  if (!media.schema || !type.endsWith("json")) return null;
  const [fault] = faultsIn(components.schemas, media.schema, body, response.status < 400);
  return fault ? `${response.status} ${fault}` : null;
}

/** The body of a copy: JSON parsed, other texts as they are, undefined for none. */
async function bodyOf(response: Response): Promise<unknown> {
  if (response.webSocket || !response.body) return undefined;
  const text = await response.clone().text();
  if (text === "") return undefined;
  return (response.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : text;
}
