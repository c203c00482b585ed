/** The truck's room: its driver reports positions, operators read them; the newest one is shown to the rooms of its orders and to operators. */
import type { Place } from "../../../platform/geo.ts";
import type { RoomHandler } from "../../../platform/realtime/handler.ts";
import type { Draft, Entry } from "../../../platform/realtime/log/entry.ts";
import type { Journal } from "../../../platform/realtime/log/journal/journal.ts";
import { fault } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { socketTokenRefresh } from "../../identity/index.ts";
import { filterPoints, PointsBody } from "../../tracking/index.ts";
import { toPosition } from "../fleet/trucks/frames.ts";
import { ORDERS_CHANGED } from "../fleet/trucks/room-updates.ts";
import { truckIdOf } from "../room-names.ts";
import { archiveFixes, fixesOf, newestOf } from "./archive.ts";
import { TruckReports } from "./truck-reports.ts";

/** A flow of positions is written to the trail this often, ms. Until then the room has them. */
const TRAIL_PAUSE = 5 * 60_000;

/** What greets a documented socket: the truck's position when the socket was authorized. */
export type TruckOpening = { readonly location: ReturnType<typeof toPosition> } | null;

export function truckRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  const reports = new TruckReports(openRequestContext);
  return {
    says: { points: PointsBody },
    mayWrite: (caller) => (caller ? null : fault("unauthenticated", "Sign in to report a position.")),
    // Frames from documented clients are ignored.
    fromDocumented: () => null,
    toDocumented(entry) {
      const location = positionOf(entry);
      return location && JSON.stringify({ type: "update", location, tow_truck_id: location.tow_truck_id });
    },
    greet(_journal, opening) {
      const { location: read } = (opening as TruckOpening) ?? {};
      const { newest } = reports;
      // The database may be a few seconds behind this object, or ahead of one that has just woken.
      const isNewer = newest && (!read || newest.at >= Date.parse(read.updated_at));
      const location = isNewer ? toPosition(newest.id, newest, newest.at) : read;
      return location
        ? [JSON.stringify({ type: "initial", location, tow_truck_id: location.tow_truck_id })]
        : [];
    },
    async onStored(room, entries) {
      const newest = newestOf(entries.flatMap(fixesOf));
      if (newest) await reports.report({ ...placeOf(newest), id: truckIdOf(room), at: newest.at });
    },
    onLatest(_room, { kind }) {
      if (kind === ORDERS_CHANGED) reports.ordersChanged();
      return 0;
    },
    archivePause: TRAIL_PAUSE,
    complete: withFilteredPoints,
    archive: (room, epoch, entries) => archiveFixes(openRequestContext(), truckIdOf(room), epoch, entries),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

/** A batch of points is filtered as in any track, and gets the truck's id. */
function withFilteredPoints(draft: Draft, journal: Journal, now: number): Draft {
  if (draft.kind !== "points") return draft;
  const truck = String(truckIdOf(journal.fact("room") ?? ""));
  return { ...draft, body: { tow_truck_id: truck, points: filterPoints(draft.body, journal, now) } };
}

const placeOf = ({ latitude, longitude }: Place): Place => ({ latitude, longitude });

/** The newest accepted position in an entry. */
function positionOf(entry: Entry) {
  const newest = newestOf(fixesOf(entry));
  return newest ? toPosition(Number(entry.body.tow_truck_id), newest, newest.at) : null;
}
