/** Which responses a route may refuse with, and how each of them looks: read from the source by the build. */

import { z } from "../../zod.ts";
import { Refusal, type RefusalBody, type RefusalStatus, wire } from "../errors.ts";
import { parse } from "../input/validation.ts";
import { messages } from "../messages.ts";
import { indexPaths } from "../path-index.ts";
import type { Route } from "../route.ts";
import type { Text } from "../text.ts";
import { positionsOf, type SourcePosition } from "./recorded-route.ts";

/** A refusal as the source says it. `body` is null where the source does not say it, and texts may have gaps: `{name}`. */
export interface ReadRefusal {
  readonly status: RefusalStatus;
  readonly body: RefusalBody | null;
  /** Whether the response has `Retry-After`. */
  readonly retry?: boolean;
}

/** Reads the source: `scripts/setup/refusals/reader.mjs`. */
export interface SourceReader {
  readonly of: (path: string, name: string) => readonly ReadRefusal[];
  readonly at: (positions: readonly SourcePosition[]) => readonly ReadRefusal[];
}

/** The refusals of one status: the bodies that it may have, each once, in English. */
export interface RefusalAnswer {
  readonly status: number;
  readonly bodies: readonly unknown[];
  readonly hasRetryAfter: boolean;
}

const HTTP = "src/platform/http";

/** Statuses that a route may refuse with, in order. */
export function refusalAnswers(
  reader: SourceReader,
  routes: readonly Route[],
): (route: Route) => RefusalAnswer[] {
  const shadowed = shadowedBy(routes);
  return (route) => {
    const positions = positionsOf(route);
    if (positions.length === 0)
      throw new Error(`where ${route.method} ${route.path} is declared is not known`);
    const found = [...stagesOf(reader, route), ...reader.at(positions)].filter((refusal) =>
      mayConflict(route, refusal),
    );
    if (shadowed(route)) found.push(METHOD);
    const byStatus = Map.groupBy(found, ({ status }) => status);
    return [...byStatus]
      .sort(([one], [other]) => one - other)
      .map(([status, refusals]) => ({
        status,
        bodies: unique(refusals.flatMap((refusal) => bodyOf(route, refusal))),
        hasRetryAfter: refusals.some(({ retry }) => retry),
      }));
  };
}

/** A read changes nothing, so nothing is in its way, even where it names the code that changes the same thing. */
const mayConflict = ({ method }: Route, { status }: ReadRefusal) =>
  method !== "get" || (status !== 409 && status !== 412);

const METHOD: ReadRefusal = { status: 405, body: { detail: messages.method } };

/** What `mount.ts` does before the handler, in its order, as far as it depends on the route. */
function stagesOf({ of }: SourceReader, route: Route): ReadRefusal[] {
  const refusals: ReadRefusal[] = [];
  const isGuarded = route.access !== "public" && route.access !== "optional";
  if (route.access !== "public")
    for (const refusal of of(`${HTTP}/authenticate.ts`, "authenticateCaller")) {
      // An optional credential is never missed; a role is asked of routes that name one.
      if (refusal.status === 401 && (!isGuarded || !speaks(route, refusal))) continue;
      if (isForbidden(refusal) && !["driver", "operator", "staff"].includes(route.access)) continue;
      refusals.push(refusal);
    }
  if (route.method !== "get") refusals.push(...of(`${HTTP}/limits/rate-limits.ts`, "coarseRateLimit"));
  if (route.params) refusals.push(...of(`${HTTP}/mount.ts`, "parsePath"));
  refusals.push(...of(`${HTTP}/input/form.ts`, "queryFields"));
  if (route.query) refusals.push(...faultsOf(route.query));
  if (route.body) refusals.push(...of(`${HTTP}/input/body.ts`, "readBody"), ...faultsOf(route.body));
  if (route.creates) refusals.push(...of(`${HTTP}/idempotency.ts`, "once"));
  return refusals;
}

const isForbidden = ({ body }: ReadRefusal) =>
  body !== null && "detail" in body && body.detail.en === messages.forbidden.en;

/** Whether a refused credential is worded for the scheme that the route's app uses. */
function speaks(route: Route, { body }: ReadRefusal): boolean {
  if (body === null || !("detail" in body) || body.detail.en === messages.noCredentials.en) return true;
  return (route.challenge === "Token") !== (body.extra?.code !== undefined);
}

/** A refusal of input, made by giving the schema what it does not take. */
function faultsOf(schema: z.ZodType): ReadRefusal[] {
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  for (const input of [{}, ...Object.keys(shape).map((name) => ({ [name]: { "?": "?" } }))])
    try {
      parse(schema, input);
    } catch (error) {
      if (error instanceof Refusal) return [{ status: error.status, body: error.body }];
    }
  return [];
}

/** The body of a refusal as the route sends it; none where the source does not say it. */
function bodyOf(route: Route, { status, body }: ReadRefusal): unknown[] {
  const known = body && completed(body);
  if (!known) return [];
  const locale = route.language ?? "en";
  return [route.formatError?.(new Refusal(status, known), locale) ?? wire(known, locale)];
}

/** The body with lists where fields have one text, and with the catalogue's own texts, which formats compare. */
function completed(body: RefusalBody): RefusalBody | null {
  if ("detail" in body) return body.detail ? { ...body, detail: own(body.detail) } : null;
  if (!("fields" in body)) return Object.keys(body.raw ?? {}).length === 0 ? null : body;
  const listed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.length > 0 ? value : null;
    if (typeof value !== "object" || value === null) return null;
    if ("en" in value) return [value];
    const inner = Object.entries(value).map(([name, deeper]) => [name, listed(deeper)] as const);
    const said = inner.filter(([, deeper]) => deeper !== null);
    return said.length > 0 ? Object.fromEntries(said) : null;
  };
  const fields = listed(body.fields);
  return fields === null ? null : ({ fields } as RefusalBody);
}

const own = (text: Text): Text =>
  Object.values<Text>(messages).find((message) => message.en === text.en) ?? text;

function unique(bodies: readonly unknown[]): unknown[] {
  return [...new Map(bodies.map((body) => [JSON.stringify(body), body])).values()];
}

/** Whether a path that the route's pattern matches is another route's own, which has not the route's method. */
function shadowedBy(routes: readonly Route[]): (route: Route) => boolean {
  const index = indexPaths(routes);
  const plain = [...new Set(routes.map(({ path }) => path))].map((path) =>
    path.replace(/:\w+(\{[^}]+\})?/g, "1"),
  );
  return ({ path, method }) =>
    path.includes(":") &&
    plain.some((other) => {
      const fixed = index.fixedPathFor(path, other);
      return fixed !== null && !fixed.methods.includes(method.toUpperCase());
    });
}
