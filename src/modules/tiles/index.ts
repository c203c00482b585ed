/** Public API of this module: the ground of the console's map, as tiles. */
export { tileRoutes } from "./routes.ts";
