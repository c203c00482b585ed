/** A client of the track socket in `caravan.v1`. */
import WebSocket from "ws";
import type { Person } from "../people.ts";
import type { Violations } from "./client.ts";

/** The number of a tracker's batch, from its ref. */
export const batchOf = (ref: string) => Number(ref.slice(ref.indexOf("#") + 1));

/** A tracker in `caravan.v1`: batches of points, repeated until they are acknowledged. */
export class TrackClient {
  readonly acked = new Map<string, number>();
  readonly unacked = new Map<string, number>();
  readonly batch = 3;
  readonly name: string;
  #socket: WebSocket | null = null;
  #wanted = false;
  #sent = 0;

  readonly origin: string;
  readonly person: Person;
  readonly violations: Violations;

  constructor(origin: string, person: Person, violations: Violations) {
    this.origin = origin;
    this.person = person;
    this.violations = violations;
    this.name = `t${person.id}`;
  }

  start(): void {
    this.#wanted = true;
    const protocols = ["caravan.v1", `auth.${this.person.key}`];
    const socket = new WebSocket(`${this.origin.replace("http", "ws")}/ws/location/`, protocols);
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on(
      "close",
      () => this.#wanted && this.#socket === socket && setTimeout(() => this.#wanted && this.start(), 150),
    );
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.t !== "ack") return;
      const before = this.acked.get(frame.ref);
      if (before !== undefined && before !== frame.seq) this.violations.duplicated += 1;
      this.acked.set(frame.ref, frame.seq);
      this.unacked.delete(frame.ref);
    });
  }

  stop(): void {
    this.#wanted = false;
    this.#socket?.terminate();
  }

  report(patience: number, anew = true): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (anew && this.unacked.size < 10) this.#send(`${this.name}#${this.#sent++}`);
    for (const [ref, at] of this.unacked) if (Date.now() - at > patience) this.#send(ref);
  }

  #send(ref: string): void {
    this.unacked.set(ref, Date.now());
    const n = batchOf(ref);
    const points = Array.from({ length: this.batch }, (_, index) => ({
      latitude: 50 + n * 1e-5,
      longitude: 20 + index * 1e-5,
    }));
    this.#socket?.send(JSON.stringify({ t: "points", ref, points }));
  }
}
