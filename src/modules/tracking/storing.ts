/** Reports on their way into the database: from REST as they come, from a room's journal by the batch. */
import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { cellOf } from "../../platform/geo.ts";
import type { Scope } from "../../platform/runtime.ts";
import { userRoom } from "../identity/index.ts";
import { arrive, readWatched, watchedNear } from "./arrivals.ts";
import { type Flag, type JudgedPoint, judgeAll, type Known, type Point } from "./points.ts";

/** An entry of a track room's journal. `at`: when the room heard of it, epoch ms. */
export interface PointsEntry {
  readonly seq: number;
  readonly at: number;
  readonly points: readonly JudgedPoint[];
  /** They came by REST and are in the database already. */
  readonly stored?: boolean;
}

export interface StoredPoint extends JudgedPoint {
  readonly id: number;
}

/** Position in a room's journal. */
interface Origin {
  readonly epoch: string;
  readonly seq: number;
  readonly nth: number;
}

interface Arriving {
  readonly point: JudgedPoint;
  readonly receivedAt: number;
  readonly origin: Origin | null;
}

/**
 * Copies entries of the person's track room to the database, in one transaction. Stands being repeated. Latest places
 * follow by a trigger; newest points go first, so that it writes one row.
 */
export async function archivePoints(
  scope: Scope,
  userId: number,
  epoch: string,
  entries: readonly PointsEntry[],
): Promise<void> {
  const arriving = entries
    .filter(({ stored }) => !stored)
    .flatMap(({ seq, at, points }) =>
      points.map((point, nth) => ({ point, receivedAt: at, origin: { epoch, seq, nth } })),
    );
  if (arriving.length === 0) return;
  const points = arriving.map(({ point }) => point);
  const [, watch] = await runBatch(scope.db, [
    scope.db.run(insertion(userId, newestFirst(arriving))),
    scope.db.run(sql`SELECT ${watchedNear(userId, points)} AS watched`),
  ]);
  const [row] = (watch as { results: { watched: string | null }[] }).results;
  await arrive(scope, userId, readWatched(row?.watched), points);
}

/**
 * Stores points that came by REST: one statement reads what to judge them by, one writes. The track room hears of them
 * after the answer. In the order in which they came; null when there is no such person.
 */
export async function storePoints(
  scope: Scope,
  userId: number,
  points: readonly Point[],
): Promise<StoredPoint[] | null> {
  const now = scope.now();
  const { known, watched } = await surroundings(scope, userId, points, now);
  const judged = judgeAll(points, known, now);
  const arriving = newestFirst(judged.map((point) => ({ point, receivedAt: now, origin: null })));
  const written = await scope.db.all<{ id: number }>(sql`${insertion(userId, arriving)} RETURNING id`);
  const ids = written.map(({ id }) => id).sort((one, other) => one - other);
  const stored = new Map(arriving.map(({ point }, index) => [point, ids[index]]));
  if (ids.length < judged.length) return null;
  const answer = judged.map((point) => ({ ...point, id: stored.get(point) ?? 0 }));
  scope.defer("tracking.tell", tellRoom(scope, userId, answer), { userId });
  scope.defer("tracking.arrive", arrive(scope, userId, watched, judged), { userId });
  return answer;
}

async function tellRoom(scope: Scope, userId: number, points: readonly StoredPoint[]): Promise<void> {
  const name = userRoom(userId);
  const body = { points: points.map(({ id: _, ...point }) => point), stored: true };
  const draft = { kind: "points", ref: `report:${points[0]?.id}`, body };
  await scope.runtime.room(name)?.publish(name, draft);
}

/** What stands in the light of new points: earlier ones around them, and the tasks whose circles they may be in. */
async function surroundings(scope: Scope, userId: number, points: readonly Point[], now: number) {
  const times = points.flatMap(({ at }) => at ?? []);
  const [row] = await scope.db.all<{ known: string | null; watched: string | null }>(sql`
    SELECT ${times.length > 0 ? knownAround(userId, times) : sql`NULL`} AS known,
      ${watchedNear(
        userId,
        points.map((point) => ({ ...point, at: point.at ?? now })),
      )} AS watched`);
  const known = JSON.parse(row?.known ?? "[]") as [number, number, number, number | null, Flag | null][];
  return {
    known: known.map(([at, latitude, longitude, accuracy, flag]): Known[number] => ({
      at,
      latitude,
      longitude,
      accuracy,
      flag,
    })),
    watched: readWatched(row?.watched),
  };
}

/** Points that new ones are judged by: a few before, those between, the next after. Those with a time of their own only. */
function knownAround(userId: number, times: readonly number[]): SQL {
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const chosen = sql`SELECT at, latitude, longitude, accuracy, flag FROM location_reports
    WHERE user_id = ${userId} AND at <> received_at AND (flag IS NULL OR flag = 'jump')`;
  return sql`(SELECT json_group_array(json_array(at, latitude, longitude, accuracy, flag)) FROM (
    SELECT * FROM (${chosen} AND at <= ${first} ORDER BY at DESC LIMIT 5)
    UNION ALL SELECT * FROM (${chosen} AND at > ${first} AND at <= ${last} ORDER BY at LIMIT 500)
    UNION ALL SELECT * FROM (${chosen} AND at > ${last} ORDER BY at LIMIT 1)))`;
}

/** One parameter for any number of points. Those that are there already, or whose person is not, are passed over. */
function insertion(userId: number, arriving: readonly Arriving[]): SQL {
  const rows = arriving.map(({ point, receivedAt, origin }) => [
    point.at,
    receivedAt,
    point.latitude,
    point.longitude,
    point.accuracy,
    point.speed,
    point.heading,
    cellOf(point),
    point.flag,
    origin?.epoch ?? null,
    origin?.seq ?? null,
    origin?.nth ?? null,
  ]);
  return sql`
    INSERT INTO location_reports (user_id, at, received_at, latitude, longitude, accuracy, speed, heading, cell, flag, epoch, seq, nth)
    SELECT ${userId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
      value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
    FROM json_each(${JSON.stringify(rows)})
    WHERE EXISTS (SELECT 1 FROM users WHERE id = ${userId})
    ORDER BY key
    ON CONFLICT DO NOTHING`;
}

/** A stable sort: of two at the same moment the later one gets the higher id, and with it the tie. */
function newestFirst(arriving: readonly Arriving[]): Arriving[] {
  return [...arriving].sort((one, other) => other.point.at - one.point.at);
}
