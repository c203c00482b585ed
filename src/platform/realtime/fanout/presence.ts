/** Presence, typing indicators and read receipts: who is in the room, and who is shown it. */

import type { Caller } from "../../http/caller.ts";
import type { RoomHandler } from "../handler.ts";
import type { Connections } from "../socket/connections.ts";
import type { Indicator } from "../socket/decide-frame.ts";
import { encode, PROTOCOL, type ServerFrame } from "../socket/frames.ts";
import { isHeard, nextLook } from "../socket/liveness.ts";
import type { ReadMarks } from "./read-marks.ts";
import type { Subscribers } from "./subscribers.ts";

/**
 * A person is present while a socket of theirs, here or in their inbox, was heard lately (`liveness.ts`). Each socket and
 * subscriber is marked when it falls silent, so that an object that wakes knows what the others were told. A room that
 * is not social shows nothing to anybody, or only some callers to each other (`present`).
 */
export class Presence {
  readonly #connections: Connections;
  readonly #subscribers: Subscribers;
  readonly #marks: ReadMarks;
  readonly #handler: Pick<RoomHandler, "social" | "present">;
  readonly #clock: () => number;

  constructor(
    connections: Connections,
    subscribers: Subscribers,
    marks: ReadMarks,
    handler: Pick<RoomHandler, "social" | "present">,
    clock: () => number,
  ) {
    this.#connections = connections;
    this.#subscribers = subscribers;
    this.#marks = marks;
    this.#handler = handler;
    this.#clock = clock;
  }

  /** The user ids of the people who are present, in order. */
  present(): number[] {
    const people = new Set<number>();
    for (const { userId, silent } of this.#holders()) if (!silent) people.add(userId);
    return [...people].sort((one, other) => one - other);
  }

  /** The same; null in a room that does not show it. */
  shown(): number[] | null {
    return this.#isShown ? this.present() : null;
  }

  /** The same for this caller; null when it is not shown to them. */
  shownTo(caller: Caller): number[] | null {
    return this.#counts(caller) ? this.shown() : null;
  }

  get #isShown(): boolean {
    return this.#handler.social === true || this.#handler.present !== undefined;
  }

  /** Whether the presence of this caller counts, and is shown to them. */
  #counts(caller: Caller | null): boolean {
    if (!this.#handler.present) return true;
    return caller !== null && this.#handler.present(caller);
  }

