/** Public API of the admin module: the API behind the staff console. */
export { exportGroups, exportSavedViews } from "./export.ts";
export { jobSliceRun, purgeJobs } from "./jobs/handlers.ts";
export { letterRoute } from "./outbox/letter-route.ts";
export { adminRoutes } from "./routes.ts";
export { measureStorage } from "./storage/measuring.ts";
