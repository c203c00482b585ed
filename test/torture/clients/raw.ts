/** A client of the documented dialect. */
import { Client, type Seen, type Violations } from "./client.ts";

/** A client of the documented dialect: raw text out, one frame per message in. A message that comes back to its author counts as acknowledged. */
export class RawClient extends Client {
  readonly view: Seen[] = [];
  #history = new Map<number, string>();
  #hasHistory = false;

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
      () => `${origin.replace("http", "ws")}${room}`,
      [],
      { authorization: `Token ${key}` },
      violations,
      random,
    );
  }

  opened(): void {
    this.#hasHistory = false;
    this.#history = new Map();
    // It has no refs: a message that did not come back is not sent again.
    this.unacked.clear();
  }

  send(ref: string): void {
    if (this.isOpen) this.socket?.send(ref);
  }

  override repeat(): void {}

  received(data: string): void {
    const { id, text } = JSON.parse(data) as { id: number; text: string };
    const last = this.view.at(-1)?.seq ?? 0;
    // First come the last messages, the newest first; live ones follow.
    const newest = Math.max(0, ...this.#history.keys());
    if (!this.#hasHistory && this.#history.size < 30 && (newest === 0 || id < newest)) {
      this.#history.set(id, text);
      if (id === 1 || this.#history.size === 30) this.#readHistory();
      this.#acknowledgeOwn(text, id);
      return;
    }
    this.#readHistory();
    const at = this.view.at(-1)?.seq ?? last;
    if (id <= at) this.fault("duplicated", `${id} after ${at}`);
    else if (at > 0 && id !== at + 1) this.fault("lost", `${id} after ${at}`);
    this.view.push({ seq: id, text });
    this.#acknowledgeOwn(text, id);
  }

  #readHistory(): void {
    if (this.#hasHistory) return;
    this.#hasHistory = true;
    const last = this.view.at(-1)?.seq ?? 0;
    for (const [seq, text] of [...this.#history].sort(([one], [other]) => one - other))
      if (seq > last) this.view.push({ seq, text });
  }

  #acknowledgeOwn(text: string, seq: number): void {
    if (text.startsWith(`${this.name}#`)) this.acknowledge(text, seq);
  }
}
