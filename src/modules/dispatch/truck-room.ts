/** The truck room: its driver reports, operators watch; orders and the operators' overview hear of each new place. */
import { sql } from "drizzle-orm";
import * as v from "valibot";
import { runBatch } from "../../platform/db/client.ts";
import { cellOf } from "../../platform/geo.ts";
import type { SocketDocument } from "../../platform/realtime/asyncapi.ts";
import { fault } from "../../platform/realtime/frames.ts";
import type { Draft, Entry, Journal } from "../../platform/realtime/journal.ts";
import type { Tenant } from "../../platform/realtime/tenant.ts";
import type { Scope } from "../../platform/runtime.ts";
import { renewalIn } from "../identity/index.ts";
import { type JudgedPoint, judgePoints, PointsBody } from "../tracking/index.ts";
import { etaOf, PositionBody, toPosition } from "./live.ts";
import { OPS_ROOM } from "./ops.ts";

const truckIdOf = (room: string) => Number(room.slice("truck:".length));

/** What a documented socket is greeted with: where the truck stood when the gate looked. */
export type TruckOpening = { readonly location: ReturnType<typeof toPosition> } | null;

export function truckTenant(openScope: () => Scope): Tenant {
  return {
    says: { points: PointsBody },
    mayWrite: (caller) => (caller ? null : fault("unauthenticated", "Sign in to report a position.")),
    // Whatever a documented client sends is ignored.
    fromDocumented: () => null,
    toDocumented(entry) {
      const location = positionOf(entry);
      return location && JSON.stringify({ type: "update", location, tow_truck_id: location.tow_truck_id });
    },
    greet(_journal, opening) {
      const { location } = (opening as TruckOpening) ?? {};
      return location
        ? [JSON.stringify({ type: "initial", location, tow_truck_id: location.tow_truck_id })]
        : [];
    },
    complete: (draft, journal, now) => judged(draft, journal, now),
    archive: (room, epoch, entries) => archive(openScope(), truckIdOf(room), epoch, entries),
    authenticate: renewalIn(openScope),
  };
}

/** A batch is judged like any track's, and knows whose it is. */
function judged(draft: Draft, journal: Journal, now: number): Draft {
  if (draft.kind !== "points") return draft;
  const truck = String(truckIdOf(journal.fact("room") ?? ""));
  return { ...draft, body: { tow_truck_id: truck, points: judgePoints(draft.body, journal, now) } };
}

/** The newest place that an entry tells of. */
function positionOf({ kind, body }: Entry) {
  if (kind === "position") return body as unknown as ReturnType<typeof toPosition>;
  const newest = newestOf(body);
  return newest ? toPosition(Number(body.tow_truck_id), newest, newest.at) : null;
}

function newestOf(body: Readonly<Record<string, unknown>>): JudgedPoint | undefined {
  const points = (body.points ?? []) as JudgedPoint[];
  return points
    .filter(({ flag }) => flag === null)
    .reduce<JudgedPoint | undefined>((best, point) => (best && best.at > point.at ? best : point), undefined);
}

/** Points go to D1 and move the truck forward, in one transaction; then whoever follows it is told of the newest. */
async function archive(
  scope: Scope,
  truckId: number,
  epoch: string,
  entries: readonly Entry[],
): Promise<void> {
  const batches = entries.filter(({ kind }) => kind === "points");
  const newest = batches
    .flatMap(({ body }) => newestOf(body) ?? [])
    .reduce<JudgedPoint | undefined>((best, point) => (best && best.at > point.at ? best : point), undefined);
  if (batches.length > 0) await store(scope, truckId, epoch, batches, newest);
  const last = entries.at(-1);
  if (!last) return;
  const ops = scope.runtime.room(OPS_ROOM);
  const [row] = await scope.db.all<{
    status: string;
    orders: string;
    latitude: number | null;
    longitude: number | null;
    at: number | null;
  }>(sql`
    SELECT status, latitude, longitude, located_at AS at, (SELECT json_group_array(json_object('id', o.id, 'status', o.status,
      'latitude', iif(o.status = 'IN_PROGRESS', o.delivery_latitude, o.pickup_latitude),
      'longitude', iif(o.status = 'IN_PROGRESS', o.delivery_longitude, o.pickup_longitude)))
      FROM orders o WHERE o.tow_truck_id = t.id AND o.status IN ('ASSIGNED', 'IN_PROGRESS')) AS orders
    FROM tow_trucks t WHERE id = ${truckId}`);
  if (!row || row.latitude === null || row.longitude === null || row.at === null) return;
  const place = { latitude: row.latitude, longitude: row.longitude };
  const position = toPosition(truckId, place, row.at);
  const ref = `truck:${truckId}:${epoch}:${last.seq}`;
  await ops?.publish(OPS_ROOM, { kind: "position", ref, body: { ...position, status: row.status } });
  // Orders of a truck that reports by REST were told with the report.
  if (batches.length === 0) return;
  const orders = JSON.parse(row.orders) as { id: string; latitude: number; longitude: number }[];
  await Promise.all(
    orders.map(({ id, ...target }) => {
      const name = `order:${id}`;
      const body = { ...position, order_id: id, ...etaOf(place, target) };
      return scope.runtime.room(name)?.publish(name, { kind: "position", ref, body });
    }),
  );
}

async function store(
  scope: Scope,
  truckId: number,
  epoch: string,
  batches: readonly Entry[],
  newest: JudgedPoint | undefined,
): Promise<void> {
  const points = scope.db.run(sql`
    INSERT OR IGNORE INTO truck_points (truck_id, epoch, seq, nth, at, latitude, longitude, speed, heading)
    SELECT t.id, ${epoch}, e.value ->> 'seq', p.key, p.value ->> 'at', p.value ->> 'latitude', p.value ->> 'longitude',
      p.value ->> 'speed', p.value ->> 'heading'
    FROM json_each(${JSON.stringify(batches)}) AS e, json_each(e.value, '$.body.points') AS p
    JOIN tow_trucks t ON t.id = ${truckId} WHERE p.value ->> 'flag' IS NULL`);
  if (!newest) return void (await points);
  const { latitude, longitude, at } = newest;
  const forward = scope.db.run(sql`
    UPDATE tow_trucks SET latitude = ${latitude}, longitude = ${longitude}, cell = ${cellOf(newest)}, located_at = ${at},
      updated_at = ${scope.now()},
      status = iif(status = 'OFFLINE', 'AVAILABLE', status)
    WHERE id = ${truckId} AND coalesce(located_at, 0) < ${at}`);
  await runBatch(scope.db, [points, forward]);
}

export const truckSocket: SocketDocument = {
  name: "truck",
  address: "/ws/tow-trucks/{id}/location/",
  id: "The truck's number, or a uuid that holds it.",
  description: "Where a truck is. Its driver reports in `points` frames; operators watch.",
  says: { points: PointsBody },
  entries: { position: PositionBody },
  documented: {
    fromClient: {},
    fromServer: {
      initial: v.object({ type: v.literal("initial"), location: PositionBody, tow_truck_id: v.string() }),
      update: v.object({ type: v.literal("update"), location: PositionBody, tow_truck_id: v.string() }),
    },
  },
};