  /** Finds out who was heard lately, also from the inboxes that subscribe, and announces what has changed. */
  async look(): Promise<void> {
    if (!this.#isShown) return;
    await this.#subscribers.askWhoIsSilent();
    this.through(() => this.#judge());
  }

  /** The same without asking the inboxes. */
  glance(): void {
    if (this.#isShown) this.through(() => this.#judge());
  }

  /** A frame came in on this socket. */
  hear(socket: WebSocket): void {
    const now = this.#clock();
    const { silent } = this.#connections.facts(socket);
    this.#connections.hear(socket, now);
    if (silent) this.glance();
  }

  /** A frame came in through an inbox. */
  hearSubscriber(inbox: string): void {
    this.#subscribers.hear(inbox, this.#clock());
    if (this.#subscribers.get(inbox)?.silent) this.glance();
  }

  /** When to check again who fell silent or came back, epoch ms; null when nobody present would be shown it. */
  dueAt(now: number): number | null {
    if (!this.#isShown) return null;
    const holders = this.#holders();
    const watching = new Set(holders.filter(({ isTold, silent }) => isTold && !silent).map(by));
    const isWatched = ({ userId }: Holder) => watching.size > (watching.has(userId) ? 1 : 0);
    const looks = holders
      .filter(isWatched)
      .map(({ heardAt }) => (heardAt === null ? now : nextLook(heardAt, now)));
    return looks.length === 0 ? null : Math.min(...looks);
  }

  /** Makes a change that lets people in or disconnects them, and announces who is present then. */
  through<Result>(change: () => Result): Result {
    const before = this.shown();
    const result = change();
    if (before) this.#announce(before);
    return result;
  }

  /** A socket has closed; its person may have another one. */
  left(socket: WebSocket): void {
    const present = this.shown();
    const { caller, silent } = this.#connections.facts(socket);
    if (!present || !caller || silent || !this.#counts(caller) || present.includes(caller.userId)) return;
    this.#announce([...present, caller.userId]);
  }

  /** Tells a new socket who is present and how far they have read, and tells the others of a new person. */
  welcome(socket: WebSocket, before: readonly number[] | null): void {
    const users = this.shown();
    if (!users || !before) return;
    this.#announce(before);
    const { dialect, caller } = this.#connections.facts(socket);
    if (dialect !== PROTOCOL || !this.#counts(caller)) return;
    if (users.length === before.length) this.#connections.send(socket, encode({ t: "presence", users }));
    for (const { userId: by, seq } of this.#marks.all())
      this.#connections.send(socket, encode({ t: "read", by, seq }));
  }

  /** Shows a typing indicator, or moves a read mark: never beyond the newest entry. */
  indicate(userId: number, frame: Indicator, head: number): void {
    if (frame.t === "read") this.read(userId, Math.min(frame.seq, head));
    else this.#show({ t: "typing", by: userId }, userId);
  }

  /** Moves a person's read mark forward and shows it to everybody. False: it did not move. */
  read(by: number, seq: number): boolean {
    const moved = this.#handler.social === true && this.#marks.move(by, seq);
    if (moved) this.#show({ t: "read", by, seq });
    return moved;
  }

  /** Marks who has fallen silent since the last check, and who has come back. */
  #judge(): void {
    const now = this.#clock();
    for (const { heardAt, silent, mark } of this.#holders())
      if (heardAt !== null && isHeard(heardAt, now) === silent) mark(!silent);
  }

  /** Everything that can make somebody present: their sockets here, and their inboxes that subscribe. */
  #holders(): Holder[] {
    const connections = this.#connections.open().flatMap((socket): Holder[] => {
      const { caller, dialect, silent = false } = this.#connections.facts(socket);
      if (!caller || !this.#counts(caller)) return [];
      const heardAt = this.#connections.heardAt(socket);
      const mark = (silent: boolean) =>
        this.#connections.update(socket, { ...this.#connections.facts(socket), silent });
      return [{ userId: caller.userId, isTold: dialect === PROTOCOL, silent, heardAt, mark }];
    });
    const shown = this.#subscribers.all().filter(({ caller }) => this.#counts(caller));
    const subscribers = shown.map(({ inbox, caller, silent = false }): Holder => {
      const heardAt = this.#subscribers.heardAt(inbox);
      const mark = (silent: boolean) => this.#subscribers.mark(inbox, silent);
      return { userId: caller.userId, isTold: true, silent, heardAt, mark };
    });
    return [...connections, ...subscribers];
  }

  /** Does nothing when the same people are present: a second tab, for example. */
  #announce(before: readonly number[]): void {
    const users = this.present();
    if (users.length === before.length && users.every((id, index) => id === before[index])) return;
    this.#show({ t: "presence", users });
  }

  #show(frame: ServerFrame, except?: number): void {
    const words = encode(frame);
    for (const socket of this.#connections.open()) {
      const { dialect, caller } = this.#connections.facts(socket);
      if (dialect === PROTOCOL && this.#counts(caller) && (except === undefined || caller?.userId !== except))
        this.#connections.send(socket, words);
    }
    this.#subscribers.showEach(({ caller }) =>
      caller.userId === except || !this.#counts(caller) ? null : frame,
    );
  }
}

interface Holder {
  readonly userId: number;
  /** Whether presence is shown to them. */
  readonly isTold: boolean;
  /** Whether the others were told that this person is gone. */
  readonly silent: boolean;
  /** Epoch ms; null when the inbox has to be asked. */
  readonly heardAt: number | null;
  mark(silent: boolean): void;
}

const by = ({ userId }: Holder) => userId;
