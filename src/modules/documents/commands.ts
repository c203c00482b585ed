/** Creates, changes and deletes a person's documents and their scans. Only the owner has access. */
import { and, eq, sql } from "drizzle-orm";
import { commit } from "../../platform/db/outbox.ts";
import { belowQuota, insertWhere, isFull, quotaRefusal } from "../../platform/db/quota.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { dropFiles, keepFile, storeFile } from "../files/index.ts";
import type { Document, DocumentFacts } from "./queries.ts";
import { documents } from "./tables.ts";

export async function addDocument(
  ctx: RequestContext,
  userId: number,
  facts: DocumentFacts,
  scan: File | null,
): Promise<Document> {
  const subject = { ownerId: userId, purpose: "document", subjectId: null } as const;
  const own = sql`SELECT 1 FROM documents WHERE user_id = ${userId}`;
  // Checked before the scan is stored; the insert checks again.
  if (scan && (await isFull(ctx, "documents", own))) throw quotaRefusal(ctx, "documents");
  const stored = scan && (await storeFile(ctx, subject, "file", scan));
  const row = { ...facts, userId, createdAt: ctx.now() };
  const insert = insertWhere(ctx.db, documents, row, belowQuota(ctx, "documents", own)).returning();
  const rows = await commit(ctx, insert, [], stored ? keepFile(ctx, stored, NEW_DOCUMENT) : []);
  const document = rows?.[0];
  if (!document) throw quotaRefusal(ctx, "documents");
  return document;
}

/** SQL: the id of the document just inserted in this transaction. */
const NEW_DOCUMENT = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'documents')`;

/** Changes the given fields; a new scan replaces the old one in the same transaction. Null when there is no such document. */
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
    // An UPDATE must set something; a new scan alone changes no column.
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
