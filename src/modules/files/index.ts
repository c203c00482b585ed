/**
 * Files that people upload: pictures of cars, scans of documents. A file belongs to its owner and to a subject (the post
 * or document it shows); a subject has one file. Whatever deletes a row, its object goes by a trigger and the outbox.
 */
export { checkFiles, cleanFiles, purgePendingFiles } from "./cleanup.ts";
export {
  dropFiles,
  exportFiles,
  fileUrl,
  newestFinished,
  type Subject,
} from "./queries.ts";
export { fileResources } from "./resources.ts";
export { fileRoutes } from "./routes.ts";
export { fileStart, UploadForm } from "./schemas.ts";
export { keepFile, type StoredFile, storeFile } from "./store.ts";
export { finishUpload, type StartedUpload, startUpload, type UploadStart } from "./uploads.ts";
