/** Who is here and who is typing: told to those who are shown it, and kept nowhere but in who was told of whom. */

import type { RoomHandler } from "../handler.ts";
import { encode, type Fault, fault, PROTOCOL, type RoomFrame, type ServerFrame } from "../socket/frames.ts";
import { isHeard, nextLook } from "../socket/liveness.ts";
import { LISTENER, type Writer } from "../socket/parse-frame.ts";
import type { Sockets } from "../socket/sockets.ts";
import type { ReadMarks } from "./read-marks.ts";
import type { Subscribers } from "./subscribers.ts";

/**
 * A person is present while a socket of theirs, here or on their own inbox, was heard lately (`liveness.ts`). Each
 * socket and follower carries a mark once it fell silent, so that an object that wakes knows who was told of whom.
 * In a room that is not social nobody is shown anything.
 */
export class Presence {
  readonly #sockets: Sockets;
  readonly #subscribers: Subscribers;
  readonly #marks: ReadMarks;
  readonly #handler: Pick<RoomHandler, "social">;
  readonly #clock: () => number;

  constructor(
    sockets: Sockets,
    subscribers: Subscribers,
    marks: ReadMarks,
    handler: Pick<RoomHandler, "social">,
    clock: () => number,
  ) {
    this.#sockets = sockets;
    this.#subscribers = subscribers;
    this.#marks = marks;
    this.#handler = handler;
    this.#clock = clock;
  }

  /** The people who are here, each once, in order. */
  present(): number[] {
    const people = new Set<number>();
    for (const { userId, silent } of this.#holders()) if (!silent) people.add(userId);
    return [...people].sort((one, other) => one - other);
  }

  /** The same for those who are shown it; null where nobody is. */
  shown(): number[] | null {
    return this.#handler.social ? this.present() : null;
  }

  /** Finds out who was heard lately, also by inboxes that follow, and tells everybody what has changed. */
  async look(): Promise<void> {
    if (!this.#handler.social) return;
    await this.#subscribers.askWhoIsSilent();
    this.through(() => this.#judge());
  }

  /** The same without asking the inboxes. */
  glance(): void {
    if (this.#handler.social) this.through(() => this.#judge());
  }

  /** A frame came in on this socket. */
  hear(socket: WebSocket): void {
    const now = this.#clock();
    const { silent } = this.#sockets.facts(socket);
    this.#sockets.hear(socket, now);
    if (silent) this.glance();
  }

  /** A frame came in by a follower's inbox. */
  hearFollower(inbox: string): void {
    this.#subscribers.hear(inbox, this.#clock());
    if (this.#subscribers.get(inbox)?.silent) this.glance();
  }

  /** When somebody may have fallen silent or come back whom another person here is shown; null when nobody is. */
  dueAt(now: number): number | null {
    if (!this.#handler.social) return null;
    const holders = this.#holders();
    const watching = new Set(holders.filter(({ isTold, silent }) => isTold && !silent).map(by));
    const isWatched = ({ userId }: Holder) => watching.size > (watching.has(userId) ? 1 : 0);
    const looks = holders
      .filter(isWatched)
      .map(({ heardAt }) => (heardAt === null ? now : nextLook(heardAt, now)));
    return looks.length === 0 ? null : Math.min(...looks);
  }

  /** Does what lets people in or sends them away, and tells everybody who is here then. */
  through<Result>(change: () => Result): Result {
    const before = this.shown();
    const result = change();
    if (before) this.#announce(before);
    return result;
  }

  /** A socket has closed: its person may have another. */
  left(socket: WebSocket): void {
    const present = this.shown();
    const { caller, silent } = this.#sockets.facts(socket);
    if (!present || !caller || silent || present.includes(caller.userId)) return;
    this.#announce([...present, caller.userId]);
  }

  /** A newcomer hears who is here and how far they have read; the others hear of the newcomer. */
  welcome(socket: WebSocket, before: readonly number[] | null): void {
    const users = this.shown();
    if (!users || !before) return;
    this.#announce(before);
    if (this.#sockets.facts(socket).dialect !== PROTOCOL) return;
    if (users.length === before.length) this.#sockets.send(socket, encode({ t: "presence", users }));
    for (const { userId: by, seq } of this.#marks.all())
      this.#sockets.send(socket, encode({ t: "read", by, seq }));
  }

  /** Typing, or how far somebody has read: never beyond the newest entry. */
  gesture(
    { caller, readOnly }: Writer,
    frame: Extract<RoomFrame, { t: "read" | "typing" }>,
    head: number,
  ): Fault | null {
    if (!this.#handler.social) return fault("bad_frame", "This room knows no such thing.");
    if (!caller || readOnly) return LISTENER;
    if (frame.t === "read") this.read(caller.userId, Math.min(frame.seq, head));
    else this.#show({ t: "typing", by: caller.userId }, caller.userId);
    return null;
  }

  /** Moves a person's read mark and tells everybody. False: it has not moved. */
  read(by: number, seq: number): boolean {
    const moved = this.#handler.social === true && this.#marks.move(by, seq);
    if (moved) this.#show({ t: "read", by, seq });
    return moved;
  }

  /** Marks who has fallen silent since the last look, and who has come back. */
  #judge(): void {
    const now = this.#clock();
    for (const { heardAt, silent, mark } of this.#holders())
      if (heardAt !== null && isHeard(heardAt, now) === silent) mark(!silent);
  }

  /** Everything by which somebody may be here: their sockets, and their inboxes that follow. */
  #holders(): Holder[] {
    const sockets = this.#sockets.open().flatMap((socket): Holder[] => {
      const { caller, dialect, silent = false } = this.#sockets.facts(socket);
      if (!caller) return [];
      const heardAt = this.#sockets.heardAt(socket);
      const mark = (silent: boolean) =>
        this.#sockets.update(socket, { ...this.#sockets.facts(socket), silent });
      return [{ userId: caller.userId, isTold: dialect === PROTOCOL, silent, heardAt, mark }];
    });
    const subscribers = this.#subscribers.all().map(({ inbox, caller, silent = false }): Holder => {
      const heardAt = this.#subscribers.heardAt(inbox);
      const mark = (silent: boolean) => this.#subscribers.mark(inbox, silent);
      return { userId: caller.userId, isTold: true, silent, heardAt, mark };
    });
    return [...sockets, ...subscribers];
  }

  /** A person's second tab is no news. */
  #announce(before: readonly number[]): void {
    const users = this.present();
    if (users.length === before.length && users.every((id, index) => id === before[index])) return;
    this.#show({ t: "presence", users });
  }

  #show(frame: ServerFrame, except?: number): void {
    const words = encode(frame);
    for (const socket of this.#sockets.open()) {
      const { dialect, caller } = this.#sockets.facts(socket);
      if (dialect === PROTOCOL && (except === undefined || caller?.userId !== except))
        this.#sockets.send(socket, words);
    }
    this.#subscribers.show(frame, except);
  }
}

interface Holder {
  readonly userId: number;
  /** Whether presence is shown to them here. */
  readonly isTold: boolean;
  /** Whether the others were told that they have gone. */
  readonly silent: boolean;
  /** Epoch ms; null when the inbox has to be asked. */
  readonly heardAt: number | null;
  mark(silent: boolean): void;
}

const by = ({ userId }: Holder) => userId;
