/** Uploads by clients: start, send by form or signed PUT, finish. */

import { and, eq, isNull } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { enqueueDueSoon } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { acceptedMime, MAX_PICTURE } from "../../platform/storage/pictures/types.ts";
import { presignPut } from "../../platform/storage/presign.ts";
import {
  closeIncoming,
  incomingKey,
  type StoreResult,
  storeIncoming,
  storeUpload,
} from "../../platform/storage/store-upload.ts";
import type { StreamingFile, StreamingForm } from "../../platform/storage/streaming-form.ts";
import { readForm, signForm, type UploadTicket, uploadMessages } from "../../platform/storage/upload-form.ts";
import type { z } from "../../platform/zod.ts";
import { faults, messages } from "./messages.ts";
import { ACCEPTED, addPending, finishing, giveUp } from "./rows.ts";
import type { FilePurpose, UploadForm } from "./schemas.ts";
import { files } from "./tables.ts";

export const FORM_PATH = "/api/upload/direct/form";

export interface UploadStart {
  readonly purpose: FilePurpose;
  /** `startUpload`'s caller must have checked that the subject is the user's own. */
  readonly subjectId: number | null;
  readonly fileName: string;
  readonly fileType: string;
  /** Exact size in bytes; required for the signed PUT. */
  readonly size?: number | undefined;
}

export type StartedUpload = z.output<typeof UploadForm>;

/** Makes a pending file and signs its form. Errors are 400 under `file_type` or `size`. */
export async function startUpload(
  ctx: RequestContext,
  caller: Caller,
  start: UploadStart,
): Promise<StartedUpload> {
  const contentType = acceptedMime(start.fileType, ACCEPTED[start.purpose]);
  const size = start.size ?? null;
  if (!contentType) throw invalid({ file_type: messages.fileType });
  if (size !== null && size < 1) throw invalid({ size: faults.empty });
  if (size !== null && size > MAX_PICTURE) throw invalid({ size: faults.too_large });
  const { purpose, subjectId, fileName: name } = start;
  const subject = { ownerId: caller.userId, purpose, subjectId };
  const { id, key } = await addPending(ctx, subject, { name, contentType, size });
  return {
    id,
    url: `${ctx.requestOrigin}${FORM_PATH}/`,
    fields: await signForm(ctx, { id, key, contentType, size }),
    put: size === null ? null : await presignPut(ctx, { key: incomingKey(key), contentType, size }),
  };
}

/**
 * Accepts the form of a started upload, once, and stores its file. 403 when the signature is wrong, expired or used; 404
 * for another person's upload; 400 under `file` when the intake refuses it, which ends the upload.
 */
export async function acceptForm(ctx: RequestContext, caller: Caller, form: StreamingForm): Promise<void> {
  const { ticket, expired } = await readForm(ctx, form.fields);
  if (expired) {
    await giveUp(ctx, ticket.id, caller.userId);
    throw refuse(403, uploadMessages.expired);
  }
  const purpose = await claimForm(ctx, caller, ticket);
  const refusal = form.file ? await storeArriving(ctx, caller, ticket, purpose, form.file) : messages.noFile;
  if (!refusal) return;
  await giveUp(ctx, ticket.id, caller.userId);
  throw invalid({ file: refusal });
}

const own = (caller: Caller, id: number) => and(eq(files.id, id), eq(files.ownerId, caller.userId));

/** Claims the row, so that of two concurrent forms one is accepted. Returns what was announced. */
async function claimForm(ctx: RequestContext, caller: Caller, ticket: UploadTicket): Promise<FilePurpose> {
  const claimed = await ctx.db
    .update(files)
    .set({ acceptedAt: ctx.now() })
    .where(and(own(caller, ticket.id), eq(files.status, "pending"), isNull(files.acceptedAt)))
    .returning({ purpose: files.purpose });
  if (claimed[0]) return claimed[0].purpose;
  const [row] = await ctx.db.select({ id: files.id }).from(files).where(own(caller, ticket.id));
  throw row ? refuse(403, uploadMessages.used) : notFound(messages.noUpload);
}

