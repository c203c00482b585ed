/**
 * Twenty thousand trucks that each report once a second, on a virtual clock: how many calls, frames and transactions that
 * makes, and how old the operators' map and the database are. The product's own code, without objects and database.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { TruckFix } from "../../../src/modules/dispatch/fleet/trucks/position.ts";
import {
  PositionBoard,
  PositionCollector,
  type Report,
} from "../../../src/modules/dispatch/live/ops-positions.ts";
import { COLLECTORS, collectorRoom } from "../../../src/modules/dispatch/room-names.ts";
import { Pacer } from "../../../src/platform/pacer.ts";
import { virtualClock } from "../../harness/virtual-clock.ts";

const SECONDS = 40;
/** The first seconds, in which every truck reports for the first time. */
const WARM = 10;

interface Seen {
  /** In the busiest second after the start: calls of one collecting room, and of the operators' room. */
  readonly collectorCalls: number;
  readonly boardCalls: number;
  /** Frames to each operator in the busiest second, and positions in the longest of them. */
  readonly frames: number;
  readonly longest: number;
  /** Transactions of the database in the busiest second, and rows in a second on average. */
  readonly transactions: number;
  readonly rows: number;
  /** The oldest position on the operators' map and in the database, at any second after the start. Milliseconds. */
  readonly mapAge: number;
  readonly databaseAge: number;
  /** Trucks on the map. */
  readonly trucks: number;
  /** How long a truck that was silent until then took to the operators' map and to the database. Milliseconds. */
  readonly firstOnMap: number;
  readonly firstStored: number;
}

async function simulate(count: number): Promise<Seen> {
  const time = virtualClock(1_000_000);
  const { clock } = time;
  const begun = clock.now();
  const perSecond = () => {
    const counts = new Map<string, number>();
    return {
      add(name: string) {
        if (clock.now() < begun + WARM * 1000) return;
        const second = `${name} ${Math.floor(clock.now() / 1000)}`;
        counts.set(second, (counts.get(second) ?? 0) + 1);
      },
      most: () => Math.max(0, ...counts.values()),
    };
  };
  const [collectorCalls, boardCalls, frames, transactions] = [
    perSecond(),
    perSecond(),
    perSecond(),
    perSecond(),
  ];
  let longest = 0;
  let rows = 0;
  const silent = count + 1;
  const firstAt = { sent: 0, onMap: 0, stored: 0 };
  const onMap = new Map<number, number>();
  const stored = new Map<number, number>();

  const board = new PositionBoard(({ body }) => {
    frames.add("operator");
    const trucks = body.trucks as [number, number, number, number][];
    longest = Math.max(longest, trucks.length);
    for (const [id, , , at] of trucks) {
      if (id === silent) firstAt.onMap ||= clock.now();
      else onMap.set(id, at);
    }
  }, clock);
  const collectors = new Map<string, PositionCollector>();
  for (let n = 0; n < COLLECTORS; n++)
    collectors.set(
      collectorRoom(n),
      new PositionCollector({
        clock,
        forward: async (latest) => {
          boardCalls.add("board");
          return board.take(latest);
        },
        async store(fixes) {
          transactions.add("database");
          rows += fixes.length;
          for (const { id, at } of fixes) {
            if (id === silent) firstAt.stored ||= clock.now();
            else stored.set(id, at);
          }
        },
        failed: (error) => {
          throw error;
        },
      }),
    );
  const trucks = Array.from({ length: count }, (_, index) => {
    const id = index + 1;
    const room = collectorRoom(id);
    return {
      id,
      reports: new Pacer<Report>({
        clock,
        send: async (report) => {
          collectorCalls.add(room);
          return collectors.get(room)?.take(report) ?? 0;
        },
      }),
    };
  });

  let [mapAge, databaseAge] = [0, 0];
  for (let second = 0; second < SECONDS; second++) {
    // The trucks are spread over the second, in ten groups.
    for (let group = 0; group < 10; group++) {
      for (const { id, reports } of trucks)
        if (id % 10 === group) {
          const at = clock.now();
          const fix: TruckFix = { id, at, latitude: 55 + at / 1e9, longitude: 37 };
          void reports.put({ ...fix, isStored: false });
        }
      await time.advance(100);
    }
    if (second === WARM + 10) {
      firstAt.sent = clock.now();
      collectors
        .get(collectorRoom(silent))
        ?.take({ id: silent, at: clock.now(), latitude: 55, longitude: 37, isStored: false });
    }
    if (second < WARM) continue;
    const age = (positions: ReadonlyMap<number, number>) =>
      positions.size < count ? Number.POSITIVE_INFINITY : clock.now() - Math.min(...positions.values());
    mapAge = Math.max(mapAge, age(onMap));
    databaseAge = Math.max(databaseAge, age(stored));
  }
  return {
    collectorCalls: collectorCalls.most(),
    boardCalls: boardCalls.most(),
    frames: frames.most(),
    longest,
    transactions: transactions.most(),
    rows: rows / SECONDS,
    mapAge,
    databaseAge,
    trucks: onMap.size,
    firstOnMap: firstAt.onMap - firstAt.sent,
    firstStored: firstAt.stored - firstAt.sent,
  };
}

describe.each([
  ["twenty thousand trucks", 20_000],
  ["two hundred trucks", 200],
])("%s that report once a second", (_, count) => {
  let seen: Seen;
  beforeAll(async () => {
    seen = await simulate(count);
  }, 120_000);

  test("A collecting room takes at most 250 calls a second, and the operators' room one of each collecting room.", () => {
    expect(seen.collectorCalls).toBeLessThanOrEqual(250);
    expect(seen.boardCalls).toBeLessThanOrEqual(COLLECTORS);
  });

  test("An operator gets one frame a second, with at most 4,000 positions.", () => {
    expect(seen.frames).toBeLessThanOrEqual(1);
    expect(seen.longest).toBeLessThanOrEqual(4000);
  });

  test("The map shows every truck where it was at most ten seconds ago, and so does the database.", () => {
    expect(seen.trucks).toBe(count);
    expect(seen.mapAge).toBeLessThanOrEqual(10_000);
    expect(seen.databaseAge).toBeLessThanOrEqual(10_000);
  });

  test("A truck's first position after a pause is on the map and in the database within two seconds.", () => {
    for (const late of [seen.firstOnMap, seen.firstStored]) {
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThanOrEqual(2000);
    }
  });

  test("The database runs at most one transaction a second for each collecting room, and writes a truck's row every five seconds.", () => {
    expect(seen.transactions).toBeLessThanOrEqual(COLLECTORS);
    expect(seen.rows).toBeLessThanOrEqual(count / 4.5);
  });
});
