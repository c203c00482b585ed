/** A route: path, access, input and response schemas, handler. Types and API documents derive from it. */

import type { RequestContext } from "../runtime.ts";
import type { z } from "../zod.ts";
import type { Caller } from "./caller.ts";
import type { Refusal } from "./errors.ts";
import type { Locale } from "./text.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * - `public`: credentials are ignored, so an expired one does no harm;
 * - `optional`: a valid credential counts, an invalid one is ignored;
 * - `signedIn`, `driver`, `operator` (operators and staff), `staff`: 401 without a credential, 403 without the role.
 */
export type Access = "public" | "optional" | "signedIn" | "driver" | "operator" | "staff";

/** Status → schema of the body; null for an empty body. */
export type Responses = Readonly<Record<number, z.ZodType | null>>;

export interface RouteResponse<Status extends number = number, Body = unknown> {
  readonly status: Status;
  readonly body: Body;
  readonly headers?: Record<string, string>;
}

type RouteResponseOf<A extends Responses> = {
  [S in keyof A & number]: RouteResponse<S, A[S] extends z.ZodType ? z.input<A[S]> : null>;
}[keyof A & number];

type CallerOf<A extends Access> = A extends "public" ? null : A extends "optional" ? Caller | null : Caller;

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined;

export interface Call<A extends Access, P, Q, B> {
  readonly ctx: RequestContext;
  readonly caller: CallerOf<A>;
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
  readonly request: Request;
}

/** Formats a refusal for an app whose error format differs from the dialect. */
export type ErrorFormat = (refusal: Refusal, locale: Locale) => unknown;

export interface RouteSpec<
  A extends Access,
  P extends z.ZodObject | undefined,
  Q extends z.ZodObject | undefined,
  B extends z.ZodType | undefined,
  R extends Responses,
> {
  readonly method: Method;
  /** Hono's spelling without the trailing slash: `/api/event/:id`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: A;
  /**
   * Of `operator`: also open to staff whose groups have this right, as `orders:read`. `any`: to all of them; the handler
   * asks for the right to what the request names. Without it groups are refused.
   */
  readonly right?: string;
  /** Scheme named in `WWW-Authenticate`; Bearer unless the app speaks Token. */
  readonly challenge?: "Bearer" | "Token";
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Cap on a multipart body in bytes. */
  readonly multipartLimit?: number;
  /** A multipart form that the handler reads as a stream. Documented only; not parsed by the router. */
  readonly streamed?: z.ZodType;
  readonly responses: R;
  /** True for a POST that creates: it supports `Idempotency-Key`. */
  readonly creates?: boolean;
  /**
   * Throws when the caller may not use this route at all. Called before a refused body is reported, so that such a
   * caller gets 403 or 404 instead of field errors. The service checks the rights of a valid request.
   */
  readonly may?: (call: Pick<Call<A, P, Q, B>, "ctx" | "caller" | "params">) => Promise<unknown>;
  readonly formatError?: ErrorFormat;
  /** Open to staff who must set up a second factor before they may do anything else. */
  readonly isSetUp?: boolean;
  /** Fixed language of all responses, for paths whose clients know one language; otherwise the request decides. */
  readonly language?: Locale;
  /** Left out of the API documents: pages and development routes. */
  readonly hidden?: boolean;
  readonly handle: (call: Call<A, P, Q, B>) => Promise<RouteResponseOf<R> | Response>;
}

/** A route with erased types, as the router mounts it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
  readonly right?: string;
  readonly challenge?: "Bearer" | "Token";
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodType | undefined;
  readonly multipartLimit?: number;
  readonly streamed?: z.ZodType;
  readonly responses: Responses;
  readonly creates?: boolean;
  readonly may?: (call: never) => Promise<unknown>;
  readonly formatError?: ErrorFormat;
  readonly isSetUp?: boolean;
  /** The scope that an API key needs; closed to keys without one. Set by `src/key-scopes.ts`. */
  readonly keyScope?: string | null;
  readonly language?: Locale;
  readonly hidden?: boolean;
  readonly handle: (call: never) => Promise<RouteResponse | Response>;
}

/** Declares a route; the compiler checks the handler against the schemas. */
export function route<
  A extends Access,
  R extends Responses,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<A, P, Q, B, R>): Route {
  return spec;
}

/** The same handler under another path, for apps that name one thing differently. */
export function at(
  path: string,
  original: Route,
  changes: Partial<Pick<Route, "tag" | "challenge" | "summary">> = {},
): Route {
  return { ...original, path, ...changes };
}

/** The same routes once more under another prefix: `/api/v1/calculator` also at `/api/calculator`. */
export function alsoUnder(prefix: string, routes: readonly Route[], tag: string): Route[] {
  return routes.map((route) => at(route.path.replace(/^\/api\/v1/, prefix), route, { tag }));
}

export function respond<const S extends number, Body>(
  status: S,
  body: Body,
  headers?: Record<string, string>,
): RouteResponse<S, Body> {
  return headers ? { status, body, headers } : { status, body };
}
