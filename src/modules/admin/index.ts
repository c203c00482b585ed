/** What staff decides about accounts. */
export { adminRoutes } from "./routes.ts";
