/**
 * A part of the listeners, in a process of its own: opens sockets of one event, comes back when one closes, and checks
 * that each gets every entry once and in order. See `run.ts`.
 */
import { WebSocket } from "ws";

/** From the parent: what to open, or the question how far all are. */
export type Order =
  | { readonly open: number; readonly url: string; readonly abreast: number }
  | { readonly report: true };

export interface CrowdReport {
  readonly sockets: number;
  /** The positions of the listener that is least far and of the one that is farthest. */
  readonly least: number;
  readonly farthest: number;
  readonly received: number;
  readonly doubled: number;
  readonly gaps: number;
  readonly reloads: number;
  readonly cameBack: number;
  /** Handshakes that were refused and tried again. */
  readonly refused: number;
}

const faults = { received: 0, doubled: 0, gaps: 0, reloads: 0, cameBack: 0, refused: 0 };
const listeners: Listener[] = [];

class Listener {
  readonly #url: string;
  #epoch = "";
  position = 0;
  isOpen = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Ends with the welcome. */
  async open(): Promise<void> {
    while (!(await this.#try())) {
      faults.refused += 1;
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800));
    }
  }

  #try(): Promise<boolean> {
    const position = this.#epoch === "" ? "since=0" : `epoch=${this.#epoch}&since=${this.position}`;
    const socket = new WebSocket(`${this.#url}?${position}`, "caravan.v1", { perMessageDeflate: false });
    return new Promise((resolve) => {
      socket.once("error", () => resolve(false));
      socket.on("message", (data) => {
        const frame = JSON.parse(String(data)) as {
          t: string;
          seq: number;
          epoch: string;
          recovered: boolean;
        };
        if (frame.t === "entry") return this.#take(frame.seq);
        if (frame.t !== "welcome") return;
        if (!frame.recovered) faults.reloads += 1;
        this.#epoch = frame.epoch;
        this.isOpen = true;
        resolve(true);
      });
      socket.once("close", () => {
        if (!this.isOpen) return resolve(false);
        this.isOpen = false;
        faults.cameBack += 1;
        setTimeout(() => void this.open(), Math.random() * 1000);
      });
    });
  }

  #take(seq: number): void {
    faults.received += 1;
    if (seq <= this.position) faults.doubled += 1;
    else if (seq > this.position + 1) faults.gaps += 1;
    this.position = Math.max(this.position, seq);
  }
}

process.on("message", async (order: Order) => {
  if ("report" in order) {
    const positions = listeners.map(({ position }) => position);
    const report: CrowdReport = {
      ...faults,
      sockets: listeners.filter(({ isOpen }) => isOpen).length,
      least: Math.min(...positions),
      farthest: Math.max(...positions),
    };
    return process.send?.(report);
  }
  for (let opened = 0; opened < order.open; opened += order.abreast) {
    const some = Array.from(
      { length: Math.min(order.abreast, order.open - opened) },
      () => new Listener(order.url),
    );
    listeners.push(...some);
    await Promise.all(some.map((listener) => listener.open()));
  }
  process.send?.({ isOpen: true });
});
