/** The number of rows of a table that grows, without reading the table: triggers keep it. */
import { type SQL, sql } from "drizzle-orm";
import type { Db } from "./client.ts";

/** What is counted: tables, and parts of tables. `migrations/0033_counted_rows.sql` has their triggers. */
export const COUNTED = [
  "car_posts",
  "client_vehicles",
  "events.public",
  "events.signed_in",
  "orders",
  "orders.cancelled",
  "social_profiles.listed",
  "support_tickets",
  "users",
] as const;

export type CountedName = (typeof COUNTED)[number];

/** SQL: the number of rows, of several parts together. */
export function countedRows(...names: readonly CountedName[]): SQL<number> {
  return sql<number>`(SELECT sum(total) FROM counted_rows WHERE name IN (${sql.join(
    names.map((name) => sql`${name}`),
    sql`, `,
  )}))`;
}

/** A statement that reads the number of rows, in place of a `SELECT count(*)`. */
export const selectCounted = (db: Db, ...names: readonly CountedName[]) =>
  db.select({ count: countedRows(...names) }).from(sql`(SELECT 1)`);

/** Reads the number of rows. */
export async function countRowsOf(db: Db, ...names: readonly CountedName[]): Promise<number> {
  const [row] = await selectCounted(db, ...names);
  return row?.count ?? 0;
}

/** What a table's rows are counted by; null for a table without a count. */
export function countsOf(table: string): readonly CountedName[] | null {
  if (table === "events") return ["events.public", "events.signed_in"];
  const name = COUNTED.find((each) => each === table);
  return name ? [name] : null;
}
