/** Reads a person's documents: list, one, their scans, the export. Only the owner has access. */
import { and, asc, eq, sql } from "drizzle-orm";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { fileUrl, newestFinished } from "../files/index.ts";
import { documents } from "./tables.ts";

export type Document = typeof documents.$inferSelect;

export type DocumentFacts = Pick<Document, "name" | "kind" | "description" | "expiresOn">;

/** By expiry date; documents without one come last. */
export async function listDocuments(
  ctx: RequestContext,
  userId: number,
  window: Window,
): Promise<Listed<Document>> {
  const mine = eq(documents.userId, userId);
  const [count, rows] = await Promise.all([
    ctx.db.$count(documents, mine),
    ctx.db
      .select()
      .from(documents)
      .where(mine)
      .orderBy(sql`${documents.expiresOn} IS NULL`, asc(documents.expiresOn), asc(documents.id))
      .limit(window.limit)
      .offset(window.offset),
  ]);
  return { count, rows };
}

export async function findDocument(
  ctx: RequestContext,
  userId: number,
  id: number,
): Promise<Document | null> {
  const [row] = await ctx.db
    .select()
    .from(documents)
    .where(and(eq(documents.id, id), eq(documents.userId, userId)));
  return row ?? null;
}

/** Adds the addresses of scans, in one statement. */
export async function scanUrls(ctx: RequestContext, rows: readonly Document[]): Promise<Map<number, string>> {
  const files = await newestFinished(
    ctx,
    "document",
    rows.map(({ id }) => id),
  );
  const urls = await Promise.all(
    [...files].map(async ([id, file]) => [id, await fileUrl(ctx, file)] as const),
  );
  return new Map(urls);
}

/** The documents part of an account's export. */
export async function exportDocuments(ctx: RequestContext, userId: number): Promise<object> {
  const rows = await ctx.db
    .select()
    .from(documents)
    .where(eq(documents.userId, userId))
    .orderBy(documents.id);
  const exported = rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    description: row.description,
    expiration_date: row.expiresOn,
    created_at: isoTime(row.createdAt),
  }));
  return { documents: exported };
}
