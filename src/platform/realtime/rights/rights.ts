/** Who may still hear a room: its tenant is asked anew whenever rights may have changed, and when one is due to end. */
import { log } from "../../log.ts";
import type { Subscriber, Subscribers } from "../fanout/subscribers.ts";
import type { RoomHandler, Visibility } from "../handler.ts";
import type { Entry } from "../log/journal.ts";
import type { RoomState } from "../log/state.ts";
import { CLOSE } from "../socket/frames.ts";
import type { Sockets } from "../socket/sockets.ts";

/** The parts of a room that rights are about. */
interface RoomParts {
  readonly handler: Pick<RoomHandler, "authorize">;
  readonly sockets: Sockets;
  readonly subscribers: Subscribers;
  readonly roomState: RoomState;
  readonly clock: () => number;
  /** Does what sends people away, and tells those who stay who is here. */
  readonly through: (change: () => void) => void;
}

type Verdicts = ReadonlyMap<number, Visibility | null>;

export class Rights {
  readonly #parts: RoomParts;
  /** When the first right ends, epoch ms; infinity for none, undefined until somebody looked. */
  #nextEnd: number | undefined;
  /** Of several questions at once the last one counts. */
  #asked = 0;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /**
   * The version by which a handshake must look up its rights again; null when what it knows is good. A person who was
   * let in by facts from before a change would otherwise slip in behind the recheck.
   */
  staleVersion(admitted: { readonly rightsVersion?: number | undefined }): number | null {
    const { handler, roomState } = this.#parts;
    const version = handler.authorize ? roomState.rightsVersion : null;
    return version !== null && admitted.rightsVersion !== version ? version : null;
  }

  /** Rights may have changed. Throws when they can't be looked up: then the caller repeats it. */
  async recheck(): Promise<void> {
    if (!this.#parts.handler.authorize) return;
    this.#parts.roomState.rightsChanged();
    await this.#judge();
  }

  /** Ends the rights whose time is over, unless another right has taken their place. Never throws. */
  async endLapsed(): Promise<void> {
    const { handler, clock } = this.#parts;
    if (this.#next() > clock()) return;
    try {
      if (handler.authorize) await this.#judge();
    } catch (error) {
      // Without an answer nobody stays beyond their time.
      log("warn", "room.rights", { room: this.#parts.roomState.name }, error);
    }
    this.#send(new Map());
    this.changed();
  }

  /** When the next right ends, epoch ms; null for never. */
  nextEnd(): number | null {
    const next = this.#next();
    return next === Number.POSITIVE_INFINITY ? null : next;
  }

  /** Somebody came with a right of their own. */
  changed(): void {
    this.#nextEnd = undefined;
  }

  async #judge(): Promise<void> {
    const { handler, sockets, subscribers, roomState } = this.#parts;
    const here = sockets.open().map((socket) => sockets.facts(socket).caller?.userId);
    const following = subscribers.all().map(({ caller }) => caller.userId);
    const people = [...new Set([...here, ...following])].filter((id) => id !== undefined);
    this.#asked += 1;
    const mine = this.#asked;
    const verdicts = people.length > 0 ? await handler.authorize?.(roomState.name, people) : undefined;
    if (!verdicts || mine !== this.#asked) return;
    const asked: Verdicts = new Map(people.map((id) => [id, verdicts.get(id) ?? null]));
    for (const socket of sockets.open()) {
      const facts = sockets.facts(socket);
      const visibility = asked.get(facts.caller?.userId ?? Number.NaN);
      if (visibility) sockets.update(socket, { ...facts, ...boundsOf(visibility) });
    }
    for (const { inbox, caller } of subscribers.all()) {
      const visibility = asked.get(caller.userId);
      if (visibility) subscribers.update(inbox, boundsOf(visibility));
    }
    this.#send(asked);
    this.changed();
  }

  /** Sends away those who were found to have no right, and those whose time is over. */
  #send(verdicts: Verdicts): void {
    const { handler, sockets, subscribers, clock, through } = this.#parts;
    const now = clock();
    const isOver = (userId: number | undefined, until: number | undefined) =>
      (userId !== undefined && verdicts.get(userId) === null) || (until ?? Number.POSITIVE_INFINITY) <= now;
    const dropped = subscribers.all().filter(({ caller, until }) => isOver(caller.userId, until));
    const closed = sockets.open().filter((socket) => {
      const { caller, until } = sockets.facts(socket);
      // Without a tenant to ask, a right's end is a socket's end like that of its credential.
      return handler.authorize && isOver(caller?.userId, until);
    });
    if (dropped.length === 0 && closed.length === 0) return;
    through(() => {
      subscribers.drop(dropped, CLOSE.forbidden);
      for (const socket of closed) sockets.close(socket, CLOSE.forbidden, "no longer allowed");
    });
  }

  #next(): number {
    if (this.#nextEnd === undefined) {
      const { handler, sockets, subscribers } = this.#parts;
      const listening = handler.authorize ? sockets.open().map((socket) => sockets.facts(socket)) : [];
      const ends = [...listening, ...subscribers.all()].map(({ until }) => until ?? Number.POSITIVE_INFINITY);
      this.#nextEnd = ends.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    }
    return this.#nextEnd;
  }
}

const boundsOf = ({ visibleFrom, until }: Visibility): Visibility => ({ visibleFrom, until });

/** An entry that somebody may not see: its position stays, so that nobody misses one. */
export function hidden(entry: Entry): Entry {
  return { ...entry, kind: "hidden", author: 0, ref: null, body: {} };
}

/** An entry as a right with these bounds shows it. */
export function showWithin(
  entry: Entry,
  { visibleFrom, until }: Visibility | Subscriber,
  showFrom: RoomHandler["showFrom"],
): Entry {
  if (until !== undefined && entry.at >= until) return hidden(entry);
  if (visibleFrom === undefined) return entry;
  return entry.at < visibleFrom ? hidden(entry) : (showFrom?.(entry, visibleFrom) ?? entry);
}
