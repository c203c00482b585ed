/** A client of one room in `caravan.v1`. */
import { Client, type Frame, type Seen, type Violations } from "./client.ts";

/** A client of one room in `caravan.v1`: it resumes from its position and repeats what was not acknowledged. */
export class NativeClient extends Client {
  readonly view: Seen[] = [];
  #epoch = "";
  protected position = 0;

  static in(
    room: string,
    name: string,
    origin: string,
    key: string,
    violations: Violations,
    random: () => number,
  ): NativeClient {
    const client: NativeClient = new NativeClient(
      name,
      () => `${origin.replace("http", "ws")}${room}?since=${client.position}${client.resume}`,
      ["caravan.v1", `auth.${key}`],
      {},
      violations,
      random,
    );
    return client;
  }

  get resume(): string {
    return this.#epoch ? `&epoch=${this.#epoch}` : "";
  }

  opened(): void {}

  send(ref: string): void {
    if (this.isOpen)
      this.socket?.send(JSON.stringify({ t: "say", ref, kind: "message", body: { text: ref } }));
  }

  received(data: string): void {
    const frame = JSON.parse(data) as Frame;
    if (frame.t === "welcome") this.#welcome(frame);
    else if (frame.t === "entry") this.see(frame);
    // One ack in ten is ignored, as if the network had lost it.
    else if (frame.t === "ack" && this.random() > 0.1) this.acknowledge(String(frame.ref), Number(frame.seq));
    else if (frame.t === "error") this.fault("lost", `got the error ${data}`);
  }

  #welcome(frame: Frame): void {
    if (!frame.recovered) this.fault("lost", `had to reload at ${this.position}`);
    if (this.#epoch && this.#epoch !== frame.epoch) this.fault("lost", "the journal has a new epoch");
    this.#epoch = String(frame.epoch);
    for (const ref of this.unacked.keys()) this.say(ref);
  }

  protected see(frame: Frame): void {
    const seq = Number(frame.seq);
    if (seq <= this.position) this.fault("duplicated", `${seq} after ${this.position}`);
    else if (seq !== this.position + 1) this.fault("lost", `${seq} after ${this.position}`);
    this.position = seq;
    this.view.push({ seq, text: String((frame.body as { text?: string }).text) });
  }
}
