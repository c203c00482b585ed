/**
 * Mounts routes on a Hono app, and takes every request down its route (`run`): caller (`authenticate.ts`), rate limit,
 * path, query, body, handler, response.
 */
import { HonoBase } from "hono/hono-base";
import { requestId } from "hono/request-id";
import { recordKeyUse } from "../db/audit.ts";
import { BOOKMARK_COOKIE, BOOKMARK_HEADER } from "../db/client.ts";
import { newRequestId } from "../ids.ts";
import { log } from "../log.ts";
import type { RequestContext, Runtime } from "../runtime.ts";
import { type Authenticate, authenticateCaller } from "./authenticate.ts";
import { setCookie } from "./cookies.ts";
import { preflight } from "./cors.ts";
import { methodNotAllowed, notFound, Refusal, wire } from "./errors.ts";
import { once } from "./idempotency.ts";
import { readBody } from "./input/body.ts";
import { queryFields } from "./input/form.ts";
import { parse } from "./input/validation.ts";
import { coarseRateLimit } from "./limits/rate-limits.ts";
import { messages } from "./messages.ts";
import { allowedAt, indexPaths } from "./path-index.ts";
import { localeOf, openRequestContext } from "./request-context.ts";
import { callerOf, isNoted, noteCaller, requestLogOf } from "./request-log.ts";
import { urlOf } from "./request-url.ts";
import { completeHeaders, headersOfAll, withHeadersOfAll } from "./response-headers.ts";
import type { Route, RouteResponse } from "./route.ts";
import { RememberingRouter } from "./router.ts";
import type { Locale } from "./text.ts";

/** A route that returns a `Response` of its own: a socket's handshake, a media file. */
export interface RawRoute {
  readonly path: string;
  readonly handle: (
    ctx: RequestContext,
    request: Request,
    params: Record<string, string>,
  ) => Promise<Response>;
}

export interface Parts {
  readonly runtime: Runtime;
  readonly authenticate: Authenticate;
  readonly routes: readonly Route[];
  readonly sockets: readonly RawRoute[];
}

type Variables = {
  requestId: string;
  /** The matched route's pattern, for the log: a path itself may hold a secret. */
  place: string;
  /** Fixed language of the matched route. */
  language: Locale | undefined;
  formatError: Route["formatError"];
};
type App = HonoBase<{ Variables: Variables }>;

