/** Who may still hear a room: its tenant is asked anew whenever rights may have changed, and when one is due to end. */
import { log } from "../log.ts";
import type { Follower, Followers } from "./followers.ts";
import { CLOSE } from "./frames.ts";
import type { Entry } from "./journal.ts";
import type { Memory } from "./memory.ts";
import type { Sockets } from "./sockets.ts";
import type { Tenant, Visibility } from "./tenant.ts";

/** The parts of a room that rights are about. */
interface RoomParts {
  readonly tenant: Pick<Tenant, "authorize">;
  readonly sockets: Sockets;
  readonly followers: Followers;
  readonly memory: Memory;
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
    const { tenant, memory } = this.#parts;
    const version = tenant.authorize ? memory.rightsVersion : null;
    return version !== null && admitted.rightsVersion !== version ? version : null;
  }

  /** Rights may have changed. Throws when they can't be looked up: then the caller repeats it. */
  async recheck(): Promise<void> {
    if (!this.#parts.tenant.authorize) return;
    this.#parts.memory.rightsChanged();
    await this.#judge();
  }

  /** Ends the rights whose time is over, unless another right has taken their place. Never throws. */
  async endLapsed(): Promise<void> {
    const { tenant, clock } = this.#parts;
    if (this.#next() > clock()) return;
    try {
      if (tenant.authorize) await this.#judge();
    } catch (error) {
      // Without an answer nobody stays beyond their time.
      log("warn", "room.rights", { room: this.#parts.memory.name }, error);
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
    const { tenant, sockets, followers, memory } = this.#parts;
    const here = sockets.open().map((socket) => sockets.facts(socket).caller?.userId);
    const following = followers.all().map(({ caller }) => caller.userId);
    const people = [...new Set([...here, ...following])].filter((id) => id !== undefined);
    this.#asked += 1;
    const mine = this.#asked;
    const verdicts = people.length > 0 ? await tenant.authorize?.(memory.name, people) : undefined;
    if (!verdicts || mine !== this.#asked) return;
    const asked: Verdicts = new Map(people.map((id) => [id, verdicts.get(id) ?? null]));
    for (const socket of sockets.open()) {
      const facts = sockets.facts(socket);
      const visibility = asked.get(facts.caller?.userId ?? Number.NaN);
      if (visibility) sockets.update(socket, { ...facts, ...boundsOf(visibility) });
    }
    for (const { inbox, caller } of followers.all()) {
      const visibility = asked.get(caller.userId);
      if (visibility) followers.update(inbox, boundsOf(visibility));
    }
    this.#send(asked);
    this.changed();
  }

  /** Sends away those who were found to have no right, and those whose time is over. */
  #send(verdicts: Verdicts): void {
    const { tenant, sockets, followers, clock, through } = this.#parts;
    const now = clock();
    const isOver = (userId: number | undefined, until: number | undefined) =>
      (userId !== undefined && verdicts.get(userId) === null) || (until ?? Number.POSITIVE_INFINITY) <= now;
    const dropped = followers.all().filter(({ caller, until }) => isOver(caller.userId, until));
    const closed = sockets.open().filter((socket) => {
      const { caller, until } = sockets.facts(socket);
      // Without a tenant to ask, a right's end is a socket's end like that of its credential.
      return tenant.authorize && isOver(caller?.userId, until);
    });
    if (dropped.length === 0 && closed.length === 0) return;
    through(() => {
      followers.drop(dropped, CLOSE.forbidden);
      for (const socket of closed) sockets.close(socket, CLOSE.forbidden, "no longer allowed");
    });
  }

  #next(): number {
    if (this.#nextEnd === undefined) {
      const { tenant, sockets, followers } = this.#parts;
      const listening = tenant.authorize ? sockets.open().map((socket) => sockets.facts(socket)) : [];
      const ends = [...listening, ...followers.all()].map(({ until }) => until ?? Number.POSITIVE_INFINITY);
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
  { visibleFrom, until }: Visibility | Follower,
  showFrom: Tenant["showFrom"],
): Entry {
  if (until !== undefined && entry.at >= until) return hidden(entry);
  if (visibleFrom === undefined) return entry;
  return entry.at < visibleFrom ? hidden(entry) : (showFrom?.(entry, visibleFrom) ?? entry);
}
