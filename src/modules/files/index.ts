/**
 * Public API of the files module: uploads such as pictures of cars and scans of documents. A file belongs to an owner
 * and to a subject (a post, a document); a subject has one file. When a row is deleted, a trigger has the outbox delete
 * its object.
 */
export { type AttachedFile, areStored, filesAsJson, keepStored, parseFiles } from "./attached.ts";
export { checkFiles, cleanFiles, purgePendingFiles } from "./cleanup.ts";
export { fileField } from "./fields.ts";
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
