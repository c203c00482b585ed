/** Who may stay in a room: the handler looks up their rights again whenever they may have changed, and when one ends. */
import { log } from "../../log.ts";
import type { Presence } from "../fanout/presence.ts";
import type { Subscribers } from "../fanout/subscribers.ts";
import type { RoomHandler, Visibility } from "../handler.ts";
import type { RoomState } from "../log/state.ts";
import type { Connections } from "../socket/connections.ts";
import { CLOSE } from "../socket/frames.ts";

interface RightsParts {
  readonly handler: Pick<RoomHandler, "authorize">;
  readonly connections: Connections;
  readonly subscribers: Pick<Subscribers, "all" | "drop" | "update">;
  readonly roomState: RoomState;
  readonly clock: () => number;
  readonly presence: Pick<Presence, "through">;
}

/** How a person is admitted, by socket or subscription. */
interface Admitted {
  readonly admittedAt: number;
  readonly rightsVersion?: number | undefined;
  readonly isHeld?: boolean | undefined;
}

type Verdicts = ReadonlyMap<number, Visibility | null>;

export class Rights {
  readonly #parts: RightsParts;
  /** When the first right ends, epoch ms; infinity for never, undefined until it was computed. */
  #nextEnd: number | undefined;
  /** Number of the latest lookup: of several at once only the last one counts. */
  #asked = 0;
  /** The latest lookup. An earlier one ends with it, so that nobody takes a change for done when its lookup failed. */
  #latest: Promise<void> = Promise.resolve();

  constructor(parts: RightsParts) {
    this.#parts = parts;
  }

  /**
   * The version with which a handshake must look up its rights again; null when they are fresh enough. Otherwise a person
   * admitted by facts from before a change would get in after the recheck.
   * A right that was held since before the room was made, or made again, is not enough: the room knows of no change.
   */
  staleVersion(admitted: Admitted): number | null {
    const { handler, roomState } = this.#parts;
    if (admitted.isHeld && roomState.isNewerThan(admitted.admittedAt)) return 0;
    return handler.authorize ? roomState.staleVersion(admitted) : null;
  }

  /** Rights may have changed: looks them up again. Throws when that fails; the caller repeats it. */
  async recheck(): Promise<void> {
    if (!this.#parts.handler.authorize) return;
    this.#parts.roomState.rightsChanged();
    await this.#judge();
  }

  /** The same in a relay, whose room has noted the change. */
  async review(): Promise<void> {
    if (this.#parts.handler.authorize) await this.#judge();
  }

  /** Ends the rights whose time is over, unless another right has replaced them. Never throws. */
  async endLapsed(): Promise<void> {
    const { handler, clock } = this.#parts;
    if (this.#next() > clock()) return;
    try {
      if (handler.authorize) await this.#judge();
    } catch (error) {
      // Without an answer the right ends when it was due to.
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

  /** A right was added or renewed. */
  changed(): void {
    this.#nextEnd = undefined;
  }

  #judge(): Promise<void> {
    this.#asked += 1;
    this.#latest = this.#lookUp(this.#asked);
    return this.#latest;
  }

  async #lookUp(mine: number): Promise<void> {
    const { handler, connections, subscribers, roomState } = this.#parts;
    const here = connections.open().map((socket) => connections.facts(socket).caller?.userId);
    const following = subscribers.all().map(({ caller }) => caller.userId);
    const people = [...new Set([...here, ...following])].filter((id) => id !== undefined);
    const verdicts = people.length > 0 ? await handler.authorize?.(roomState.name, people) : undefined;
    if (mine !== this.#asked) return this.#latest;
    if (!verdicts) return;
    const asked: Verdicts = new Map(people.map((id) => [id, verdicts.get(id) ?? null]));
    for (const socket of connections.open()) {
      const facts = connections.facts(socket);
      const visibility = asked.get(facts.caller?.userId ?? Number.NaN);
      if (visibility) connections.update(socket, { ...facts, ...boundsOf(visibility) });
    }
    for (const { inbox, caller } of subscribers.all()) {
      const visibility = asked.get(caller.userId);
      if (visibility) subscribers.update(inbox, boundsOf(visibility));
    }
    this.#send(asked);
    this.changed();
  }

  /** Disconnects the people who have no right any more, and those whose time is over. */
  #send(verdicts: Verdicts): void {
    const { handler, connections, subscribers, clock, presence } = this.#parts;
    const now = clock();
    const isOver = (userId: number | undefined, until: number | undefined) =>
      (userId !== undefined && verdicts.get(userId) === null) || (until ?? Number.POSITIVE_INFINITY) <= now;
    const dropped = subscribers.all().filter(({ caller, until }) => isOver(caller.userId, until));
    const closed = connections.open().filter((socket) => {
      const { caller, until } = connections.facts(socket);
      // Without `authorize` the lifecycle closes the socket when the right ends, as with its credential.
      return handler.authorize && isOver(caller?.userId, until);
    });
    if (dropped.length === 0 && closed.length === 0) return;
    presence.through(() => {
      subscribers.drop(dropped, CLOSE.forbidden);
      for (const socket of closed) connections.close(socket, CLOSE.forbidden, "no longer allowed");
    });
  }

  #next(): number {
    if (this.#nextEnd === undefined) {
      const { handler, connections, subscribers } = this.#parts;
      const listening = handler.authorize
        ? connections.open().map((socket) => connections.facts(socket))
        : [];
      const ends = [...listening, ...subscribers.all()].map(({ until }) => until ?? Number.POSITIVE_INFINITY);
      this.#nextEnd = ends.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
    }
    return this.#nextEnd;
  }
}

const boundsOf = ({ visibleFrom, until }: Visibility): Visibility => ({ visibleFrom, until });
