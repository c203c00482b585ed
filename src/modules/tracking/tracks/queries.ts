/** Opens a user's track, wherever its points are. */
import type { Place } from "../../../platform/geo.ts";
import { log } from "../../../platform/log.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { trackRoom, type Viewer } from "../../identity/index.ts";
import { PAGE, type Page, readPage } from "./pages.ts";

export interface TrackPoint extends Place {
  /** Epoch ms. */
  readonly at: number;
}

export interface Track {
  readonly userId: number;
  readonly username: string;
  readonly total: number;
  /** Times of the first and the last point, epoch ms; null for an empty track. */
  readonly startsAt: number | null;
  readonly endsAt: number | null;
  /** The points in the order of their times, in pages: a long track is never in memory as a whole. */
  parts(): Iterable<readonly TrackPoint[]> | AsyncIterable<readonly TrackPoint[]>;
}

export interface TrackFilter {
  /** Epoch ms, both included. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Includes flagged points. */
  readonly flagged?: boolean | undefined;
  /** When the right to see the track began, epoch ms. Points that are older or arrived earlier are left out. */
  readonly visibleFrom?: number | undefined;
  /** Who reads the track: decides which of the owner's names is shown. */
  readonly viewer?: Viewer;
}

/** Archives the entries of a track room that the database does not have yet. A failure is logged and not thrown. */
export async function flushTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = trackRoom(userId);
  try {
    await ctx.runtime.room(name)?.flush(name);
  } catch (error) {
    log("warn", "tracking.flush", { userId }, error);
  }
}

/** Retires the track room of a deleted account: closes its sockets and deletes its journal. */
export async function eraseTrack(ctx: RequestContext, userId: number): Promise<void> {
  const name = trackRoom(userId);
  await ctx.runtime.room(name)?.retire(name, { kind: "gone", ref: "gone", body: {} });
}

/** A track of up to this many points is kept in memory between counting and writing. A longer track is read twice. */
const KEPT = 2 * PAGE;

/**
 * Opens a user's track; null when there is no such user. Each page takes three statements in one round trip, and one
 * object for each archived day in it. Points that arrive while the track is read are left out, so the total stays right.
 */
export async function openTrack(
  ctx: RequestContext,
  userId: number,
  filter: TrackFilter,
): Promise<Track | null> {
  const begin = Math.max(filter.from ?? 0, filter.visibleFrom ?? 0);
  const first = await readPage(ctx, userId, filter, { at: begin, id: 0 });
  if (!first.person) return null;
  const { username, newest } = first.person;
  const pages = () => walk(ctx, userId, { ...filter, newest }, first);
  const kept: TrackPoint[][] = [];
  const ends: { startsAt: number | null; endsAt: number | null } = { startsAt: null, endsAt: null };
  let total = 0;
  for await (const points of pages()) {
    total += points.length;
    ends.startsAt ??= points[0]?.at ?? null;
    ends.endsAt = points.at(-1)?.at ?? null;
    if (total <= KEPT) kept.push(points);
    else kept.length = 0;
  }
  return { userId, username, total, ...ends, parts: () => (total <= KEPT ? kept : pages()) };
}

async function* walk(
  ctx: RequestContext,
  userId: number,
  filter: TrackFilter & { readonly newest: number },
  first: Page,
) {
  for (let page: Page | null = first; page; ) {
    if (page.points.length > 0) yield page.points;
    page = page.next && (await readPage(ctx, userId, filter, page.next));
  }
}
