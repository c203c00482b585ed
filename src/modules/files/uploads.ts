/** Uploads that a client makes by itself: started, sent through the form or a signed PUT, finished. */
import type { z } from "@hono/zod-openapi";
import { and, eq, isNull } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { handOffSoon } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../platform/http/errors.ts";
import type { Scope } from "../../platform/runtime.ts";
import type { ArrivingFile, ArrivingForm } from "../../platform/storage/arriving-form.ts";
import { keepPicture, type PictureFault } from "../../platform/storage/keep.ts";
import {
  MAGIC_BYTES,
  MAX_PICTURE,
  type PictureMime,
  pictureMime,
  pictureType,
} from "../../platform/storage/pictures.ts";
import { presignPut } from "../../platform/storage/presign.ts";
import { readForm, signForm, type UploadTicket, uploadMessages } from "../../platform/storage/upload-form.ts";
import { faults, messages } from "./messages.ts";
import { addPending, finishing, giveUp } from "./rows.ts";
import type { FilePurpose, UploadForm } from "./schemas.ts";
import { files } from "./tables.ts";

export const FORM_PATH = "/api/upload/direct/form";

export interface UploadStart {
  readonly purpose: FilePurpose;
  /** The caller of `startUpload` has checked that it is the caller's own. */
  readonly subjectId: number | null;
  readonly fileName: string;
  readonly fileType: string;
  /** Bytes; exact, and needed for the signed PUT. */
  readonly size?: number | undefined;
}

export type StartedUpload = z.output<typeof UploadForm>;

/** A pending file and the signed form that fills it. 400 under `file_type` or `size`. */
export async function startUpload(scope: Scope, caller: Caller, start: UploadStart): Promise<StartedUpload> {
  const contentType = pictureMime(start.fileType);
  const size = start.size ?? null;
  if (!contentType) throw invalid({ file_type: messages.fileType });
  if (size !== null && size < 1) throw invalid({ size: faults.empty });
  if (size !== null && size > MAX_PICTURE) throw invalid({ size: faults.too_large });
  const { purpose, subjectId, fileName: name } = start;
  const subject = { ownerId: caller.userId, purpose, subjectId };
  const { id, key } = await addPending(scope, subject, { name, contentType, size });
  return {
    id,
    url: `${scope.requestOrigin}${FORM_PATH}/`,
    fields: await signForm(scope, { id, key, contentType, size }),
    put: size === null ? null : await presignPut(scope, { key, contentType, size }),
  };
}

/**
 * Takes the form of a started upload, once, and puts its file into the bucket. 403 for a form that was not signed here,
 * has expired or was used, 404 for a stranger's; 400 under `file` for what is no such picture: then the upload is over.
 */
export async function acceptForm(scope: Scope, caller: Caller, form: ArrivingForm): Promise<void> {
  const { ticket, expired } = await readForm(scope, form.fields);
  if (expired) {
    await giveUp(scope, ticket.id, caller.userId);
    throw refuse(403, uploadMessages.expired);
  }
  await claimForm(scope, caller, ticket);
  const refusal = form.file ? await keepArriving(scope, caller, ticket, form.file) : messages.noFile;
  if (!refusal) return;
  await giveUp(scope, ticket.id, caller.userId);
  throw invalid({ file: refusal });
}

const own = (caller: Caller, id: number) => and(eq(files.id, id), eq(files.ownerId, caller.userId));

/** Of two that send one form at the same time, one gets it. */
async function claimForm(scope: Scope, caller: Caller, ticket: UploadTicket): Promise<void> {
  const claimed = await scope.db
    .update(files)
    .set({ acceptedAt: scope.now() })
    .where(and(own(caller, ticket.id), eq(files.status, "pending"), isNull(files.acceptedAt)))
    .returning({ id: files.id });
  if (claimed.length > 0) return;
  const [row] = await scope.db.select({ id: files.id }).from(files).where(own(caller, ticket.id));
  throw row ? refuse(403, uploadMessages.used) : notFound(messages.noUpload);
}

