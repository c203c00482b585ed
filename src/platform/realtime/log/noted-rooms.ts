/** Which rooms were noted lately (`sweep.ts`), for the people who run the server. Bounded reads. */
import { and, desc, gte, lt, type SQL, sql } from "drizzle-orm";
import { rooms } from "../../db/tables.ts";
import type { RequestContext } from "../../runtime.ts";

/** SQL condition on `rooms`: rooms of this kind, by the range of their names. */
export const isOfKind = (kind: string): SQL | undefined =>
  and(gte(rooms.name, `${kind}:`), lt(rooms.name, `${kind};`));

/** How many rooms of each kind were noted within two days, each counted up to `most` + 1. One statement. */
export async function countNotedRooms(
  ctx: RequestContext,
  kinds: readonly string[],
  most: number,
): Promise<Readonly<Record<string, number>>> {
  const counts = kinds.map(
    (kind) =>
      sql`(SELECT count(*) FROM (SELECT 1 FROM rooms WHERE ${isOfKind(kind)} LIMIT ${most + 1})) AS ${sql.identifier(kind)}`,
  );
  const [row] = await ctx.db.all<Record<string, number>>(sql`SELECT ${sql.join(counts, sql`, `)}`);
  return row ?? {};
}

/** The names of the rooms that were noted last, of one kind or of all. */
export async function lastNotedRooms(
  ctx: RequestContext,
  kind: string | null,
  limit: number,
): Promise<string[]> {
  const noted = await ctx.db
    .select({ name: rooms.name })
    .from(rooms)
    .where(kind === null ? undefined : isOfKind(kind))
    .orderBy(desc(rooms.seenAt))
    .limit(limit);
  return noted.map(({ name }) => name);
}
