/** From when a member or a friend sees a track: moved events and ended blocks, by every way to read it. */
import { describe, expect, test } from "vitest";
import { patch } from "../../harness/api.ts";
import { befriend, block, member, unblock } from "../../social/social.ts";
import { TRACK_PATHS } from "./read-paths.ts";
import { allow, eventOf, report, type Trail } from "./relations.ts";

/** Both take part in an event by their own act; `early` is from when it was not on, then its times are moved and it is. */
async function movedTrail(
  times: Parameters<typeof eventOf>[2],
  moved: { readonly start_date?: string; readonly end_date?: string },
): Promise<Trail> {
  const [owner, fellow] = await Promise.all([member(), member()]);
  await allow(owner);
  const watcher = { id: fellow.id, credential: { key: fellow.key } };
  const event = await eventOf(owner, watcher, times);
  const early = await report(owner);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect((await patch(`/api/v1/events/${event}/`, moved, { key: owner.key })).status).toBe(200);
  const late = await report(owner);
  return { owner, watcher, early, late };
}

const HOUR = 3600_000;

const iso = (at: number) => new Date(at).toISOString();

/** How times can be moved so that an event is on that was not. */
const MOVES: Readonly<Record<string, () => Promise<Trail>>> = {
  "an event to come is moved to have begun long ago": () =>
    movedTrail(
      { startsAt: Date.now() + HOUR, endsAt: Date.now() + 2 * HOUR },
      { start_date: iso(Date.now() - 24 * HOUR) },
    ),
  "an event that is over is made longer": () =>
    movedTrail(
      { startsAt: Date.now() - 2 * HOUR, endsAt: Date.now() - HOUR },
      { end_date: iso(Date.now() + HOUR) },
    ),
};

describe("moved times of an event", () => {
  test.each(
    Object.entries(MOVES).flatMap(([name, move]) =>
      Object.entries(TRACK_PATHS).map(([path, readPath]) => [name, path, move, readPath] as const),
    ),
  )(
    "When %s, a member sees nothing through %s from before the event was on.",
    async (_, __, move, readPath) => {
      const found = await move();
      expect(await readPath(found)).toEqual([found.late]);
    },
  );
});

describe("a block that is over", () => {
  test.each(
    ["the owner", "the friend"].flatMap((by) =>
      Object.entries(TRACK_PATHS).map(([path, readPath]) => [by, path, readPath] as const),
    ),
  )(
    "After a block by %s, a friend sees nothing through %s from the time of the block.",
    async (by, _, readPath) => {
      const [owner, friend] = await Promise.all([member(), member()]);
      await allow(owner);
      await befriend(owner, friend);
      const [one, other] = by === "the owner" ? [owner, friend] : [friend, owner];
      await block(one, other);
      const early = await report(owner);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect((await unblock(one, other)).status).toBe(204);
      const late = await report(owner);
      const watcher = { id: friend.id, credential: { key: friend.key } };
      expect(await readPath({ owner, watcher, early, late })).toEqual([late]);
    },
  );
});
