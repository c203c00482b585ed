/** Lists of cities and interests. */
import { and, asc, desc, eq, sql } from "drizzle-orm";
import { contains, folded, searchWords } from "../../../platform/db/folding.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { cities, interests } from "../tables.ts";

export interface Named {
  readonly id: number;
  readonly name: string;
}

export interface DirectoryFilter {
  readonly id?: number | undefined;
  readonly search?: string | undefined;
}

/** Cities by name. A search matches anywhere in the name. */
export async function listCities(ctx: RequestContext, { id, search }: DirectoryFilter): Promise<Named[]> {
  return ctx.db
    .select({ id: cities.id, name: cities.name })
    .from(cities)
    .where(and(id === undefined ? undefined : eq(cities.id, id), contains([cities.name], search)))
    .orderBy(asc(cities.name));
}

/** Interests, the most common first. A search matches the beginning of the name. */
export async function listInterests(ctx: RequestContext, { id, search }: DirectoryFilter): Promise<Named[]> {
  const begins = searchWords(search).map((word) => sql`instr(${folded(interests.name)}, ${word}) = 1`);
  return ctx.db
    .select({ id: interests.id, name: interests.name })
    .from(interests)
    .where(and(id === undefined ? undefined : eq(interests.id, id), ...begins))
    .orderBy(desc(interests.people), asc(interests.name));
}
