/** Public API of this module. */
export { exportTracking } from "./export.ts";
export { trackingAuthorizers } from "./live/authorizers.ts";
export { trackRoomHandler } from "./live/track.room.ts";
export type { FilteredPoint } from "./points/filter-rules.ts";
export { PointsBody } from "./points/frames.ts";
export { filterPoints } from "./points/live-filter.ts";
export { trackingResources } from "./resources.ts";
export { trackingRoutes } from "./routes.ts";
export { addTask } from "./tasks/commands.ts";
export { taskNotice } from "./tasks/notices.ts";
export { checkTracks, compactTracks, trackCompaction } from "./tracks/compaction.ts";
export { eraseTrack } from "./tracks/queries.ts";
