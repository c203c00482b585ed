/** The API documents under all paths of the apps, and two self-hosted viewers. */
import { sha256 } from "../../crypto/digest.ts";
import type { RequestContext } from "../../runtime.ts";
import { coarseRateLimit } from "../limits/rate-limits.ts";
import { page, pageHeaders } from "../pages/page.tsx";
import { matchesEtag } from "../responses/conditional.ts";
import { type Route, route } from "../route.ts";
import { documentFor } from "./built-origin.ts";

const tag = "Documents";

/**
 * The OpenAPI document as JSON and YAML, Swagger UI, ReDoc, and the AsyncAPI document as JSON and as a page to read. They are assets, built from the
 * routes before a start; each is prepared once per isolate and origin. A client that has the current version gets 304.
 */
export function apiDocumentRoutes(): Route[] {
  const json = documentOf("openapi.json", typed("application/json"));
  const yaml = documentOf("openapi.yaml", typed("application/yaml; charset=utf-8"));
  const sockets = documentOf("asyncapi.json", typed("application/json"));
  const responses: Record<string, Answer> = {
    "/swagger.json": json,
    "/swagger.yaml": yaml,
    "/api/schema": (ctx, request) => (wantsJson(request) ? json : yaml)(ctx, request),
    "/asyncapi.json": sockets,
    "/asyncapi": documentOf("asyncapi.html", pageHeaders()),
    "/swagger": swagger,
    "/api/schema/swagger-ui": swagger,
    "/redoc": redoc,
    "/api/schema/redoc": redoc,
  };
  return Object.entries(responses).map(([path, answer]) =>
    route({
      method: "get",
      path,
      tag,
      summary: "Get an API document",
      access: "public",
      hidden: true,
      responses: {},
      async handle({ ctx, request }) {
        await coarseRateLimit(ctx, path);
        return answer(ctx, request);
      },
    }),
  );
}

const typed = (type: string) => ({ "Content-Type": type });

type Answer = (ctx: RequestContext, request: Request) => Response | Promise<Response>;

/** Number of origins for which a document is kept: without `PUBLIC_ORIGIN` a client may send any `Host`. */
const KEPT_ORIGINS = 8;

interface Built {
  readonly text: string;
  readonly etag: string;
}

/** Serves one asset per origin, with an ETag of its content. */
function documentOf(name: string, own: Readonly<Record<string, string>>): Answer {
  const kept = new Map<string, Promise<Built>>();
  return async ({ origin, runtime }, request) => {
    const built =
      kept.get(origin) ??
      builtDocument(runtime.assets, name).then((text) => tagged(documentFor(origin, text)));
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_ORIGINS && !kept.has(origin) && oldest !== undefined) kept.delete(oldest);
    kept.set(origin, built);
    built.catch(() => kept.delete(origin));
    const { text, etag } = await built;
    const headers = { ETag: etag, "Cache-Control": "no-cache", Vary: "Accept" };
    return matchesEtag(request.headers.get("if-none-match"), etag)
      ? new Response(null, { status: 304, headers })
      : new Response(text, { headers: { ...headers, ...own } });
  };
}

async function builtDocument(assets: Fetcher, name: string): Promise<string> {
  const response = await assets.fetch(`https://assets.invalid/documents/${name}`);
  if (!response.ok) throw new Error(`documents/${name} is not among the assets: run npm run assets`);
  // `text()` warns about YAML.
  return new TextDecoder().decode(await response.arrayBuffer());
}

async function tagged(text: string): Promise<Built> {
  return { text, etag: `"${(await sha256(text)).slice(0, 32)}"` };
}

/** YAML by default; the query's `format` takes precedence over `Accept`. */
function wantsJson(request: Request): boolean {
  const format = new URL(request.url).searchParams.get("format");
  if (format) return format.endsWith("json");
  return /application\/(vnd\.oai\.openapi\+)?json/.test(request.headers.get("accept") ?? "");
}

/** Both viewers set styles from scripts. */
const VIEWER_POLICY =
  "style-src-attr 'unsafe-inline'; style-src-elem 'self' 'unsafe-inline'; worker-src 'self' blob:";

/** On a development server the page is told where its sample people are. */
function swagger({ runtime }: RequestContext): Response {
  const samples = runtime.settings.environment === "development" ? "/dev/samples/" : undefined;
  return page(
    {
      title: "Caravan API",
      locale: "en",
      styles: ["/vendor/swagger-ui/swagger-ui.css", "/static/swagger.css"],
      scripts: ["/vendor/swagger-ui/swagger-ui-bundle.js"],
      module: "/static/swagger.js",
      policy: VIEWER_POLICY,
    },
    <div id="viewer" data-samples={samples} />,
  );
}

function redoc(): Response {
  return page(
    {
      title: "Caravan API",
      locale: "en",
      styles: [],
      scripts: ["/vendor/redoc/redoc.standalone.js", "/static/redoc.js"],
      policy: VIEWER_POLICY,
    },
    <div id="viewer" />,
  );
}
