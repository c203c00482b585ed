/** A client of a person's own socket. */
import { Client, type Frame, type Seen, type Violations } from "./client.ts";

/** A client of a person's own socket, which subscribes to the room and writes through the subscription. */
export class PhoneClient extends Client {
  readonly view: Seen[] = [];
  #epoch = "";
  #position = 0;
  #subscribed = false;

  readonly room: string;

  constructor(
    room: string,
    name: string,
    origin: string,
    key: string,
    violations: Violations,
    random: () => number,
  ) {
    super(
      name,
      () => `${origin.replace("http", "ws")}/ws/me/`,
      ["caravan.v1", `auth.${key}`],
      {},
      violations,
      random,
    );
    this.room = room;
  }

  opened(): void {
    this.#subscribed = false;
    this.#subscribe();
  }

  #subscribe(): void {
    const from = this.#epoch ? { epoch: this.#epoch } : {};
    this.socket?.send(JSON.stringify({ t: "subscribe", room: this.room, since: this.#position, ...from }));
  }

  send(ref: string): void {
    const { room } = this;
    if (this.isOpen && this.#subscribed)
      this.socket?.send(JSON.stringify({ t: "say", room, ref, kind: "message", body: { text: ref } }));
  }

  received(data: string): void {
    const frame = JSON.parse(data) as Frame;
    if (frame.room !== this.room) return;
    switch (frame.t) {
      case "subscribed":
        if (!frame.recovered) this.fault("lost", `had to reload at ${this.#position}`);
        this.#epoch = String(frame.epoch);
        this.#subscribed = true;
        for (const ref of this.unacked.keys()) this.say(ref);
        return;
      case "unsubscribed":
        this.#subscribed = false;
        this.#subscribe();
        return;
      case "entry": {
        const seq = Number(frame.seq);
        if (seq <= this.#position) this.fault("duplicated", `${seq} after ${this.#position}`);
        else if (seq !== this.#position + 1) this.fault("lost", `${seq} after ${this.#position}`);
        this.#position = seq;
        this.view.push({ seq, text: String((frame.body as { text?: string }).text) });
        return;
      }
      case "ack":
        if (this.random() > 0.1) this.acknowledge(String(frame.ref), Number(frame.seq));
        return;
      case "error":
        // The room is unavailable for a moment; the client subscribes again.
        if (frame.ref === undefined) setTimeout(() => this.isOpen && this.#subscribe(), 200);
        return;
    }
  }
}
