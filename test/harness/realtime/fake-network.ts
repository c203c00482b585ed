/** Fakes of the objects that rooms call: an inbox that subscribes, and a room that is subscribed to. */
import type { Subscriber } from "../../../src/platform/realtime/fanout/subscriber-store.ts";
import type { Entry } from "../../../src/platform/realtime/log/entry.ts";
import type { RoomStub } from "../../../src/platform/realtime/rpc.ts";
import { callerOf, type World } from "./fake-room.ts";

export interface FakeInbox {
  readonly stub: RoomStub;
  readonly relays: { epoch: string; seqs: number[]; kinds: string[]; head: number }[];
  readonly frames: { t: string }[];
  readonly dropped: number[];
  /** Its answer to a push; false: no socket subscribes. */
  answer: () => Promise<boolean>;
  /** When a frame of its person last arrived, epoch ms. */
  heardAt: number | null;
  /** The number of `heard` calls. */
  asked: number;
}

/** An inbox that records its calls. */
export function fakeInbox(): FakeInbox {
  const inbox: FakeInbox = {
    relays: [],
    frames: [],
    dropped: [],
    answer: async () => true,
    heardAt: Number.MAX_SAFE_INTEGER,
    asked: 0,
    stub: {
      async relay(_room: string, epoch: string, entries: readonly Entry[], head: number) {
        const seqs = entries.map(({ seq }) => seq);
        inbox.relays.push({ epoch, seqs, kinds: entries.map(({ kind }) => kind), head });
        return (await inbox.answer()) ? inbox.heardAt : null;
      },
      async heard() {
        inbox.asked += 1;
        return inbox.heardAt;
      },
      relayFrame: async (_room: string, frame: { t: string }) => void inbox.frames.push(frame),
      dropped: async (_room: string, code: number) => void inbox.dropped.push(code),
    } as unknown as RoomStub,
  };
  return inbox;
}

/** A subscriber as `subscribe` gets it. */
export const subscriberOf = (userId: number, world: World, more: Partial<Subscriber> = {}): Subscriber => ({
  inbox: `inbox:${userId}`,
  caller: callerOf(userId),
  readOnly: false,
  admittedAt: world.now,
  ...more,
});

/** A room as an inbox sees it: a list of entries, and methods that a test may replace. */
export class FakeSubscribedRoom {
  epoch = "aaaaaaaa";
  entries: Entry[] = [];
  readonly subscribers = new Set<string>();
  readonly calls: string[] = [];
  /** The subscribers that it accepted, with their rights. */
  readonly admitted: Subscriber[] = [];

  get head(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Stores this many entries and pushes nothing: the test does that. */
  store(count: number): Entry[] {
    const first = this.head + 1;
    const stored = Array.from({ length: count }, (_, n) => entryAt(first + n));
    this.entries.push(...stored);
    return stored;
  }

  async subscribe(_room: string, subscriber: Subscriber, epoch: string | null, since: number | null) {
    this.calls.push("follow");
    this.admitted.push(subscriber);
    this.subscribers.add(subscriber.inbox);
    const covered = since === null || (epoch === this.epoch && since <= this.head);
    return { epoch: this.epoch, head: this.head, recovered: covered, present: null, reads: [] };
  }

  async unsubscribe(inbox: string): Promise<void> {
    this.calls.push("unfollow");
    this.subscribers.delete(inbox);
  }

  async read(_inbox: string, epoch: string, since: number): Promise<Entry[] | null> {
    this.calls.push(`read ${since}`);
    const oldest = this.entries[0]?.seq ?? 1;
    if (epoch !== this.epoch || since + 1 < oldest) return null;
    return this.entries.filter(({ seq }) => seq > since).slice(0, 300);
  }

  async takeFrame(): Promise<unknown> {
    return { ok: true, seq: this.head, at: 0 };
  }

  get stub(): RoomStub {
    return this as unknown as RoomStub;
  }
}

function entryAt(seq: number): Entry {
  return { seq, at: 0, author: 1, ref: `r${seq}`, kind: "message", body: { text: String(seq) } };
}

/** A promise that the test resolves. */
export function latch<Value = void>(): { open: (value: Value) => void; opened: Promise<Value> } {
  let open: (value: Value) => void = () => {};
  const opened = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
