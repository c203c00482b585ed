/**
 * The log of requests that operators read for a day: all that failed, and a sample of the others. It holds the route's
 * pattern instead of the path, and no query, header or body, so it holds no secret.
 *
 * An isolate writes what it noted within some seconds as one row, so requests cost a small part of a row each. What an
 * isolate holds when it ends is lost.
 */
import { sql } from "drizzle-orm";
import { openD1Session } from "../db/client.ts";
import { newOrderedId, orderedIdAt } from "../ids.ts";
import { log } from "../log.ts";
import type { RequestContext, Runtime } from "../runtime.ts";
import type { Caller } from "./caller.ts";

export interface LoggedRequest {
  readonly id: string;
  /** When it came, epoch ms, and how long the answer took, ms. */
  readonly at: number;
  readonly took: number;
  readonly method: string;
  /** The route's pattern: `/api/v1/orders/:uuid`; empty for an unknown path. */
  readonly place: string;
  readonly status: number;
  readonly userId: number | null;
}

/** How long an isolate collects before it writes a row, ms, and how much a row takes. A developer sees a request at once. */
const PAUSE = { development: 0, staging: 5000, production: 5000 } as const;
const MOST = 200;

/** How long requests are kept. Milliseconds. */
const KEPT = 24 * 3600_000;

/**
 * Whether a request is noted: each that failed by our fault, of others the part `rate`, chosen by the random end of the id.
 * A socket that was opened is not: after a deploy everybody comes back at once, and that asks the database for nothing.
 */
export function isNoted({ id, status }: Pick<LoggedRequest, "id" | "status">, rate: number): boolean {
  if (status === 101) return false;
  return status >= 500 || Number.parseInt(id.slice(-6), 16) / 0x1000000 < rate;
}

const callers = new WeakMap<Request, number>();

/** Remembers whose request this is, for its line in the log. */
export function noteCaller(request: Request, caller: Caller | null): void {
  if (caller) callers.set(request, caller.userId);
}

export const callerOf = (request: Request): number | null => callers.get(request) ?? null;

/** Collects requests of one isolate. */
export class RequestLog {
  readonly #write: (entries: readonly LoggedRequest[]) => Promise<void>;
  readonly #pause: () => Promise<unknown>;
  #held: LoggedRequest[] = [];

  constructor(write: (entries: readonly LoggedRequest[]) => Promise<void>, pause: () => Promise<unknown>) {
    this.#write = write;
    this.#pause = pause;
  }

  /** Returns what must be waited for before the isolate may rest; undefined when another request waits already. */
  note(request: LoggedRequest): Promise<void> | undefined {
    this.#held.push(request);
    if (this.#held.length >= MOST) return this.#flush();
    return this.#held.length === 1 ? this.#later() : undefined;
  }

  async #later(): Promise<void> {
    await this.#pause();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const entries = this.#held;
    this.#held = [];
    if (entries.length === 0) return;
    try {
      await this.#write(entries);
    } catch (error) {
      log("warn", "request_log", { lost: entries.length }, error);
    }
  }
}

/** The log of an app. */
export function requestLogOf({ settings, database }: Runtime): RequestLog {
  const pause = PAUSE[settings.environment];
  return new RequestLog(
    (entries) => writeRequests(database, entries, Date.now()),
    () => scheduler.wait(pause),
  );
}

/** Writes noted requests as one row. */
export async function writeRequests(
  database: D1Database,
  entries: readonly LoggedRequest[],
  now: number,
): Promise<void> {
  const packed = entries.map(({ id, at, took, method, place, status, userId }) => [
    ...[id, at, took, method, place, status],
    userId,
  ]);
  await openD1Session(database, null).db.run(
    sql`INSERT INTO request_log (id, entries) VALUES (${newOrderedId(now)}, ${JSON.stringify(packed)})`,
  );
}

/** Deletes what is older than a day. Ids are in order of time. */
export async function purgeRequestLog(ctx: RequestContext): Promise<void> {
  await ctx.db.run(sql`DELETE FROM request_log WHERE id < ${orderedIdAt(ctx.now() - KEPT)}`);
}
