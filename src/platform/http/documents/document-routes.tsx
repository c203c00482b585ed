/** The API documents under all paths of the apps, and two self-hosted viewers. */
import { stringify } from "yaml";
import { sha256 } from "../../crypto/digest.ts";
import { coarseRateLimit } from "../limits/rate-limits.ts";
import { page } from "../pages/page.tsx";
import { matchesEtag } from "../responses/conditional.ts";
import { type Route, route } from "../route.ts";
import { openApiDocument } from "./openapi.ts";

const tag = "Documents";

/**
 * The OpenAPI document as JSON and YAML, Swagger UI, ReDoc, and the AsyncAPI document. Each is built once per isolate
 * and origin; a client that has the current version gets 304.
 */
export function apiDocumentRoutes(routes: readonly Route[], asyncApi: (origin: string) => object): Route[] {
  const json = documentOf("application/json", (origin) => JSON.stringify(openApiDocument(routes, origin)));
  const yaml = documentOf("application/yaml; charset=utf-8", (origin) =>
    stringify(openApiDocument(routes, origin), { aliasDuplicateObjects: false }),
  );
  const sockets = documentOf("application/json", (origin) => JSON.stringify(asyncApi(origin)));
  const responses: Record<string, Answer> = {
    "/swagger.json": json,
    "/swagger.yaml": yaml,
    "/api/schema": (origin, request) => (wantsJson(request) ? json : yaml)(origin, request),
    "/asyncapi.json": sockets,
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
        return answer(ctx.origin, request);
      },
    }),
  );
}

type Answer = (origin: string, request: Request) => Response | Promise<Response>;

/** Number of origins for which a document is kept: without `PUBLIC_ORIGIN` a client may send any `Host`. */
const KEPT_ORIGINS = 8;

interface Built {
  readonly text: string;
  readonly etag: string;
}

/** Serves one document per origin, with an ETag of its content. */
function documentOf(type: string, build: (origin: string) => string): Answer {
  const kept = new Map<string, Promise<Built>>();
  return async (origin, request) => {
    const built = kept.get(origin) ?? tagged(build(origin));
    const [oldest] = kept.keys();
    if (kept.size >= KEPT_ORIGINS && !kept.has(origin) && oldest !== undefined) kept.delete(oldest);
    kept.set(origin, built);
    const { text, etag } = await built;
    const headers = { ETag: etag, "Cache-Control": "no-cache", Vary: "Accept" };
    return matchesEtag(request.headers.get("if-none-match"), etag)
      ? new Response(null, { status: 304, headers })
      : new Response(text, { headers: { ...headers, "Content-Type": type } });
  };
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

function swagger(): Response {
  return page(
    {
      title: "Caravan API",
      locale: "en",
      styles: ["/vendor/swagger-ui/swagger-ui.css"],
      scripts: ["/vendor/swagger-ui/swagger-ui-bundle.js", "/static/swagger.js"],
      policy: VIEWER_POLICY,
    },
    <div id="viewer" />,
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
