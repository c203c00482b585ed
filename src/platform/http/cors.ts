/**
 * CORS, allowed origins (which also prevent CSRF) and security headers. Hono's `cors` sends the credentials header to every origin and answers a plain OPTIONS
 * itself, where ours says `Allow`. Hono's `secureHeaders` overwrites the policy that a page brings and fails on a
 * socket's 101, whose headers are fixed. So both stay our own.
 */
import { BOOKMARK_HEADER } from "../db/client.ts";
import type { RequestContext, Settings } from "../runtime.ts";
import { forbidden } from "./errors.ts";
import { messages } from "./messages.ts";
import { urlOf } from "./request-url.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS = `accept, accept-language, authorization, content-type, idempotency-key, if-match, if-none-match, range, user-agent, x-csrftoken, x-requested-with, ${BOOKMARK_HEADER}`;
const EXPOSED = `etag, idempotency-replayed, location, retry-after, x-request-id, ${BOOKMARK_HEADER}`;

/** Origins of the settings, the request's own origin, and in development every port of this machine. */
export function isAllowedOrigin(origin: string, request: Request, settings: Settings): boolean {
  if (origin === urlOf(request).origin || origin === settings.publicOrigin) return true;
  if (settings.corsOrigins.includes(origin)) return true;
  return settings.environment === "development" && LOCAL.test(origin);
}
const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Prevents CSRF: browsers attach the cookie to requests of any page, so unsafe ones must come from an allowed origin.
 * So must the sign-in that sets the cookie, or a foreign page could sign its visitors in to another account.
 */
export function requireOwnOrigin(ctx: RequestContext, request: Request): void {
  if (SAFE.has(request.method)) return;
  const origin = request.headers.get("origin");
  if (origin && !isAllowedOrigin(origin, request, ctx.runtime.settings))
    throw forbidden(messages.originRefused);
  if (!origin && request.headers.get("sec-fetch-site") === "cross-site")
    throw forbidden(messages.originRefused);
}

/** CORS headers of every response, errors included. An origin that is not listed gets `Vary` only. */
export function corsHeaders(request: Request, settings: Settings): Record<string, string> {
  const origin = request.headers.get("origin");
  if (!origin || !isAllowedOrigin(origin, request, settings)) return { Vary: "Origin" };
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": EXPOSED,
  };
}

/** The response to a preflight; null when the request is not one. */
export function preflight(request: Request): Response | null {
  if (request.method !== "OPTIONS" || !request.headers.has("access-control-request-method")) return null;
  return new Response(null, {
    status: 204,
    headers: {
      "Access-Control-Allow-Methods": METHODS,
      "Access-Control-Allow-Headers": HEADERS,
      "Access-Control-Max-Age": "86400",
    },
  });
}

/** Headers of every response; a page brings its own `Content-Security-Policy`. */
export function securityHeaders(request: Request): Record<string, string> {
  return {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    // Responses to a cookie are personal too, and shared caches do not look at cookies.
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    ...(request.url.startsWith("https:")
      ? { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" }
      : {}),
  };
}
