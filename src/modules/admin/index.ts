/** Public API of the admin module: the API behind the staff console. */
export { exportSavedViews } from "./export.ts";
export { jobSliceRun, purgeJobs } from "./jobs/handlers.ts";
export { adminRoutes } from "./routes.ts";