export function createApp(parts: Parts): App {
  const { runtime, authenticate, routes, sockets } = parts;
  const app: App = new HonoBase<{ Variables: Variables }>({ strict: false, router: new RememberingRouter() });

  // Without a header name the middleware makes every id itself: a client's own X-Request-Id is not trusted.
  // Ids are in order of time, so that the log finds them without an index.
  app.use(requestId({ headerName: "", generator: () => newRequestId(Date.now()) }));
  const requests = requestLogOf(runtime);
  app.use(async (context, next) => {
    const request = context.req.raw;
    const early = preflight(request);
    if (early) context.res = early;
    else {
      const at = Date.now();
      await next();
      const facts = { id: context.get("requestId"), status: context.res.status };
      if (isNoted(facts, runtime.settings.requestLogRate)) {
        const place = context.get("place") ?? "";
        const noted = { at, took: Date.now() - at, method: request.method, place, userId: callerOf(request) };
        const written = requests.note({ ...facts, ...noted });
        if (written) context.executionCtx.waitUntil(written);
      }
    }
    // The headers of a 101 are immutable.
    if (context.res.webSocket) return;
    completeHeaders(context.res, () => headersOfAll(request, runtime.settings, context.get("requestId")));
  });

  const places = indexPaths([...routes, ...sockets.map(({ path }) => ({ path, method: "get" }))]);
  const wrongMethod = (request: Request, place: NonNullable<ReturnType<typeof places.at>>) => {
    const refusal = methodNotAllowed(request.method, allowedAt(place));
    const locale = place.language ?? localeOf(request);
    return refusalAnswer(refusal, locale, place.formatError?.(refusal, locale));
  };

  for (const route of routes) {
    app.on(route.method.toUpperCase(), route.path, (context) => {
      context.set("place", route.path);
      context.set("language", route.language);
      context.set("formatError", route.formatError);
      const request = context.req.raw;
      const fixed = places.fixedPathFor(route.path, context.req.path);
      if (fixed) return wrongMethod(request, fixed);
      const opened = openRequestContext(runtime, request, context.get("requestId"), context.executionCtx);
      const ctx = route.language ? { ...opened, locale: route.language } : opened;
      return run(authenticate, ctx, route, request, context.req.param());
    });
  }
  for (const socket of sockets) {
    app.get(socket.path, async (context) => {
      context.set("place", socket.path);
      const ctx = openRequestContext(
        runtime,
        context.req.raw,
        context.get("requestId"),
        context.executionCtx,
      );
      return catchRefusal(ctx.locale, async () => {
        queryFields(urlOf(context.req.raw).search);
        return socket.handle(ctx, context.req.raw, context.req.param());
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
    const worded = context.get("formatError")?.(new Refusal(503, { raw: body }), locale);
    return Response.json(worded ?? body, { status: 500 });
  });
  return app;
}

/** Runs one request through one route. */
async function run(
  authenticate: Authenticate,
  ctx: RequestContext,
  route: Route,
  request: Request,
  pathValues: Record<string, string>,
): Promise<Response> {
  const handle = route.handle as (call: object) => Promise<RouteResponse | Response>;
  const may = route.may as ((call: object) => Promise<unknown>) | undefined;
  return catchRefusal(
    ctx.locale,
    async () => {
      const caller = await authenticateCaller(authenticate, ctx, route, request);
      noteCaller(request, caller);
      if (!SAFE.has(request.method)) await coarseRateLimit(ctx, route.path, caller);
      const params = route.params && parsePath(route.params, pathValues);
      const given = queryFields(urlOf(request).search);
      const query = route.query && parse(route.query, given);
      const ask = () => may?.({ ctx, caller, params });
      const raw = await authorizeBeforeReject(
        ask,
        () => route.body && readBody(request, route.multipartLimit),
      );
      const work = async () => {
        const body = await authorizeBeforeReject(ask, () => route.body && parse(route.body, raw));
        return handle({ ctx, caller, params, query, body, request });
      };
      const key = route.creates ? request.headers.get("idempotency-key") : null;
      const path = urlOf(request).pathname.replace(/\/$/, "");
      const place = `${request.method} ${path}`;
      const response =
        key === null
          ? answer(await work(), () => headersOfAll(request, ctx.runtime.settings, ctx.requestId))
          : await replayable(ctx, { key, caller, route: place, body: raw }, async () => answer(await work()));
      if (caller?.key && !SAFE.has(request.method) && response.ok) {
        const use = { method: request.method, path, status: response.status };
        await recordKeyUse(ctx, { ...caller, key: caller.key }, use);
      }
      setBookmark(response.headers, ctx.bookmark(), request);
      for (const cookie of ctx.cookies) response.headers.append("Set-Cookie", cookie);
      return response;
    },
    route.formatError,
  );
}
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

/** Returns the result of `read`. When it throws, `ask` runs first: a caller without the right gets that refusal instead. */
async function authorizeBeforeReject<T>(
  ask: () => Promise<unknown> | undefined,
  read: () => T,
): Promise<Awaited<T>> {
  try {
    return await read();
  } catch (error) {
    await ask();
    throw error;
  }
}

async function catchRefusal(
  locale: Locale,
  work: () => Promise<Response>,
  formatError?: Route["formatError"],
): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return refusalAnswer(error, locale, formatError?.(error, locale));
    // Hono masks `Error`s only; a library may throw any value.
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

/** `headersFor`: the headers of all responses, for one that has none of its own. */
function answer(result: RouteResponse | Response, headersFor?: () => Record<string, string>): Response {
  if (result instanceof Response) return result;
  const { status, body, headers } = result;
  if (headers || !headersFor) return written(body, { status, headers: headers ?? {} });
  return withHeadersOfAll(written(body, { status, headers: headersFor() }));
}

function written(body: unknown, init: ResponseInit): Response {
  return body === null ? new Response(null, init) : Response.json(body, init);
}

async function replayable(
  ctx: RequestContext,
  request: Parameters<typeof once>[1],
  work: () => Promise<Response>,
): Promise<Response> {
  const stored = await once(ctx, request, async () => {
    const response = await work();
    return { status: response.status, headers: [...response.headers], body: await response.text() };
  });
  const headers = new Headers(stored.headers.map(([name, value]): [string, string] => [name, value]));
  if (stored.replayed) headers.set("Idempotency-Replayed", "true");
  return new Response(stored.body || null, { status: stored.status, headers });
}

/** A path that does not parse names no resource: 404, not 400. */
function parsePath(schema: NonNullable<Route["params"]>, values: Record<string, string>): unknown {
  const result = schema.safeParse(values);
  if (!result.success) throw notFound();
  return result.data;
}

function setBookmark(headers: Headers, bookmark: string | null, request: Request): void {
  if (!bookmark) return;
  headers.set(BOOKMARK_HEADER, bookmark);
  if (SAFE.has(request.method)) return;
  headers.append("Set-Cookie", setCookie(BOOKMARK_COOKIE, bookmark, 600, request.url));
}
