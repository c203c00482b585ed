/** Puts routes on a Hono app and walks each request through the dialect: shield, caller, path, body, handler, answer. */
import { Hono } from "hono";
import { BOOKMARK_COOKIE, BOOKMARK_HEADER } from "../db/client.ts";
import { log } from "../log.ts";
import type { Runtime, Scope } from "../runtime.ts";
import { type Authenticate, admit } from "./admit.ts";
import { readBody } from "./body.ts";
import { corsHeaders, preflight, securityHeaders } from "./cors.ts";
import { methodNotAllowed, notFound, Refusal, wire } from "./errors.ts";
import { queryFields } from "./form.ts";
import { once } from "./idempotency.ts";
import { shield } from "./limits.ts";
import { messages } from "./messages.ts";
import { allowedAt, placesOf } from "./places.ts";
import type { Reply, Route } from "./route.ts";
import { localeOf, openScope } from "./scope.ts";
import type { Locale } from "./text.ts";
import { parse } from "./validation.ts";

/** A place that answers with a `Response` of its own: a socket's handshake. */
export interface RawRoute {
  readonly path: string;
  readonly handle: (scope: Scope, request: Request, params: Record<string, string>) => Promise<Response>;
}

export interface Parts {
  readonly runtime: Runtime;
  readonly authenticate: Authenticate;
  readonly routes: readonly Route[];
  readonly sockets: readonly RawRoute[];
}

type Variables = {
  requestId: string;
  /** The matched route's pattern: a path itself may hold a secret, and logs hold none. */
  place: string;
  /** In which the matched route always answers. */
  language: Locale | undefined;
  wording: Route["wording"];
};
type App = Hono<{ Variables: Variables }>;

export function createApp(parts: Parts): App {
  const { runtime, authenticate, routes, sockets } = parts;
  const app: App = new Hono<{ Variables: Variables }>({ strict: false });

  app.use(async (context, next) => {
    const requestId = crypto.randomUUID();
    context.set("requestId", requestId);
    const request = context.req.raw;
    const early = preflight(request);
    if (early) context.res = early;
    else await next();
    // The headers of a socket's 101 can't be changed, and nobody reads them.
    if (context.res.webSocket) return;
    dress(context.res.headers, {
      ...corsHeaders(request, runtime.settings),
      ...securityHeaders(request),
      "X-Request-Id": requestId,
    });
  });

  const places = placesOf([...routes, ...sockets.map(({ path }) => ({ path, method: "get" }))]);
  const wrongMethod = (request: Request, place: NonNullable<ReturnType<typeof places.at>>) =>
    refusalAnswer(methodNotAllowed(request.method, allowedAt(place)), place.language ?? localeOf(request));

  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, (context) => {
      context.set("place", route.path);
      context.set("language", route.language);
      context.set("wording", route.wording);
      const request = context.req.raw;
      const fixed = places.insteadOf(route.path, context.req.path);
      if (fixed) return wrongMethod(request, fixed);
      const opened = openScope(runtime, request, context.get("requestId"), context.executionCtx);
      const scope = route.language ? { ...opened, locale: route.language } : opened;
      return run(authenticate, scope, route, request, context.req.param());
    });
  }
  for (const socket of sockets) {
    app.get(socket.path, async (context) => {
      context.set("place", socket.path);
      const scope = openScope(runtime, context.req.raw, context.get("requestId"), context.executionCtx);
      return orRefusal(scope.locale, async () => {
        queryFields(new URL(context.req.url).search);
        return socket.handle(scope, context.req.raw, context.req.param());
      });
    });
  }

  app.notFound((context) => {
    const { method, path, raw } = context.req;
    const place = places.at(path);
    if (!place) return refusalAnswer(notFound(), localeOf(raw));
    if (method === "OPTIONS")
      return new Response(null, { status: 204, headers: { Allow: allowedAt(place).join(", ") } });
    return wrongMethod(raw, place);
  });

  app.onError((error, context) => {
    const requestId = context.get("requestId");
    log("error", "http", { requestId, method: context.req.method, place: context.get("place") }, error);
    const locale = context.get("language") ?? localeOf(context.req.raw);
    const body = { detail: messages.serverError[locale], request_id: requestId };
    const worded = context.get("wording")?.(new Refusal(503, { raw: body }), locale);
    return Response.json(worded ?? body, { status: 500 });
  });
  return app;
}