/** Stores the file; returns the reason of a refusal, or null. */
async function storeArriving(
  ctx: RequestContext,
  caller: Caller,
  ticket: UploadTicket,
  purpose: FilePurpose,
  file: StreamingFile,
) {
  const accepted = ACCEPTED[purpose];
  if (contradicts(file.type, ticket.contentType)) return messages.wrongType;
  const kept = await storeUpload(ctx, ticket.key, file.chunks, ticket.size, accepted).catch(async (error) => {
    // The connection broke: nothing was stored, so the form may be sent again.
    await ctx.db.update(files).set({ acceptedAt: null }).where(own(caller, ticket.id));
    throw error;
  });
  if (!kept.ok) return faults[kept.fault];
  const { contentType, size } = kept;
  const there = await ctx.db
    .update(files)
    .set({ contentType, size })
    .where(own(caller, ticket.id))
    .returning({ id: files.id });
  if (there.length > 0) return null;
  // The row was deleted while the file was being stored, so the trigger came too early for its object.
  await ctx.runtime.bucket.delete(ticket.key);
  throw notFound(messages.noUpload);
}

/** A part without a type contradicts nothing. */
function contradicts(partType: string, announced: string): boolean {
  const type = partType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type !== "" && type !== "application/octet-stream" && acceptedMime(type, "documents") !== announced;
}

/**
 * Attaches an uploaded file to its subject; safe to repeat. 404 when the file is missing, another person's or was never
 * uploaded; 400 under `file` when the intake refuses it, which deletes it.
 */
export async function finishUpload(
  ctx: RequestContext,
  caller: Caller,
  fileId: number,
): Promise<{ id: number }> {
  const [row] = await ctx.db.select().from(files).where(own(caller, fileId));
  if (!row) throw notFound(messages.noUpload);
  if (row.status === "finished") return { id: row.id };
  const accepted = ACCEPTED[row.purpose];
  const kept = row.acceptedAt
    ? await keptByForm(ctx, row.key)
    : await storeIncoming(ctx, row.key, row.size, accepted);
  const refusal = kept?.ok === false ? invalid({ file: faults[kept.fault] }) : notFound(messages.noUpload);
  if (kept?.ok && (await finishOnce(ctx, caller, row, kept))) {
    if (!row.acceptedAt) await closeIncoming(ctx, row.key);
    return { id: row.id };
  }
  // Of two concurrent requests, one finds the file finished by the other.
  if (!(await giveUp(ctx, row.id, caller.userId)) && (await isFinished(ctx, caller, row.id)))
    return { id: row.id };
  if (kept?.ok) await ctx.runtime.bucket.delete(row.key);
  throw refusal;
}

/** A file sent by form has passed the intake already. */
async function keptByForm(ctx: RequestContext, key: string): Promise<StoreResult | null> {
  const object = await ctx.runtime.bucket.head(key);
  const contentType = acceptedMime(object?.httpMetadata?.contentType ?? "", "documents");
  return object && contentType && { ok: true, size: object.size, contentType };
}

/** False when the upload was deleted or has expired. */
async function finishOnce(
  ctx: RequestContext,
  caller: Caller,
  row: Pick<typeof files.$inferSelect, "id">,
  { contentType, size }: Extract<StoreResult, { ok: true }>,
): Promise<boolean> {
  const results = await runBatch(ctx.db, [
    ...finishing(ctx, row.id, { contentType, size }),
    finished(ctx, caller, row.id),
  ]);
  enqueueDueSoon(ctx);
  return (results.at(-1) as unknown[]).length > 0;
}

async function isFinished(ctx: RequestContext, caller: Caller, id: number): Promise<boolean> {
  return (await finished(ctx, caller, id)).length > 0;
}

function finished(ctx: RequestContext, caller: Caller, id: number) {
  return ctx.db
    .select({ id: files.id })
    .from(files)
    .where(and(own(caller, id), eq(files.status, "finished")));
}
