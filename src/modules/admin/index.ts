/** What staff works with: the API behind the console. */
export { purgeJobs, workOnJob } from "./bulk.ts";
export { adminRoutes } from "./routes.ts";