/** One request through one route. */
async function run(
  authenticate: Authenticate,
  scope: Scope,
  route: Route,
  request: Request,
  pathValues: Record<string, string>,
): Promise<Response> {
  const handle = route.handle as (call: object) => Promise<Reply | Response>;
  const may = route.may as ((call: object) => Promise<unknown>) | undefined;
  return orRefusal(
    scope.locale,
    async () => {
      const caller = await admit(authenticate, scope, route, request);
      if (!SAFE.has(request.method)) await shield(scope, route.path, caller);
      const params = route.params && parsePath(route.params, pathValues);
      const given = queryFields(new URL(request.url).search);
      const query = route.query && parse(route.query, given);
      const ask = () => may?.({ scope, caller, params });
      const raw = await orStranger(ask, () => route.body && readBody(request, route.multipartLimit));
      const work = async () => {
        const body = await orStranger(ask, () => route.body && parse(route.body, raw));
        return answer(await handle({ scope, caller, params, query, body, request }));
      };
      const key = route.creates ? request.headers.get("idempotency-key") : null;
      const place = `${request.method} ${new URL(request.url).pathname.replace(/\/$/, "")}`;
      const response =
        key === null ? await work() : await replayable(scope, { key, caller, route: place, body: raw }, work);
      carryBookmark(response.headers, scope.bookmark(), request);
      for (const cookie of scope.cookies) response.headers.append("Set-Cookie", cookie);
      return response;
    },
    route.wording,
  );
}
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** What `read` makes of a body. Where it refuses, whoever may not do this at all is told so instead. */
async function orStranger<T>(ask: () => Promise<unknown> | undefined, read: () => T): Promise<Awaited<T>> {
  try {
    return await read();
  } catch (error) {
    await ask();
    throw error;
  }
}

async function orRefusal(
  locale: Locale,
  work: () => Promise<Response>,
  wording?: Route["wording"],
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, locale, wording?.(error, locale));
    // Hono masks errors only; a library may throw anything.
    throw error instanceof Error
      ? error
      : new Error("something that is no Error was thrown", { cause: error });
  }
}

function refusalAnswer(refusal: Refusal, locale: Locale, worded?: unknown): Response {
  return Response.json(worded ?? wire(refusal.body, locale), {
    status: refusal.status,
    headers: refusal.headers,
  });
}

function answer(result: Reply | Response): Response {
  if (result instanceof Response) return result;
  const { status, body, headers = {} } = result;
  if (body === null) return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}

async function replayable(
  scope: Scope,
  request: Parameters<typeof once>[1],
  work: () => Promise<Response>,
): Promise<Response> {
  const stored = await once(scope, request, async () => {
    const response = await work();
    return { status: response.status, headers: [...response.headers], body: await response.text() };
  });
  const headers = new Headers(stored.headers.map(([name, value]): [string, string] => [name, value]));
  if (stored.replayed) headers.set("Idempotency-Replayed", "true");
  return new Response(stored.body || null, { status: stored.status, headers });
}

/** A path that does not parse names nothing: 404, not 400. */
function parsePath(schema: NonNullable<Route["params"]>, values: Record<string, string>): unknown {
  const result = schema.safeParse(values);
  if (!result.success) throw notFound();
  return result.data;
}

function carryBookmark(headers: Headers, bookmark: string | null, request: Request): void {
  if (!bookmark) return;
  headers.set(BOOKMARK_HEADER, bookmark);
  if (SAFE.has(request.method)) return;
  const secure = request.url.startsWith("https:") ? "; Secure" : "";
  headers.append(
    "Set-Cookie",
    `${BOOKMARK_COOKIE}=${bookmark}; Path=/; Max-Age=600; HttpOnly; SameSite=Lax${secure}`,
  );
}

/** Adds headers that the answer does not set itself. */
function dress(headers: Headers, more: Record<string, string>): void {
  for (const [name, value] of Object.entries(more)) {
    if (name === "Vary") headers.append(name, value);
    else if (!headers.has(name)) headers.set(name, value);
  }
}
