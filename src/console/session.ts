/** The session, one for all tabs of the browser, and all calls to the API. */
import { HttpError } from "ra-core";
import { noteAnswer } from "./online.ts";

const KEY = "caravan.session";
const watchers = new Set<() => void>();
const changed = () => {
  for (const tell of watchers) tell();
};
// Another tab has signed in or out; `key` is null when it has cleared everything.
addEventListener("storage", ({ key }) => {
  if (key === KEY || key === null) changed();
});

export const session = {
  key: () => localStorage.getItem(KEY),
  keep(key: string): void {
    localStorage.setItem(KEY, key);
    changed();
  },
  /** Ends the session in this browser. `key`: only while it is this one, because another tab may have signed in since. */
  forget(key?: string): void {
    if (key !== undefined && session.key() !== key) return;
    localStorage.removeItem(KEY);
    changed();
  },
  /** Calls back when the key changes in this or another tab; returns what ends that. */
  onChange(tell: () => void): () => void {
    watchers.add(tell);
    return () => watchers.delete(tell);
  },
};

export interface CallOptions {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** The version that was read; 412 if the record was changed since. */
  readonly version?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The request's name: however often it is sent, it is done once. By default each is another one. */
  readonly once?: string | undefined;
  /** A session key that is not kept yet. */
  readonly key?: string | undefined;
}

/** Calls the API in the page's language and returns the parsed body. Errors become ra-core's `HttpError`. */
export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  const words = await response.text();
  const body: unknown = words && isJson(response) ? JSON.parse(words) : null;
  if (!response.ok) throw refusal(response.status, body);
  return body as T;
}

/** The same for responses other than JSON. */
export async function download(path: string, query: CallOptions["query"], name: string): Promise<void> {
  const response = await send("GET", path, { query });
  if (!response.ok) throw refusal(response.status, null);
  const url = URL.createObjectURL(await response.blob());
  openFile(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Downloads a file, by default under the server's name. */
export function openFile(url: string, name = ""): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

async function send(
  method: string,
  path: string,
  { query, body, version, signal, once, key = session.key() ?? undefined }: CallOptions,
): Promise<Response> {
  const answer = fetch(path + queryText(query), {
    method,
    credentials: "same-origin",
    ...(signal ? { signal } : {}),
    headers: {
      Accept: "application/json",
      "Accept-Language": document.documentElement.lang || "en",
      ...(key ? { Authorization: `Token ${key}` } : {}),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(version ? { "If-Match": `"${version}"` } : {}),
      ...(method === "POST" ? { "Idempotency-Key": once ?? crypto.randomUUID() } : {}),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  try {
    const response = await answer;
    noteAnswer(true);
    return response;
  } catch (error) {
    if (!signal?.aborted) noteAnswer(false);
    throw error;
  }
}

export function queryText(query: CallOptions["query"] = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  const words = search.toString();
  return words && `?${words}`;
}

function isJson(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").includes("json");
}

/** The API's errors for forms: the first message of each field, others at the root. */
export function refusal(status: number, body: unknown): HttpError {
  const facts = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  const errors: Record<string, unknown> = {};
  for (const [field, messages] of Object.entries(facts)) {
    if (!Array.isArray(messages)) continue;
    const words = messages.map(String).join(" ");
    if (field === "non_field_errors") errors.root = { serverError: words };
    else errors[field] = words;
  }
  const [first] = Object.values(facts).flat();
  const detail = typeof facts.detail === "string" ? facts.detail : typeof first === "string" ? first : "";
  return new HttpError(detail || `HTTP ${status}`, status, { ...facts, errors });
}
