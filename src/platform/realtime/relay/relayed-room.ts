/** A relay's calls to its room. */
import type { Draft, Entry } from "../log/entry.ts";
import type { RoomStub } from "../rpc.ts";
import type { Attached, RelayedResult, RelayReport } from "./rpc.ts";

export class RelayedRoom {
  readonly #number: number;
  readonly #object: () => RoomStub | null;
  /** One for all calls: they arrive in the order in which they were made. */
  #stub: RoomStub | null = null;

  constructor(number: number, object: () => RoomStub | null) {
    this.#number = number;
    this.#object = object;
  }

  async attach(report: RelayReport): Promise<Attached | null> {
    return this.#call((room) => room.attachRelay({ number: this.#number, ...report }));
  }

  async detach(token: string): Promise<unknown> {
    return this.#call((room) => room.detachRelay(this.#number, token));
  }

  async append(draft: Draft): Promise<RelayedResult | null> {
    return this.#call((room) => room.appendFromRelay(this.#number, draft));
  }

  async read(epoch: string, since: number): Promise<Entry[] | null> {
    return this.#call((room) => room.readForRelay(this.#number, epoch, since));
  }

  async #call<Result>(call: (room: RoomStub) => Promise<Result>): Promise<Result | null> {
    this.#stub ??= this.#object();
    if (!this.#stub) return null;
    try {
      return await call(this.#stub);
    } catch (error) {
      // A stub that has failed fails for ever:
      // https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
      this.#stub = null;
      throw error;
    }
  }
}
