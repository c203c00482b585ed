/** Tracking: where people were and are, and the tasks that wait at places. What other rooms of the house may use. */
export { exportTracking } from "./export.ts";
export { PointsBody } from "./frames.ts";
export { trackingGates } from "./gate.ts";
export { judgePoints } from "./judging.ts";
export type { JudgedPoint } from "./points.ts";
export { trackingResources } from "./resources.ts";
export { checkTracks, rollTracks, trackRoll } from "./rolling.ts";
export { trackTenant } from "./room.ts";
export { trackingRoutes } from "./routes.ts";
export { taskNotice } from "./task-notices.ts";
export { addTask } from "./tasks.ts";
export { eraseTrack } from "./tracks.ts";
