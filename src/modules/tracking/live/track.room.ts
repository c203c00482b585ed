/**
 * The track room, one for each user: the user reports points, others may watch, and task notices arrive here. Its stored
 * names are in `identity/room-names.ts`.
 */
import { hidden } from "../../../platform/realtime/fanout/entry-view.ts";
import type { RoomHandler, Visibility } from "../../../platform/realtime/handler.ts";
import type { Draft, Entry } from "../../../platform/realtime/log/entry.ts";
import type { Journal } from "../../../platform/realtime/log/journal/journal.ts";
import { fault } from "../../../platform/realtime/socket/frames.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { socketTokenRefresh, trackOwner } from "../../identity/index.ts";
import { archivePoints } from "../points/archive.ts";
import type { FilteredPoint } from "../points/filter-rules.ts";
import { PointsBody } from "../points/frames.ts";
import { nextPoint } from "../points/ids.ts";
import { filterPoints, newestTime } from "../points/live-filter.ts";
import { visibilitiesOf } from "../visibility/queries.ts";
import type { LocationSaved, StoredPointsBody } from "./entries.ts";

/** Kinds of entries that documented sockets receive, beside responses to their own frames. */
const DOCUMENTED_KINDS = new Set(["task_assigned", "task_status_updated", "task_arrived"]);

const SAVED = JSON.stringify({ type: "location_saved", success: true } satisfies LocationSaved);

/** How often a track that flows is archived, and how long its last points may take. `latest/` is this fresh. Ms. */
const PAUSE = 8_000;
const WITHIN = 10_000;

export function trackRoomHandler(openRequestContext: () => RequestContext): RoomHandler {
  const completePoints = pointCompleter();
  return {
    says: { points: PointsBody },
    // The authorizer admits everybody but the owner as read-only.
    mayWrite: (caller) => (caller ? null : fault("unauthenticated", "Sign in to report where you are.")),
    fromDocumented,
    // Points go to native sockets only: documented clients poll for locations.
    toDocumented: ({ kind, body }) =>
      DOCUMENTED_KINDS.has(kind) ? JSON.stringify({ type: kind, ...body }) : null,
    complete: (draft, journal, now) =>
      draft.kind === "points" ? { ...draft, body: completePoints(draft, journal, now) } : draft,
    confirm: () => SAVED,
    showTo: showEntry,
    showFrom: showPoints,
    authorize: (room, userIds) => authorize(openRequestContext(), trackOwner(room), userIds),
    archivePause: PAUSE,
    archiveWithin: WITHIN,
    archive: (room, _epoch, entries) =>
      archivePoints(openRequestContext(), trackOwner(room), toPointsEntries(entries)),
    authenticate: socketTokenRefresh(openRequestContext),
  };
}

/** The body of a `points` entry as it is stored. `first`: the count of the first point; `newest`: see `newestTime`. */
interface StoredBody {
  readonly points: readonly FilteredPoint[];
  readonly first?: number;
  readonly newest?: number;
  /** Older rooms: the points came by REST and were in the database already. */
  readonly stored?: boolean;
}

/** Filters and numbers points. Several entries of one transaction do not see each other, so the last number is kept. */
function pointCompleter() {
  let given = 0;
  return ({ body }: Draft, journal: Journal, now: number) => {
    const points = filterPoints(body, journal, now);
    const first = nextPoint(Math.max(given, nextIn(journal)), now);
    given = first + points.length;
    return { points, first, newest: newestTime(journal, points) } satisfies StoredBody;
  };
}

/** The count after the newest point in the journal; 0 where there is none. */
function nextIn(journal: Journal): number {
  const isPoints = ({ kind }: Entry) => kind === "points";
  const last = journal.latest(1).find(isPoints) ?? journal.newest("points", 0);
  const { first = 0, points = [] } = (last?.body ?? {}) as Partial<StoredBody>;
  return first + points.length;
}

/** An entry without what only the room needs. */
function showEntry(entry: Entry): Entry {
  if (entry.kind !== "points") return entry;
  const { points } = entry.body as unknown as StoredBody;
  return { ...entry, body: { points: [...points] } satisfies StoredPointsBody };
}

/** An entry as a watcher sees it: points only, and of those only the ones since the right began, also in a late batch. */
function showPoints(entry: Entry, from: number): Entry {
  if (entry.kind !== "points") return hidden(entry);
  const { points } = entry.body as { points: FilteredPoint[] };
  const covered = points.filter(({ at }) => at >= from);
  if (covered.length === points.length) return entry;
  return covered.length === 0 ? hidden(entry) : { ...entry, body: { ...entry.body, points: covered } };
}

async function authorize(
  ctx: RequestContext,
  ownerId: number,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, Visibility | null>> {
  const rights = await visibilitiesOf(ctx, ownerId, userIds);
  return new Map(
    userIds.map((userId) => {
      // The owner may stay as long as their session lasts.
      if (userId === ownerId) return [userId, {}];
      const right = rights.get(userId);
      if (!right?.may) return [userId, null];
      return [userId, { visibleFrom: right.visibleFrom, until: right.until ?? undefined }];
    }),
  );
}

function fromDocumented(text: string) {
  const frame = readJson(text);
  if (typeof frame !== "object" || frame === null || Array.isArray(frame))
    return fault("bad_frame", "Send a JSON object.");
  // The app documents that frames of other types are ignored.
  if (!("type" in frame) || frame.type !== "location_update") return null;
  const { type: _, ...point } = frame;
  return { kind: "points", body: { points: [point] } };
}

function toPointsEntries(entries: readonly Entry[]) {
  return entries.flatMap(({ seq, at, kind, body }) => {
    if (kind !== "points") return [];
    const { points, first, stored = false } = body as unknown as StoredBody;
    return [{ seq, at, points, stored, ...(first === undefined ? {} : { first }) }];
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
