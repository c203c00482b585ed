/** Files of messages: pictures, scans and PDFs. They are uploaded first, and attached by the message. */
import { sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import type { Caller } from "../../platform/http/caller.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import {
  type AttachedFile,
  areStored,
  filesAsJson,
  fileUrl,
  keepStored,
  parseFiles,
  storeFile,
} from "../files/index.ts";

/** Files of one message. */
export const MOST_ATTACHMENTS = 10;

const PURPOSE = "support_file";

/** SQL: the files of a row of `support_messages`, for `parseFiles`. */
export const attachedFiles = filesAsJson(
  sql`SELECT file_id FROM support_attachments WHERE message_id = support_messages.id`,
);

/** Stores a file that a message may attach within the hour. A refusal is reported under `file`. */
export async function storeAttachment(ctx: RequestContext, caller: Caller, file: File): Promise<number> {
  const subject = { ownerId: caller.userId, purpose: PURPOSE, subjectId: null } as const;
  return (await storeFile(ctx, subject, "file", file)).id;
}

/** SQL condition: the caller has uploaded all of these files, and no message has them yet. True without any. */
export const mayAttach = (caller: Caller, fileIds: readonly number[]) =>
  fileIds.length === 0 ? sql`true` : areStored(caller.userId, PURPOSE, fileIds);

/** The statements that attach stored files to a message, for the batch that writes it. */
export function attach(
  ctx: RequestContext,
  messageId: string,
  fileIds: readonly number[],
): BatchItem<"sqlite">[] {
  if (fileIds.length === 0) return [];
  const rows = ctx.db.run(sql`INSERT INTO support_attachments (file_id, message_id)
    SELECT value, ${messageId} FROM json_each(${JSON.stringify(fileIds)})`);
  return [keepStored(ctx, fileIds), rows];
}

/** Files of a message as the socket shows them; their addresses come by REST, where rights are checked. */
export async function attachedTo(ctx: RequestContext, messageId: string): Promise<readonly AttachedFile[]> {
  const [row] = await ctx.db.all<{ files: string }>(
    sql`SELECT ${attachedFiles} AS files FROM support_messages WHERE id = ${messageId}`,
  );
  return row ? parseFiles(row.files) : [];
}

export interface AttachmentWire {
  readonly id: number;
  readonly name: string;
  readonly content_type: string;
  /** Bytes. */
  readonly size: number;
  /** Signed, for one to two hours. */
  readonly url: string;
}

export function toAttachmentWires(
  ctx: RequestContext,
  files: readonly AttachedFile[],
): Promise<AttachmentWire[]> {
  return Promise.all(
    files.map(async (file) => ({
      id: file.id,
      name: file.name,
      content_type: file.contentType,
      size: file.size ?? 0,
      url: await fileUrl(ctx, file),
    })),
  );
}
