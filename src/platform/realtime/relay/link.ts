/** One relay as its room sees it: how far it is, and the calls that bring it what is stored. */
import { log } from "../../log.ts";
import type { Entry } from "../log/entry.ts";
import type { Journal } from "../log/journal/journal.ts";
import type { RoomState } from "../log/state.ts";
import { CLOSE, LIMITS } from "../socket/frames.ts";
import type { Push, RelayReport, RelayStub } from "./rpc.ts";

interface LinkParts {
  readonly state: DurableObjectState;
  readonly journal: () => Journal;
  readonly roomState: RoomState;
  readonly object: () => RelayStub | null;
  /** The relay has no sockets any more, or was told that the room is gone. */
  readonly ended: (link: RelayLink) => void;
}

const GONE = { code: CLOSE.gone, reason: "gone" } as const;
const TOO_FAR = { code: CLOSE.slow, reason: "too far behind" } as const;
/** Between two tries of a call. After the last one the room's alarm calls again. Milliseconds. */
const PAUSES = [0, 100, 500, 2000] as const;

const NOTHING: Push = { epoch: "", entries: [] };

/**
 * Calls follow each other, so entries come in order, and what is stored while one is under way goes with the next. The
 * relay answers how far it is: if a call or the room's object is lost, the next call goes on from there.
 */
export class RelayLink {
  /** Of its attachment; null when that was made in an earlier life of the object. */
  readonly token: string | null;
  /** How far the relay said it is; null until it was asked. */
  #position: number | null;
  /** Includes those that were sent there and have not opened yet. */
  sockets: number;
  readonly #parts: LinkParts;
  #bringing: Promise<void> | null = null;
  #isOwed = false;
  #isEnding = false;

  constructor(parts: LinkParts, token: string | null, { seq, sockets }: RelayReport) {
    this.#parts = parts;
    this.token = token;
    this.#position = seq;
    this.sockets = sockets;
  }

  get position(): number | null {
    return this.#position;
  }

  /** Whether a call is under way. */
  get isBusy(): boolean {
    return this.#bringing !== null;
  }

  /** The last call failed: the relay may not know everything. */
  get isOwed(): boolean {
    return this.#isOwed;
  }

  /** Ends when the relay has everything that is stored by then. `stored`: what was stored just now. Never throws. */
  bring(stored: readonly Entry[] = []): Promise<void> {
    this.#bringing ??= this.#run(stored);
    this.#parts.state.waitUntil(this.#bringing);
    return this.#bringing;
  }

  /** What the relay has to get before the room is emptied. */
  rest(): Push {
    const { epoch, head } = this.#parts.journal();
    return { epoch, entries: this.#after(this.#position ?? Math.max(0, head - LIMITS.page)) };
  }

  /** The room is gone: the relay sends the rest and closes its sockets. Never throws. */
  async end(push: Push = NOTHING, { code, reason }: typeof GONE | typeof TOO_FAR = GONE): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    try {
      await this.#parts.object()?.end(push, code, reason);
      this.#parts.ended(this);
    } catch (error) {
      this.#isEnding = false;
      this.#fail(error);
    }
  }

  async #run(stored: readonly Entry[]): Promise<void> {
    const { journal, roomState, ended } = this.#parts;
    let next = stored;
    // So that `#bringing` is set before it is cleared.
    await Promise.resolve();
    try {
      for (let hasMore = true; hasMore; next = []) {
        if (roomState.isRetired) return await this.end();
        const before = this.#position;
        const entries = this.#entriesFrom(before, next);
        if (before !== null && entries[0] && entries[0].seq !== before + 1)
          return await this.end(NOTHING, TOO_FAR);
        const report = await this.#push({ epoch: journal().epoch, entries });
        if (!report) return ended(this);
        this.#position = report.seq;
        this.sockets = report.sockets;
        this.#isOwed = before !== null && entries.length > 0 && report.seq === before;
        hasMore = !this.#isOwed && report.seq !== journal().head;
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      // Synchronous: an entry that is stored between the last look and this would not be brought.
      this.#bringing = null;
    }
  }

  /** Tries again at once, because a relay that has just died is there again, and then a little later. */
  async #push(push: Push): Promise<RelayReport | null | undefined> {
    for (const pause of PAUSES) {
      try {
        return await this.#parts.object()?.push(push);
      } catch {
        await scheduler.wait(pause);
      }
    }
    return this.#parts.object()?.push(push);
  }

  /** What follows on a position; where it is unknown, what was just stored. */
  #entriesFrom(position: number | null, stored: readonly Entry[]): readonly Entry[] {
    if (position === null || stored[0]?.seq === position + 1) return stored;
    return this.#after(position);
  }

  #after(position: number): readonly Entry[] {
    return this.#parts.journal().after(position, LIMITS.page);
  }

  #fail(error: unknown): void {
    this.#isOwed = true;
    log("warn", "room.relays", { room: this.#parts.roomState.name }, error);
  }
}
