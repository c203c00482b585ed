/** Public API of the admin module: the API behind the staff console. */
export { jobSliceRun, purgeJobs } from "./jobs/handlers.ts";
export { adminRoutes } from "./routes.ts";
