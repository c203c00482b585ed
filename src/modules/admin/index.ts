/** What staff works with: the API behind the console. */
export { jobWorked, purgeJobs } from "./jobs.ts";
export { adminRoutes } from "./routes.ts";
