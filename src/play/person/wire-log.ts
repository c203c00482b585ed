/** What went over one person's line: frames, requests, and states of the connection. It holds no secrets. */

/** `line`: something about the connection itself. */
export type Direction = "in" | "out" | "line";

export interface WireRow {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  readonly direction: Direction;
  /** A frame's `t`, a request's method, a response's status, or a state. */
  readonly name: string;
  /** The rest in one line. */
  readonly summary: string;
  /** All of it, to be read and copied; null when the line says everything. */
  readonly value: unknown;
}

/** So many rows are kept. */
const MOST = 400;

export class WireLog {
  #rows: readonly WireRow[] = [];
  #count = 0;
  readonly #watchers = new Set<() => void>();

  /** The oldest first; another array after each change. */
  get rows(): readonly WireRow[] {
    return this.#rows;
  }

  add(row: Pick<WireRow, "direction" | "name" | "summary"> & { value?: unknown }): void {
    this.#count += 1;
    const { value = null, ...rest } = row;
    this.#replace([...this.#rows, { id: this.#count, at: Date.now(), value, ...rest }].slice(-MOST));
  }

  /** A frame as it went, but for tokens. */
  addFrame(direction: "in" | "out", frame: { readonly t: string }): void {
    const value = withoutSecrets(frame) as { t: string };
    const { t, ...rest } = value;
    const summary = Object.keys(rest).length > 0 ? JSON.stringify(rest) : "";
    this.add({ direction, name: t, summary, value });
  }

  clear(): void {
    this.#replace([]);
  }

  /** Calls `watcher` after each change; returns what ends it. */
  readonly onChange = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  #replace(rows: readonly WireRow[]): void {
    this.#rows = rows;
    for (const watcher of this.#watchers) watcher();
  }
}

const SECRETS = new Set(["password", "token", "access", "refresh"]);

/** A copy in which passwords and tokens are dots. */
export function withoutSecrets(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (key, part) => (SECRETS.has(key) && typeof part === "string" ? "…" : part)),
  );
}

/** A `fetch` that writes what it sends and gets into a log. */
export function logged(log: WireLog, fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = await jsonOf(request.clone());
    log.add({ direction: "out", name: request.method, summary: pathname + search, value: body });
    const begun = performance.now();
    try {
      const response = await fetch(request);
      const value = await jsonOf(response.clone());
      const took = `${Math.round(performance.now() - begun)} ms`;
      const summary = value === null ? took : `${took} · ${JSON.stringify(value).slice(0, 300)}`;
      log.add({ direction: "in", name: String(response.status), summary, value });
      return response;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.add({ direction: "line", name: "failed", summary: `${request.method} ${pathname}: ${why}` });
      throw error;
    }
  };
}

/** The JSON of a body without its secrets; null for no body and for anything else. */
async function jsonOf(message: Request | Response): Promise<unknown> {
  if (!message.headers.get("content-type")?.includes("json")) return null;
  return message.json().then(withoutSecrets, () => null);
}
