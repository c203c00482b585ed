/** Sends what happens in a room to the inboxes that subscribe to it; each passes it on to one person's own sockets. */
import { log } from "../../log.ts";
import type { Visibility } from "../handler.ts";
import type { Entry } from "../log/entry.ts";
import type { Journal } from "../log/journal/journal.ts";
import type { RoomStub } from "../rpc.ts";
import type { ServerFrame } from "../socket/frames.ts";
import type { KnownStubs } from "../stubs.ts";
import type { EntryView } from "./entry-view.ts";
import { InboxLiveness } from "./inbox-liveness.ts";
import { type Subscriber, SubscriberStore } from "./subscriber-store.ts";

/** How long an inbox may take to answer. Milliseconds. */
const ASK_PATIENCE = 2_000;

interface SubscribersParts {
  readonly state: DurableObjectState;
  readonly stubs: KnownStubs;
  readonly journal: () => Journal;
  /** The room's name. */
  readonly name: () => string;
  readonly view: EntryView;
  readonly clock: () => number;
  /** An inbox answers that nobody there subscribes any more. */
  readonly left: (inbox: string) => void;
}

/**
 * A push may fail, and the object may die between storing and pushing. Then the inbox notices the gap at the next push,
 * or at the nudge that follows each archive batch, and reads what it missed.
 */
