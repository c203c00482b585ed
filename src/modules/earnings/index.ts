/** Earnings: what other rooms of the house may use. */
export { earningsResources } from "./resources.ts";
export { changeRoute, earningsRoutes, noEntry, recentRoute } from "./routes.ts";
export { EntryWire, NewEntry, toEntryWire, toTakings } from "./schemas.ts";
export { addEntry, exportEarnings, listEntries, removeEntries } from "./service.ts";
