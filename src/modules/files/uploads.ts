/** Uploads that a client makes by itself: started, sent through the form or a signed PUT, finished. */
import type { z } from "@hono/zod-openapi";
import type { Caller } from "../../platform/http/caller.ts";
import type { Scope } from "../../platform/runtime.ts";
import type { FilePurpose, UploadForm } from "./schemas.ts";

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
export declare function startUpload(scope: Scope, caller: Caller, start: UploadStart): Promise<StartedUpload>;

/**
 * Makes an uploaded file the one of its subject; asked again, it answers the same. 404 for a file that is missing, a
 * stranger's or was never uploaded, 400 under `file` for one that is no picture: then nothing is left of it.
 */
export declare function finishUpload(scope: Scope, caller: Caller, fileId: number): Promise<{ id: number }>;
