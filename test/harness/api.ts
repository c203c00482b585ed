/** Calls the Worker as a client does, and creates the accounts that a test needs, each with a unique name. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import worker from "../../src/index.ts";
import { requireDocumented } from "./documented.ts";

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each test checks the body's shape itself.
  readonly body: any;
  readonly headers: Headers;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly token?: string;
  /** `Token` scheme. */
  readonly key?: string;
  readonly headers?: Record<string, string>;
  /** Settings that this call overrides. */
  readonly settings?: Record<string, string>;
}

const ORIGIN = "http://caravan.test";

export type TestEnv = Cloudflare.Env;

const DEPLOYED = {
  PASSWORD_COST: undefined,
  RATE_REGISTRATION: undefined,
  RATE_LOGIN: undefined,
  RATE_RESET: undefined,
};

const variants = new Map<string, TestEnv>();
/** The environment with other settings. The same settings give the same object, so that the Worker builds it once. */
export function envWith(settings: Record<string, string>): TestEnv {
  const name = JSON.stringify(settings);
  let variant = variants.get(name);
  if (!variant) {
    // A deployment has its own rates, and refuses the cheap hashes of the tests.
    const deployed = settings.APP_ENV && settings.APP_ENV !== "development";
    variant = { ...env, ...(deployed ? DEPLOYED : {}), ...settings };
    variants.set(name, variant);
  }
  return variant;
}

/** Sends a request, and waits for the work that it deferred until after the response. */
export async function send(request: Request, environment: TestEnv = env): Promise<Response> {
  const context = createExecutionContext();
  const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], environment, context);
  await waitOnExecutionContext(context);
  await requireDocumented(request, response);
  return response;
}

/** Sends a request and parses the response. A plain object is sent as JSON; strings and forms as they are. */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (options.token) headers.set("authorization", `Bearer ${options.token}`);
  if (options.key) headers.set("authorization", `Token ${options.key}`);
  const { body } = options;
  const raw =
    body === undefined ||
    typeof body === "string" ||
    body instanceof FormData ||
    body instanceof URLSearchParams;
  if (!raw && !headers.has("content-type")) headers.set("content-type", "application/json");
  if (typeof body === "string" && !headers.has("content-type"))
    headers.set("content-type", "application/json");
  const request = new Request(`${ORIGIN}${path}`, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
  });
  const response = await send(request, options.settings ? envWith(options.settings) : env);
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return {
    status: response.status,
    body: type.includes("json") ? JSON.parse(text) : text,
    headers: response.headers,
  };
}

/** `call` by method. */
export const get = (path: string, options?: CallOptions) => call("GET", path, options);
/** Sends a POST and returns its answer. */
export const post = (path: string, body?: unknown, options: CallOptions = {}) =>
  call("POST", path, { body, ...options });
/** Sends a PUT and returns its answer. */
export const put = (path: string, body?: unknown, options: CallOptions = {}) =>
  call("PUT", path, { body, ...options });
/** Sends a PATCH and returns its answer. */
export const patch = (path: string, body?: unknown, options: CallOptions = {}) =>
  call("PATCH", path, { body, ...options });
/** Sends a DELETE and returns its answer. */
export const del = (path: string, body?: unknown, options: CallOptions = {}) =>
  call("DELETE", path, { body, ...options });

let count = 0;
/** A name that no other test uses. */
export function unique(prefix = "user"): string {
  count += 1;
  return `${prefix}${count}x${crypto.randomUUID().slice(0, 8)}`;
}

/** A Russian mobile number that no other test uses. */
export function uniquePhone(): string {
  return `+79${String(Math.floor(Math.random() * 1e9)).padStart(9, "0")}`;
}

export interface Person {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  readonly refresh: string;
}

/** Creates an account through AlphaBet's sign-up. */
export async function person(prefix = "user"): Promise<Person> {
  const username = unique(prefix);
  const email = `${username}@example.com`.toLowerCase();
  const password = "verysecret";
  const answer = await post("/api/auth/signup/", { username, email, password });
  if (answer.status !== 200) throw new Error(`sign-up: ${answer.status} ${JSON.stringify(answer.body)}`);
  const claims = JSON.parse(atob(answer.body.access.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  return {
    id: claims.user_id,
    username,
    email,
    password,
    token: answer.body.access,
    refresh: answer.body.refresh,
  };
}

/** Creates an account with rights that no route gives. */
export async function staffMember(
  rights: { staff?: boolean; type?: "CLIENT" | "DRIVER" | "OPERATOR" } = { staff: true },
): Promise<Person> {
  const made = await person("staff");
  await env.DB.prepare("UPDATE users SET is_staff = ?, user_type = ? WHERE id = ?")
    .bind(rights.staff ? 1 : 0, rights.type ?? "OPERATOR", made.id)
    .run();
  const again = await post("/api/auth/signin/", { username: made.username, password: made.password });
  return { ...made, token: again.body.access, refresh: again.body.refresh };
}

export interface Letter {
  readonly id: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly links: string[];
  readonly codes: string[];
  readonly attachments: { readonly name: string; readonly type: string; readonly content: string }[];
  readonly headers: Record<string, string>;
  readonly status: string;
}

/** The mails and messages to one address, newest first. */
export async function outboxOf(to: string): Promise<Letter[]> {
  return (await get(`/dev/outbox.json?to=${encodeURIComponent(to)}`)).body;
}

/** The rows of a query, for data that no route shows. */
export async function rows<T = Record<string, unknown>>(query: string, ...bindings: unknown[]): Promise<T[]> {
  return (
    await env.DB.prepare(query)
      .bind(...bindings)
      .all<T>()
  ).results;
}
