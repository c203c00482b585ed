/** Who may call from a browser, and the headers that make a page safe. */
import { BOOKMARK_HEADER } from "../db/client.ts";
import type { Settings } from "../runtime.ts";

const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS = `accept, accept-language, authorization, content-type, idempotency-key, if-none-match, range, user-agent, x-csrftoken, x-requested-with, ${BOOKMARK_HEADER}`;
const EXPOSED = `etag, idempotency-replayed, location, retry-after, x-request-id, ${BOOKMARK_HEADER}`;

/** The settings' list; in development also any port of this machine. An origin equal to the request's own always passes. */
export function isAllowedOrigin(origin: string, request: Request, settings: Settings): boolean {
  if (origin === new URL(request.url).origin || origin === settings.publicOrigin) return true;
  if (settings.corsOrigins.includes(origin)) return true;
  return settings.environment === "development" && LOCAL.test(origin);
}
const LOCAL = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** For every answer, errors included. Without a listed origin only `Vary` is said. */
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

/** The answer to a preflight, or null when the request is none. */
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

/** What every answer carries; a page adds its own `Content-Security-Policy`. */
export function securityHeaders(request: Request): Record<string, string> {
  return {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    // A cookie alone gets personal answers too, which no cache knows to keep to itself.
    "Cache-Control": "no-store",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    ...(request.url.startsWith("https:")
      ? { "Strict-Transport-Security": "max-age=31536000; includeSubDomains" }
      : {}),
  };
}
