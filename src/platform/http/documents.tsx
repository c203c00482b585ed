/** The API's documents at every path the apps document them under, and the two viewers, self-hosted. */
import { stringify } from "yaml";
import { openApiDocument } from "./openapi.ts";
import { page } from "./page.tsx";
import { type Route, route } from "./route.ts";

const tag = "Documents";

/** JSON and YAML of the OpenAPI document, Swagger UI and ReDoc, and the sockets' AsyncAPI. */
export function documentRoutes(routes: readonly Route[], asyncApi: (origin: string) => object): Route[] {
  const json = (origin: string) => Response.json(openApiDocument(routes, origin));
  const yaml = (origin: string) =>
    new Response(stringify(openApiDocument(routes, origin), { aliasDuplicateObjects: false }), {
      headers: { "Content-Type": "application/yaml; charset=utf-8" },
    });
  const answers: Record<string, (origin: string, request: Request) => Response> = {
    "/swagger.json": json,
    "/swagger.yaml": yaml,
    "/api/schema": (origin, request) => (wantsJson(request) ? json(origin) : yaml(origin)),
    "/asyncapi.json": (origin) => Response.json(asyncApi(origin)),
    "/swagger": swagger,
    "/api/schema/swagger-ui": swagger,
    "/redoc": redoc,
    "/api/schema/redoc": redoc,
  };
  return Object.entries(answers).map(([path, answer]) =>
    route({
      method: "get",
      path,
      tag,
      summary: "Documents",
      access: "public",
      hidden: true,
      answers: {},
      handle: async ({ scope, request }) => answer(scope.origin, request),
    }),
  );
}

/** YAML unless asked otherwise; the query's `format` goes before `Accept`. */
function wantsJson(request: Request): boolean {
  const format = new URL(request.url).searchParams.get("format");
  if (format) return format.endsWith("json");
  return /application\/(vnd\.oai\.openapi\+)?json/.test(request.headers.get("accept") ?? "");
}

/** Both viewers set styles from script. */
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