export class Subscribers {
  readonly #parts: SubscribersParts;
  readonly #store: SubscriberStore;
  readonly #liveness: InboxLiveness;
  /** Position up to which each was told in this life of the object. */
  readonly #told = new Map<string, number>();
  /** Those whose last push failed. */
  readonly #owed = new Set<string>();
  /** How many pushes to each are under way. */
  readonly #pushing = new Map<string, number>();

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
    this.#store = new SubscriberStore(parts.state.storage.sql);
    this.#liveness = new InboxLiveness(parts.clock);
  }

  all(): Subscriber[] {
    return this.#store.all();
  }

  get(inbox: string): Subscriber | undefined {
    return this.#store.get(inbox);
  }

  add(subscriber: Subscriber): void {
    this.#store.put(subscriber);
    this.#told.delete(subscriber.inbox);
    this.hear(subscriber.inbox, this.#parts.clock());
  }

  /** Changes the rights of a subscriber. What it was told stays told. */
  update(inbox: string, rights: Visibility): void {
    const subscriber = this.get(inbox);
    if (subscriber) this.#store.put({ ...subscriber, ...rights });
  }

  remove(inbox: string): void {
    if (!this.#store.delete(inbox)) return;
    this.#told.delete(inbox);
    this.#owed.delete(inbox);
    this.#liveness.delete(inbox);
  }

  /** Ends these subscriptions and tells the inboxes. */
  drop(subscribers: readonly Subscriber[], code: number): void {
    const { name } = this.#parts;
    for (const { inbox } of subscribers) {
      this.remove(inbox);
      void this.#call(inbox, (stub) => stub.dropped(name(), code));
    }
  }

  /** Sends what was just stored, except to the inbox that gets it with the result of its call. */
  tell(entries: readonly Entry[], knows?: string): Promise<unknown> {
    if (knows !== undefined) this.#told.set(knows, this.#parts.journal().head);
    const others = this.all().filter(({ inbox }) => inbox !== knows);
    return Promise.all(others.map((subscriber) => this.#push(subscriber, entries)));
  }

  async #push(subscriber: Subscriber, entries: readonly Entry[]): Promise<void> {
    const { journal, view, name } = this.#parts;
    const { inbox } = subscriber;
    const { epoch, head } = journal();
    const shown = entries.map((entry) => view.show(entry, subscriber));
    this.#pushing.set(inbox, (this.#pushing.get(inbox) ?? 0) + 1);
    const done = await this.#call(inbox, async (stub) => {
      const heardAt = await stub.relay(name(), epoch, shown, head);
      // An inbox that left and came back meanwhile is another subscriber by now.
      if (this.get(inbox) !== subscriber) return;
      this.#owed.delete(inbox);
      if (heardAt !== null) this.#told.set(inbox, Math.max(head, this.#told.get(inbox) ?? 0));
      this.#noteAnswer(inbox, heardAt);
    });
    const left = (this.#pushing.get(inbox) ?? 1) - 1;
    if (left > 0) this.#pushing.set(inbox, left);
    else this.#pushing.delete(inbox);
    if (!done && this.get(inbox) === subscriber) this.#owed.add(inbox);
  }

  /** Sends each subscriber their frame, which is not stored; null for none. */
  showEach(frameFor: (subscriber: Subscriber) => ServerFrame | null): void {
    const { name } = this.#parts;
    for (const subscriber of this.all()) {
      const frame = frameFor(subscriber);
      if (frame) void this.#call(subscriber.inbox, (stub) => stub.relayFrame(name(), frame));
    }
  }

  /** Whether somebody is being told. */
  get isTelling(): boolean {
    return this.#pushing.size > 0;
  }

  /** Whether somebody must be told again. */
  get owes(): boolean {
    return this.#owed.size > 0;
  }

  /** Sends the newest position to those who may not know it: after a crash the object can't tell who does. */
  async nudge(): Promise<void> {
    const { head } = this.#parts.journal();
    const late = this.all().filter(
      ({ inbox }) => !this.#pushing.has(inbox) && (this.#told.get(inbox) !== head || this.#owed.has(inbox)),
    );
    await Promise.all(late.map((subscriber) => this.#push(subscriber, [])));
  }

  /** Somebody behind this inbox was heard at this time, epoch ms. */
  hear(inbox: string, at: number): void {
    this.#liveness.hear(inbox, at);
  }

  /** When somebody behind this inbox was last heard, epoch ms; null when it has to be asked. */
  heardAt(inbox: string): number | null {
    return this.#liveness.heardAt(inbox);
  }

  /** Notes whether the others were told that nobody is heard there any more. */
  mark(inbox: string, silent: boolean): void {
    const subscriber = this.get(inbox);
    if (!subscriber) return;
    subscriber.silent = silent;
    this.#store.put(subscriber);
  }

  /** Asks each inbox whose people were not heard lately. One that can't be reached counts as not heard. */
  async askWhoIsSilent(): Promise<void> {
    const asked = this.all().filter(({ inbox }) => !this.#liveness.isKnown(inbox));
    await Promise.all(
      asked.map(async (subscriber) => {
        const { inbox } = subscriber;
        const answer = this.#call(inbox, async (stub) => {
          const at = await stub.heard(this.#parts.name());
          if (this.get(inbox) === subscriber) this.#noteAnswer(inbox, at);
        });
        await Promise.race([answer, scheduler.wait(ASK_PATIENCE)]);
        if (this.get(inbox) === subscriber && !this.#liveness.isKnown(inbox)) this.hear(inbox, 0);
      }),
    );
  }

  #noteAnswer(inbox: string, heardAt: number | null): void {
    if (heardAt === null) this.#parts.left(inbox);
    else this.hear(inbox, heardAt);
  }

  /** False when the inbox could not be reached. */
  #call(inbox: string, work: (stub: RoomStub) => Promise<unknown>): Promise<boolean> {
    const { stubs, name, state } = this.#parts;
    const tried = async () => {
      try {
        const stub = stubs.of(inbox);
        if (stub) await work(stub);
        return true;
      } catch (error) {
        stubs.drop(inbox);
        log("warn", "room.relay", { room: name(), inbox }, error);
        return false;
      }
    };
    const done = tried();
    state.waitUntil(done);
    return done;
  }

  /** Drops what was read from storage: it was just deleted. */
  forget(): void {
    this.#store.forget();
    this.#told.clear();
    this.#owed.clear();
    this.#liveness.clear();
  }
}
