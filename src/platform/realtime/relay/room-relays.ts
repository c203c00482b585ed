/** The face of a room that its relays reach: they attach, read what they missed, and pass on what people say. */
import type { Lifecycle } from "../lifecycle.ts";
import type { Draft, Entry } from "../log/entry.ts";
import type { RoomLog } from "../log/room-log.ts";
import type { RoomParts } from "../parts.ts";
import type { Local } from "../rpc.ts";
import { LATER, LIMITS, TOO_MANY } from "../socket/frames.ts";
import type { Attached, RelayedMethods, RelayedResult, RelayReport } from "./rpc.ts";

export class RoomRelays implements Local<RelayedMethods> {
  readonly #parts: RoomParts;
  readonly #log: RoomLog;
  readonly #lifecycle: Lifecycle;

  constructor(parts: RoomParts, log: RoomLog, lifecycle: Lifecycle) {
    this.#parts = parts;
    this.#log = log;
    this.#lifecycle = lifecycle;
  }

  attachRelay({ number, ...report }: RelayReport & { readonly number: number }): Attached | null {
    const { relays, roomState, journal, latest, state } = this.#parts;
    if (roomState.isRetired) return null;
    const facts = roomState.entranceFacts();
    const token = relays.attach(number, report);
    const { epoch, head } = journal;
    // A relay that was behind gets the rest by pushes, like everything that is stored from now on.
    if (report.seq !== null && report.seq !== head) state.waitUntil(relays.nudge());
    this.#lifecycle.arm();
    const newest = journal.latest(LIMITS.page).reverse();
    const oldest = journal.oldest ?? head + 1;
    return { token, epoch, head, newest, oldest, latest: latest.all(), facts };
  }

  detachRelay(number: number, token: string): void {
    this.#parts.relays.detach(number, token);
    this.#lifecycle.arm();
  }

  async appendFromRelay(number: number, draft: Draft): Promise<RelayedResult> {
    const { relays, entryRate, roomState } = this.#parts;
    if (roomState.isRetired || !relays.has(number)) return { ok: false, code: "detached" };
    if (!entryRate.take(draft)) return { ok: false, ...TOO_MANY };
    const entry = await this.#log.commit(draft, null);
    return entry ? { ok: true, entry } : { ok: false, ...LATER };
  }

  readForRelay(number: number, epoch: string, since: number): Entry[] | null {
    const { relays, journal } = this.#parts;
    return relays.has(number) && journal.epoch === epoch ? journal.after(since, LIMITS.page) : null;
  }
}
