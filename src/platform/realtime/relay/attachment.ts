/** Whether a relay is attached to its room, and how far it is: begins with its first socket, ends with its last. */
import { log } from "../../log.ts";
import type { LatestFrames } from "../fanout/latest.ts";
import type { RoomState } from "../log/state.ts";
import type { Connections } from "../socket/connections.ts";
import { CLOSE } from "../socket/frames.ts";
import type { RelayedRoom } from "./relayed-room.ts";
import type { Replica } from "./replica.ts";

/** So many sockets carry the relay's position: one may vanish unnoticed. */
const CARRIERS = 3;

/** How long a client's position may be ahead of the relay's before it is sent away, and how often that is checked. Milliseconds. */
const PATIENCE = 5_000;
const CHECK_EVERY = 20;

interface AttachmentParts {
  readonly state: DurableObjectState;
  readonly connections: Connections;
  readonly journal: Replica;
  readonly roomState: RoomState;
  readonly latest: LatestFrames;
}

export class Attachment {
  readonly #parts: AttachmentParts;
  readonly #room: RelayedRoom;
  /** Null while the room was not asked in this life of the object. */
  #token: string | null = null;
  #attaching: Promise<boolean> | null = null;
  /** Whether the position is known. */
  #isPlaced = false;
  /** The room's position when it was last asked. */
  #roomHead = 0;
  /** How many sockets are opening. */
  #opening = 0;

  constructor(parts: AttachmentParts, room: RelayedRoom) {
    this.#parts = parts;
    this.#room = room;
    this.#recall();
  }

  /** Opens a socket while the relay is attached. `isGone`: the room was retired. */
  async during<Result>(open: (isGone: boolean) => Promise<Result>): Promise<Result> {
    this.#opening += 1;
    try {
      return await open(!(await this.#attach()));
    } finally {
      this.#opening -= 1;
      this.endIfEmpty();
    }
  }

  /** Waits until the relay is as far as a client that was served elsewhere, unless the room itself is not. */
  async reach(epoch: string | null, since: number): Promise<void> {
    const { journal } = this.#parts;
    const isAhead = () => epoch === journal.epoch && since > journal.head;
    if (!isAhead()) return;
    if (since > this.#roomHead) await this.#attach(true);
    for (let waited = 0; isAhead() && journal.head < this.#roomHead; waited += CHECK_EVERY) {
      if (waited >= PATIENCE) throw new Error("the relay is behind its room");
      await scheduler.wait(CHECK_EVERY);
    }
  }

  /** Whether the relay has sockets, or is about to. If not, the room forgets it. */
  async isKept(): Promise<boolean> {
    // A push that overtakes the answer to the attachment.
    await this.#attaching?.catch(() => {});
    const { connections } = this.#parts;
    if (!this.#isPlaced) this.lose();
    const isKept = this.#isPlaced && (this.#opening > 0 || connections.open().length > 0);
    if (!isKept) this.forget();
    return isKept;
  }

  /** Has a few sockets carry the position, for an object that lost its memory. */
  carry(): void {
    const { connections, journal } = this.#parts;
    if (!this.#isPlaced) return;
    const delivered = { epoch: journal.epoch, seq: journal.head };
    for (const socket of connections.open().slice(0, CARRIERS)) {
      const facts = connections.facts(socket);
      if (facts.delivered?.seq !== delivered.seq) connections.update(socket, { ...facts, delivered });
    }
  }

  /** Tells the room when the last socket is gone. A room that can't be reached finds out at its next push. */
  endIfEmpty(): void {
    const { state, connections, roomState } = this.#parts;
    if (this.#opening > 0 || connections.open().length > 0) return;
    const token = this.#token;
    this.forget();
    if (token === null) return;
    const told = this.#room
      .detach(token)
      .catch((error: unknown) => log("warn", "relay.detach", { room: roomState.name }, error));
    state.waitUntil(told);
  }

  /** The relay does not know what its sockets have: their clients come back and say it. */
  lose(): void {
    this.#parts.connections.closeAll(CLOSE.comeBack, "come back");
    this.forget();
  }

  /** The room does not know this relay any more. */
  forget(): void {
    this.#token = null;
    this.#isPlaced = false;
  }

  /** False: the room is gone. `again`: although it is attached. */
  #attach(again = false): Promise<boolean> {
    if (this.#attaching) return this.#attaching;
    if (this.#token !== null && this.#isPlaced && !again) return Promise.resolve(true);
    const attaching = this.#ask().finally(() => {
      this.#attaching = null;
    });
    this.#attaching = attaching;
    return attaching;
  }

  async #ask(): Promise<boolean> {
    const { connections, journal, roomState, latest } = this.#parts;
    if (!this.#isPlaced) this.lose();
    const sockets = connections.open().length;
    const attached = await this.#room.attach({ seq: this.#isPlaced ? journal.head : null, sockets });
    if (!attached) return false;
    const { token, epoch, head, facts } = attached;
    if (this.#isPlaced && epoch !== journal.epoch) this.lose();
    if (!this.#isPlaced) journal.begin(epoch, head);
    this.#isPlaced = true;
    this.#token = token;
    this.#roomHead = head;
    journal.learn(attached);
    for (const shown of attached.latest) latest.keep(shown);
    roomState.adopt(facts);
    return true;
  }

  /** Finds the position again after the object lost its memory. */
  #recall(): void {
    const { connections, journal } = this.#parts;
    for (const socket of connections.open()) {
      const { delivered } = connections.facts(socket);
      if (!delivered || (this.#isPlaced && delivered.seq <= journal.head)) continue;
      journal.begin(delivered.epoch, delivered.seq);
      this.#isPlaced = true;
    }
  }
}
