/** A route: its place, who may call it, what it takes and answers, and the handler. Types and documents come from here. */
import type { z } from "@hono/zod-openapi";
import type { RequestContext } from "../runtime.ts";
import type { Caller } from "./caller.ts";
import type { Refusal } from "./errors.ts";
import type { Locale } from "./text.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/**
 * - `public`: credentials are not even looked at, so a stale one does no harm;
 * - `optional`: a good credential counts, a bad one is as none;
 * - `signedIn`, `driver`, `operator` (operators and staff), `staff`: 401 without, 403 with too little.
 */
export type Access = "public" | "optional" | "signedIn" | "driver" | "operator" | "staff";

/** Status → schema of the body; null for an answer without one. */
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

/** How one app words a refusal when it differs from the dialect. */
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
  /** Scheme named in `WWW-Authenticate`; Bearer unless the app speaks Token. */
  readonly challenge?: "Bearer" | "Token";
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Cap on a multipart body in bytes. */
  readonly multipartLimit?: number;
  /** A multipart form that the handler reads as it arrives: documented, never parsed. */
  readonly streamed?: z.ZodType;
  readonly responses: R;
  /** A POST that creates: honours `Idempotency-Key`. */
  readonly creates?: boolean;
  /**
   * Refuses whoever may not do this at all. Asked when the body is refused, so that a stranger hears that and not
   * what is wrong with their words; the service checks the right of everybody else.
   */
  readonly may?: (call: Pick<Call<A, P, Q, B>, "ctx" | "caller" | "params">) => Promise<unknown>;
  readonly formatError?: ErrorFormat;
  /** The language of every answer, where clients of this path know one only; else the request decides. */
  readonly language?: Locale;
  /** Not in the documents: pages and development doors. */
  readonly hidden?: boolean;
  readonly handle: (call: Call<A, P, Q, B>) => Promise<RouteResponseOf<R> | Response>;
}

/** A route with its types erased, as the router mounts it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly access: Access;
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
  readonly language?: Locale;
  readonly hidden?: boolean;
  readonly handle: (call: never) => Promise<RouteResponse | Response>;
}

/** Declares a route; the handler is checked against its own schemas. */
export function route<
  A extends Access,
  R extends Responses,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(spec: RouteSpec<A, P, Q, B, R>): Route {
  return spec;
}

/** The same handler under another path: where two apps name one thing differently. */
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
