/** What staff works with: the API behind the console. */
export { jobSliceRun, purgeJobs } from "./jobs/handlers.ts";
export { adminRoutes } from "./routes.ts";
