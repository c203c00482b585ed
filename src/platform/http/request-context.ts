/** Opens the request context of a request or a job. */
import { BOOKMARK_COOKIE, BOOKMARK_HEADER, openD1Session } from "../db/client.ts";
import { log } from "../log.ts";
import type { RequestContext, Runtime } from "../runtime.ts";
import { cookieOf, DEVICE_COOKIE } from "./cookies.ts";
import { urlOf } from "./request-url.ts";
import { chooseLocale, type Locale } from "./text.ts";

export function openRequestContext(
  runtime: Runtime,
  request: Request,
  requestId: string,
  context: Deferring,
): RequestContext {
  const bookmark = request.headers.get(BOOKMARK_HEADER) ?? cookieOf(request, BOOKMARK_COOKIE);
  const session = openD1Session(runtime.database, bookmark && BOOKMARK.test(bookmark) ? bookmark : null);
  const requestOrigin = urlOf(request).origin;
  return {
    runtime,
    db: session.db,
    bookmark: session.bookmark,
    locale: localeOf(request),
    origin: runtime.settings.publicOrigin ?? requestOrigin,
    requestOrigin,
    requestId,
    client: {
      address: request.headers.get("cf-connecting-ip") ?? "local",
      userAgent: (request.headers.get("user-agent") ?? "").slice(0, 300),
      device: cookieOf(request, DEVICE_COOKIE),
    },
    cookies: [],
    now: Date.now,
    defer: deferTo(context),
  };
}

/** A context for work without a request: queue, cron, rooms. Always reads at the primary. */
export function openJobContext(runtime: Runtime, context: Deferring): RequestContext {
  const session = openD1Session(runtime.database, null);
  const origin = runtime.settings.publicOrigin ?? "http://localhost:8787";
  return {
    runtime,
    db: session.db,
    bookmark: session.bookmark,
    locale: "en",
    origin,
    requestOrigin: origin,
    requestId: crypto.randomUUID(),
    client: { address: "job", userAgent: "" },
    cookies: [],
    now: Date.now,
    defer: deferTo(context),
  };
}

export function localeOf(request: Request): Locale {
  return chooseLocale(urlOf(request).pathname, request.headers.get("accept-language"));
}

interface Deferring {
  waitUntil(work: Promise<unknown>): void;
}

const deferTo =
  (context: Deferring): RequestContext["defer"] =>
  (at, work, facts = {}) =>
    context.waitUntil(work.catch((error: unknown) => log("warn", at, facts, error)));

/** The format of D1 bookmarks; any other value of the header is ignored. */
const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;
