/** The typed methods of the API: a path, its parameters and body, and the body of the answer. */
import createClient, { type FetchResponse, type MaybeOptionalInit } from "openapi-fetch";
import type { HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import { randomId } from "../random-id.ts";
import type { Exchange } from "./exchange.ts";
import { CREATING } from "./generated/creating.ts";
import type { paths } from "./generated/schema.ts";

/** The paths of the API that have a method. */
export type PathOf<Method extends HttpMethod> = PathsWithMethod<paths, Method>;

/** What a method of a path takes: `params` with `path` and `query`, `body`, `headers`, `signal`. */
export type InitOf<Path extends PathOf<Method>, Method extends HttpMethod> = MaybeOptionalInit<
  paths[Path],
  Method
>;

/** The same as an argument, which may be left out when nothing in it is required. */
export type InitArgument<Init> =
  RequiredKeysOf<Init> extends never
    ? [init?: Init & { [option: string]: unknown }]
    : [init: Init & { [option: string]: unknown }];

/** What a method of a path answers. */
export type DataOf<Path extends PathOf<Method>, Method extends HttpMethod, Init = unknown> = Exclude<
  FetchResponse<Responses<Path, Method>, Init, MediaType>,
  { data?: never }
>["data"];

type Responses<Path extends keyof paths, Method extends HttpMethod> = Method extends keyof paths[Path]
  ? paths[Path][Method] extends Record<string | number, unknown>
    ? paths[Path][Method]
    : never
  : never;

/** Calls one method of a path. Throws a `CaravanError` for everything but a success. */
export type ApiMethod<Method extends HttpMethod> = <
  Path extends PathOf<Method>,
  Init extends InitOf<Path, Method>,
>(
  path: Path,
  ...init: InitArgument<Init>
) => Promise<DataOf<Path, Method, Init>>;

/**
 * The REST API: `await api.GET("/api/v1/chats/{id}/", { params: { path: { id: 3 } } })` answers the chat. POSTs that
 * create send an `Idempotency-Key`, the same for every repetition; give your own in `headers` to repeat one later.
 */
export interface Api {
  readonly GET: ApiMethod<"get">;
  readonly POST: ApiMethod<"post">;
  readonly PUT: ApiMethod<"put">;
  readonly PATCH: ApiMethod<"patch">;
  readonly DELETE: ApiMethod<"delete">;
}

type AnyMethod = (
  path: string,
  init?: { headers?: unknown; params?: unknown },
) => Promise<{ data?: unknown }>;

/** Whether a POST to this path creates something, and knows repetitions by their key. */
export function creates(path: string): boolean {
  return (CREATING as readonly string[]).includes(path);
}

export function createApi(url: string, exchange: Exchange, fetch: typeof globalThis.fetch): Api {
  const client = createClient<paths>({
    baseUrl: url,
    fetch: (request) =>
      exchange.run({
        method: request.method,
        headers: request.headers,
        signal: request.signal,
        send: (headers) => fetch(new Request(request.clone(), { headers })),
      }),
  });
  const method =
    (name: keyof Api) =>
    async (path: string, init: Parameters<AnyMethod>[1] = {}) => {
      const call = client[name] as unknown as AnyMethod;
      const key = name === "POST" && creates(path) ? { "Idempotency-Key": randomId() } : {};
      const { data } = await call(path, { ...init, headers: { ...key, ...headersOf(init.headers) } });
      return data;
    };
  const api = { GET: method("GET"), POST: method("POST"), PUT: method("PUT") };
  return { ...api, PATCH: method("PATCH"), DELETE: method("DELETE") } as unknown as Api;
}

function headersOf(headers: unknown): Record<string, unknown> {
  if (typeof Headers !== "undefined" && headers instanceof Headers) {
    const plain: Record<string, string> = {};
    headers.forEach((value, name) => {
      plain[name] = value;
    });
    return plain;
  }
  if (Array.isArray(headers)) return Object.fromEntries(headers);
  return (headers ?? {}) as Record<string, unknown>;
}
