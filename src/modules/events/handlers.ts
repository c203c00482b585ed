/** What carries the events' effects out, by their kind. */
import type { Handlers } from "../../platform/db/delivery.ts";
import { geocode } from "./geocoding.ts";
import { announce, type Notice } from "./notices.ts";

export const eventHandlers: Handlers = {
  event_notice: (scope, row) => announce(scope, row.payload as Notice),
  geocode: (scope, row) => geocode(scope, row.payload as { uuid: string }),
};
