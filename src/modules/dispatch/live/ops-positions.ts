/**
 * How the positions of many trucks reach operators and the database. Each truck belongs to one of a few collecting rooms
 * by its id. A collecting room passes on, once a second, one batch with the newest position of each of its trucks, and
 * writes them to the database, many trucks in one transaction. The operators' room joins these batches to one frame a
 * second. The more trucks a collecting room has, the more rarely each of them reports.
 */

import { Pacer, type PacerClock, REAL_CLOCK } from "../../../platform/pacer.ts";
import type { LatestValue } from "../../../platform/realtime/fanout/latest.ts";
import type { TruckFix } from "../fleet/trucks/position.ts";
import { type Batch, joined } from "./batch.ts";
import type { PositionsBody } from "./entries.ts";
import { PositionWriter } from "./position-writer.ts";

/** Time between two calls of trucks in a collecting room, and between two of the same truck, at least and at most. Milliseconds. */
const PACE = { calls: 5, least: 1_000, most: 8_000 } as const;

/** Positions in one frame to operators, about 200 kB; the others follow a second later. */
const MOST_IN_FRAME = 4_000;

/** What a truck shows in its collecting room. */
export const POSITION = "position";
/** What operators see: `[truck id, latitude, longitude, epoch ms]` of each truck that moved. */
export const POSITIONS = "positions";

type Row = PositionsBody["trucks"][number];

function toValue(batch: Batch): LatestValue {
  const trucks = [...batch.values()].map(
    ({ id, latitude, longitude, at }): Row => [id, latitude, longitude, at],
  );
  return { kind: POSITIONS, key: null, body: { trucks } satisfies PositionsBody };
}

const batchOf = ({ body }: LatestValue): Batch =>
  new Map(
    (body.trucks as Row[]).map(([id, latitude, longitude, at]) => [id, { id, latitude, longitude, at }]),
  );

interface CollectorOptions {
  /** Passes a batch on to the operators' room; returns after how many ms the next one is welcome. */
  readonly forward: (latest: LatestValue) => Promise<number>;
  readonly store: (fixes: readonly TruckFix[]) => Promise<void>;
  readonly failed: (error: unknown) => void;
  readonly clock?: PacerClock;
}

/** What a truck reports. `isStored`: its row in the database was just written. */
export type Report = TruckFix & { readonly isStored: boolean };

/** A collecting room. */
export class PositionCollector {
  readonly #clock: PacerClock;
  readonly #writer: PositionWriter;
  readonly #forward: Pacer<Batch>;
  /** The last time that a truck was given for its next report, epoch ms. */
  #lastSlot = 0;

  constructor({ forward, store, failed, clock = REAL_CLOCK }: CollectorOptions) {
    this.#clock = clock;
    this.#writer = new PositionWriter({ store, failed, clock });
    this.#forward = new Pacer({ send: (batch) => forward(toValue(batch)), merge: joined, clock });
  }

  /** Takes a truck's position; returns after how many ms its next one is welcome. */
  take({ isStored, ...fix }: Report): number {
    if (isStored) this.#writer.written(fix);
    else this.#writer.put(fix);
    void this.#forward.put(new Map([[fix.id, fix]]));
    return this.#pace();
  }

  /** Trucks get one time after another, so that a large fleet is spread evenly and a small one reports each second. */
  #pace(): number {
    const now = this.#clock.now();
    const slot = Math.max(now + PACE.least, this.#lastSlot + PACE.calls);
    this.#lastSlot = Math.min(slot, now + PACE.most);
    return this.#lastSlot - now;
  }
}

/** The operators' room: batches of all collecting rooms in, one a second out. */
export class PositionBoard {
  readonly #out: Pacer<Batch>;

  constructor(show: (latest: LatestValue) => void, clock: PacerClock = REAL_CLOCK) {
    const send = async (batch: Batch) => {
      const fixes = [...batch];
      show(toValue(new Map(fixes.slice(0, MOST_IN_FRAME))));
      if (fixes.length > MOST_IN_FRAME) void this.#out.put(new Map(fixes.slice(MOST_IN_FRAME)));
      return PACE.least;
    };
    this.#out = new Pacer({ send, merge: joined, clock });
  }

  take(latest: LatestValue): number {
    void this.#out.put(batchOf(latest));
    return PACE.least;
  }
}
