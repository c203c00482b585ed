/** What staff works with: the API behind the console. */
export { purgeJobs, workOnJob } from "./jobs.ts";
export { adminRoutes } from "./routes.ts";
