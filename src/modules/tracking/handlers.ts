/** What carries tracking's effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { rollTracks } from "./rolling.ts";
import { announceTask, type TaskNotice } from "./task-notices.ts";

export const trackingHandlers: Handlers = {
  task_notice: (scope, row) => announceTask(scope, row.payload as TaskNotice),
  track_roll: (scope) => rollTracks(scope),
};
