/**
 * Who learns where a truck is, beside its own room: the rooms of its orders, each at most once a second, and its
 * collecting room. What it keeps is lost with the object, and comes back with the truck's next position.
 */
import { log } from "../../../platform/log.ts";
import { Pacer } from "../../../platform/pacer.ts";
import { type LatestValue, SHOW_AGAIN } from "../../../platform/realtime/fanout/latest.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { locateTruck, type OrderTarget, positionForOrder, type TruckFix } from "../fleet/trucks/position.ts";
import { collectorRoom } from "../room-names.ts";
import { POSITION, type Report } from "./ops-positions.ts";

/**
 * The first few positions are written to the database at once, so that everybody reads them at once; in a flow, the
 * collecting room writes them together with those of other trucks.
 */
const WRITES = { most: 3, oneMoreAfter: 5 * 60_000 } as const;

export class TruckReports {
  readonly #open: () => RequestContext;
  readonly #collector: Pacer<Report>;
  readonly #orderRooms = new Map<string, Pacer<LatestValue>>();
  #newest: TruckFix | null = null;
  /** The truck's open orders; null: to be read again. */
  #orders: readonly OrderTarget[] | null = null;
  /** Counts changes of the orders, so that what was read before one is not kept. */
  #version = 0;
  #writes: number = WRITES.most;
  #countedAt = 0;

  constructor(open: () => RequestContext) {
    this.#open = open;
    this.#collector = new Pacer<Report>({
      send: (report) =>
        this.#show(collectorRoom(report.id), { kind: POSITION, key: null, body: { ...report } }),
    });
  }

  /** The newest position that this object has seen. */
  get newest(): TruckFix | null {
    return this.#newest;
  }

  /** The truck got or lost an order. */
  ordersChanged(): void {
    this.#orders = null;
    this.#version += 1;
  }

  /** A position was stored in the truck's room. One that is older than another is of no interest. */
  async report(fix: TruckFix): Promise<void> {
    if (this.#newest && this.#newest.at > fix.at) return;
    this.#newest = fix;
    let isStored = false;
    if (this.#mayWrite() || this.#orders === null) {
      const written = await this.#write(fix);
      if (written === "old") return;
      isStored = written === "stored";
    }
    // A later one came while this one was written.
    if (this.#newest !== fix) return;
    const now = this.#open().now();
    const shown = (this.#orders ?? []).map((order) => positionForOrder(fix, order, now));
    this.#forgetAllBut(shown.map(({ room }) => room));
    await Promise.all([
      this.#collector.put({ ...fix, isStored }),
      ...shown.map(({ room, latest }) => this.#pacerOf(room).put(latest)),
    ]);
  }

  /** Old: a later position is stored already, or the truck is gone. Failed: the collecting room writes it later. */
  async #write(fix: TruckFix): Promise<"stored" | "old" | "failed"> {
    const version = this.#version;
    try {
      const located = await locateTruck(this.#open(), fix);
      if (version === this.#version) this.#orders = located?.orders ?? null;
      return located?.at === fix.at ? "stored" : "old";
    } catch (error) {
      log("warn", "truck.locate", { truck: fix.id }, error);
      return "failed";
    }
  }

  #mayWrite(): boolean {
    const now = this.#open().now();
    const more = Math.floor((now - this.#countedAt) / WRITES.oneMoreAfter);
    if (more > 0) {
      this.#writes = Math.min(WRITES.most, this.#writes + more);
      this.#countedAt = now;
    }
    if (this.#writes === 0) return false;
    this.#writes -= 1;
    return true;
  }

  #pacerOf(room: string): Pacer<LatestValue> {
    const pacer = this.#orderRooms.get(room) ?? new Pacer({ send: (latest) => this.#show(room, latest) });
    this.#orderRooms.set(room, pacer);
    return pacer;
  }

  #forgetAllBut(rooms: readonly string[]): void {
    for (const room of this.#orderRooms.keys()) if (!rooms.includes(room)) this.#orderRooms.delete(room);
  }

  /** A failure is only logged: the next position comes soon. */
  async #show(room: string, latest: LatestValue): Promise<number> {
    try {
      return (await this.#open().runtime.room(room)?.show(room, latest)) ?? SHOW_AGAIN;
    } catch (error) {
      log("warn", "truck.show", { room }, error);
      return SHOW_AGAIN;
    }
  }
}
