/** A person's documents: kept with their scan, listed, corrected, removed. Everything is the owner's alone. */
import { and, asc, eq, sql } from "drizzle-orm";
import { commit } from "../../platform/db/outbox.ts";
import { belowQuota, insertWhere, isFull, quotaRefusal } from "../../platform/db/quota.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import { dropFiles, fileUrl, keepFile, newestFinished, storeFile } from "../files/index.ts";
import { documents } from "./tables.ts";

export type Document = typeof documents.$inferSelect;
export type DocumentFacts = Pick<Document, "name" | "kind" | "description" | "expiresOn">;

/** What lapses first comes first; what never lapses, last. */
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

export async function addDocument(
  ctx: RequestContext,
  userId: number,
  facts: DocumentFacts,
  scan: File | null,
): Promise<Document> {
  const subject = { ownerId: userId, purpose: "document", subjectId: null } as const;
  const own = sql`SELECT 1 FROM documents WHERE user_id = ${userId}`;
  // A scan is not stored for nothing; the insert itself asks again.
  if (scan && (await isFull(ctx, "documents", own))) throw quotaRefusal(ctx, "documents");
  const stored = scan && (await storeFile(ctx, subject, "file", scan));
  const row = { ...facts, userId, createdAt: ctx.now() };
  const insert = insertWhere(ctx.db, documents, row, belowQuota(ctx, "documents", own)).returning();
  const rows = await commit(ctx, insert, [], stored ? keepFile(ctx, stored, NEW_DOCUMENT) : []);
  const document = rows?.[0];
  if (!document) throw quotaRefusal(ctx, "documents");
  return document;
}

/** Within the transaction that inserts it: the id of the newest document. */
const NEW_DOCUMENT = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'documents')`;

/** Changes what is given; a new scan takes the place of the old in the same go. Null when it is gone. */
export async function changeDocument(
  ctx: RequestContext,
  document: Document,
  change: Partial<DocumentFacts>,
  scan: File | null,
): Promise<Document | null> {
  const subject = { ownerId: document.userId, purpose: "document", subjectId: document.id } as const;
  const stored = scan && (await storeFile(ctx, subject, "file", scan));
  const update = ctx.db
    .update(documents)
    // An update needs something to set; a scan alone changes no column.
    .set({ id: document.id, ...change })
    .where(eq(documents.id, document.id))
    .returning();
  const rows = await commit(ctx, update, [], stored ? keepFile(ctx, stored) : []);
  return rows?.[0] ?? null;
}

export async function removeDocument(ctx: RequestContext, userId: number, id: number): Promise<boolean> {
  const remove = ctx.db.delete(documents).where(and(eq(documents.id, id), eq(documents.userId, userId)));
  return (await commit(ctx, remove, [], [dropFiles(ctx, "document", [id])])) !== null;
}

/** Where each document's scan is; one statement for a list. */
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

/** For the account's export. */
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
