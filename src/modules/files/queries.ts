/** Which files there are, of whom and of what. */
import type { BatchItem } from "drizzle-orm/batch";
import type { Scope } from "../../platform/runtime.ts";
import type { FilePurpose } from "./schemas.ts";

/** What a file is of. */
export interface Subject {
  readonly ownerId: number;
  readonly purpose: FilePurpose;
  /** Id of the post or document; null while there is none yet. */
  readonly subjectId: number | null;
}

export interface UploadedFile {
  readonly id: number;
  readonly key: string;
  /** As its uploader called it. */
  readonly name: string;
  readonly contentType: string;
  /** Bytes. */
  readonly size: number | null;
}

/** The finished file of each subject that has one, in one statement. */
export declare function newestFinished(
  scope: Scope,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): Promise<Map<number, UploadedFile>>;

/** Where a browser gets it; `width` asks for a smaller picture. Signed where its folder or the settings want that. */
export declare function fileUrl(
  scope: Scope,
  file: { readonly key: string },
  width?: number,
): Promise<string>;

/** Takes the files of subjects away; put it in the batch that deletes the subjects themselves. */
export declare function dropFiles(
  scope: Scope,
  purpose: FilePurpose,
  subjectIds: readonly number[],
): BatchItem<"sqlite">;

/** This module's part of a person's export. */
export declare function exportFiles(scope: Scope, userId: number): Promise<object>;
