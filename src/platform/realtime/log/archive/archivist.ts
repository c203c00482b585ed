/**
 * Archivists: objects that write the archives of many rooms to D1 in one transaction. D1 has one writer, which each
 * transaction occupies; rows are not fewer. A room keeps its entries until its archivist answers, so an archivist that
 * dies loses nothing, and it holds no state of its own.
 */
import { DurableObject } from "cloudflare:workers";
import { type BatchStatement, mapResults, prepareAll } from "../../../db/client.ts";
import type { RequestContext } from "../../../runtime.ts";
import { type BoundStatement, type PartResult, SharedTransactions } from "./shared-transactions.ts";

/** A statement's rows and what D1 says of it, as far as archives ask. */
export interface ArchivedResult {
  readonly results: unknown[];
  readonly success: true;
  readonly meta: { readonly changes: number };
}

export class Archivist extends DurableObject<Cloudflare.Env> {
  readonly #transactions = new SharedTransactions<ArchivedResult>((statements) => this.#run(statements));

  /** Runs a room's statements within one transaction, with those of the rooms that ask meanwhile. */
  write(statements: readonly BoundStatement[]): Promise<PartResult<ArchivedResult>> {
    return this.#transactions.add(statements);
  }

  async #run(statements: readonly BoundStatement[]): Promise<ArchivedResult[]> {
    const database = this.env.DB;
    const results = await database.batch(
      statements.map(({ sql, params }) => database.prepare(sql).bind(...params)),
    );
    return results.map(({ results, meta }) => ({ results, success: true, meta: { changes: meta.changes } }));
  }
}

/**
 * Like `runBatch`, for what a room archives: its archivist runs the statements in one transaction with those of other
 * rooms. Throws when D1 refused them; they must be safe to repeat.
 */
export async function archiveTogether(
  ctx: RequestContext,
  room: string,
  statements: readonly BatchStatement[],
): Promise<unknown[]> {
  const { archivists, settings } = ctx.runtime;
  const prepared = prepareAll(statements);
  const shard = shardOf(room, settings.archivistPool);
  // The platform's own type of a stub can't express rows of any shape.
  const archivist = archivists.getByName(`archivist:${shard}`) as unknown as Pick<Archivist, "write">;
  const answer = await archivist.write(
    prepared.map((each) => {
      const { sql, params } = each.getQuery();
      return { sql, params };
    }),
  );
  if (!answer.ok) throw new Error(answer.reason);
  return mapResults(prepared, answer.results);
}

/** FNV-1a: even enough, and the same everywhere. */
function shardOf(room: string, shards: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < room.length; index++)
    hash = Math.imul(hash ^ room.charCodeAt(index), 0x01000193) >>> 0;
  return hash % shards;
}
