/** Public API of the earnings module. */

export { addEntry, removeEntries } from "./commands.ts";
export { exportEarnings, listEntries } from "./queries.ts";
export { earningsResources } from "./resources.ts";
export { changeRoute, earningsRoutes, noEntry, recentRoute } from "./routes.ts";
export { EntryWire, NewEntry, toEarningsInput, toEntryWire } from "./schemas.ts";
