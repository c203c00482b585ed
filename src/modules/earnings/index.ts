/** Earnings: what other rooms of the house may use. */
export { daysField, earningsRoutes, noEntry, readDays } from "./routes.ts";
export {
  EntryChange,
  EntryWire,
  NewEntry,
  RecentEntryWire,
  toEntryWire,
  toRecentWire,
  toTakings,
  toTakingsChange,
} from "./schemas.ts";
export {
  addEntry,
  changeEntry,
  type Entry,
  exportEarnings,
  listEntries,
  recentEntries,
  removeEntries,
} from "./service.ts";