/** Stores the file; answers why not, null when it is there. */
async function keepArriving(scope: Scope, caller: Caller, ticket: UploadTicket, file: ArrivingFile) {
  if (contradicts(file.type, ticket.contentType)) return messages.wrongType;
  const kept = await keepPicture(scope, ticket.key, file.chunks, ticket.size).catch(async (error) => {
    // Broken off half-way: nothing was stored, so the form may come again.
    await scope.db.update(files).set({ acceptedAt: null }).where(own(caller, ticket.id));
    throw error;
  });
  if (!kept.ok) return faults[kept.fault];
  const { contentType, size } = kept;
  const there = await scope.db
    .update(files)
    .set({ contentType, size })
    .where(own(caller, ticket.id))
    .returning({ id: files.id });
  if (there.length > 0) return null;
  // The post, the account or the hour was over before the file had come: the trigger was too early for its object.
  await scope.runtime.bucket.delete(ticket.key);
  throw notFound(messages.noUpload);
}

/** What a sender does not know it does not say: such a part contradicts nothing. */
function contradicts(partType: string, announced: string): boolean {
  const type = partType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return type !== "" && type !== "application/octet-stream" && pictureMime(type) !== announced;
}

/**
 * Makes an uploaded file the one of its subject; asked again, it answers the same. 404 for a file that is missing, a
 * stranger's or was never uploaded, 400 under `file` for one that is no picture: then nothing is left of it.
 */
export async function finishUpload(scope: Scope, caller: Caller, fileId: number): Promise<{ id: number }> {
  const [row] = await scope.db.select().from(files).where(own(caller, fileId));
  if (!row) throw notFound(messages.noUpload);
  if (row.status === "finished") return { id: row.id };
  const found = await inspect(scope, row.key, row.size);
  if (!found.ok) {
    await giveUp(scope, row.id, caller.userId);
    throw found.fault ? invalid({ file: faults[found.fault] }) : notFound(messages.noUpload);
  }
  const { contentType, size } = found;
  const ask = scope.db
    .select({ id: files.id })
    .from(files)
    .where(and(own(caller, fileId), eq(files.status, "finished")));
  const results = await runBatch(scope.db, [...finishing(scope, row.id, { contentType, size }), ask]);
  const finished = results.at(-1) as { id: number }[];
  if (finished.length === 0) throw notFound(messages.noUpload);
  handOffSoon(scope);
  return { id: row.id };
}

type Inspected =
  | { readonly ok: true; readonly contentType: PictureMime; readonly size: number }
  /** `fault` null: there is no object. */
  | { readonly ok: false; readonly fault: PictureFault | null };

/** What really lies in the bucket, whoever put it there and whatever they said of it. */
async function inspect(scope: Scope, key: string, announced: number | null): Promise<Inspected> {
  const { bucket } = scope.runtime;
  const head = await bucket.head(key);
  if (!head) return { ok: false, fault: null };
  if (head.size === 0) return { ok: false, fault: "empty" };
  if (head.size > MAX_PICTURE) return { ok: false, fault: "too_large" };
  if (announced !== null && head.size !== announced) return { ok: false, fault: "wrong_size" };
  const start = await bucket.get(key, { range: { offset: 0, length: Math.min(MAGIC_BYTES, head.size) } });
  const type = start && pictureType(await start.bytes());
  if (!type) return { ok: false, fault: "no_picture" };
  if (head.httpMetadata?.contentType !== type.mime) await relabel(scope, key, type.mime);
  return { ok: true, contentType: type.mime, size: head.size };
}

/** A signed PUT brought one kind of picture under the name of another. */
async function relabel(scope: Scope, key: string, contentType: PictureMime): Promise<void> {
  const object = await scope.runtime.bucket.get(key);
  if (object) await scope.runtime.bucket.put(key, object.body, { httpMetadata: { contentType } });
}
