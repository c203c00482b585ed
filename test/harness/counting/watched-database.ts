/** Tells of every statement that this isolate sends to D1, whoever sends it: a request, a job, an object, the queue. */
import { env } from "cloudflare:workers";

export interface SentStatement {
  readonly sql: string;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

interface Result {
  readonly meta?: { readonly rows_written?: number; readonly rows_read?: number };
}
type Send = (endpoint: string, sql: string | string[], ...rest: unknown[]) => Promise<Result | Result[]>;

/** Calls `tell` after each trip with its statements. Every statement of every session passes through one method of the platform's client. */
export function watchDatabase(tell: (statements: readonly SentStatement[]) => void): void {
  const prototype = Object.getPrototypeOf(env.DB.withSession()) as { _send: Send };
  const send = prototype._send;
  if (typeof send !== "function") throw new Error("D1's client sends its statements in another way now");
  prototype._send = async function (this: unknown, endpoint, sql, ...rest) {
    const results = await send.call(this, endpoint, sql, ...rest);
    tell(
      [results].flat().map(({ meta }, index) => ({
        sql: (Array.isArray(sql) ? sql[index] : sql) ?? "",
        rowsRead: meta?.rows_read ?? 0,
        rowsWritten: meta?.rows_written ?? 0,
      })),
    );
    return results;
  };
}
