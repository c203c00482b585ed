/** The parts that the faces of one room share. */
import type { Rate } from "../runtime.ts";
import { EntryRate } from "./entry-rate.ts";
import { Broadcaster } from "./fanout/broadcast.ts";
import { CatchUp } from "./fanout/catch-up.ts";
import { EntryView } from "./fanout/entry-view.ts";
import { LatestFrames } from "./fanout/latest.ts";
import { Presence } from "./fanout/presence.ts";
import { ReadMarks } from "./fanout/read-marks.ts";
import { Subscribers } from "./fanout/subscribers.ts";
import { Subscriptions } from "./fanout/subscriptions.ts";
import type { RoomHandler } from "./handler.ts";
import { type ArchivedRoom, Archiver } from "./log/archive/archive.ts";
import { Beginning } from "./log/beginning.ts";
import { Journal } from "./log/journal/journal.ts";
import { ScheduledCallback } from "./log/scheduled.ts";
import { RoomState } from "./log/state.ts";
import type { Direction } from "./relay/directions.ts";
import { Relays } from "./relay/relays.ts";
import type { RelayStub } from "./relay/rpc.ts";
import { Rights } from "./rights/rights.ts";
import type { RoomStub } from "./rpc.ts";
import { Connections } from "./socket/connections.ts";
import { NO_SUCH_ROOM } from "./socket/frames.ts";
import { KnownStubs } from "./stubs.ts";

/** What a room reaches outside itself. */
export interface Surroundings {
  readonly clock?: () => number;
  /** Objects of other rooms, by name; null for a kind that is not bound. */
  readonly objects?: (name: string) => RoomStub | null;
  /** The object of a room's relay; null when none is bound. */
  readonly relayObject?: (room: string, number: number) => RelayStub | null;
  /** How many sockets one person may have here. */
  readonly mostSockets?: () => number;
  /** How many entries one person may add here, in any kind of room. Absent: any number. */
  readonly entryFlow?: () => Rate;
  /** How many sockets a room with relays holds itself, and each of its relays. */
  readonly relaySockets?: () => number;
}

export class RoomParts {
  readonly state: DurableObjectState;
  readonly handler: RoomHandler;
  readonly clock: () => number;
  readonly mostSockets: () => number;
  readonly connections: Connections;
  readonly roomState: RoomState;
  readonly archiver: Archiver;
  readonly beginning: Beginning;
  readonly scheduled: ScheduledCallback;
  readonly view: EntryView;
  readonly catchUp: CatchUp;
  readonly broadcaster: Broadcaster;
  readonly subscribers: Subscribers;
  readonly relays: Relays;
  readonly marks: ReadMarks;
  readonly presence: Presence;
  readonly latest: LatestFrames;
  readonly rights: Rights;
  readonly entryRate: EntryRate;
  /** Of this room's sockets to other rooms: empty unless the room is an inbox. */
  readonly subscriptions: Subscriptions;
  #journal: Journal | null = null;

  constructor(
    state: DurableObjectState,
    handler: RoomHandler,
    {
      clock = Date.now,
      objects = () => null,
      relayObject = () => null,
      mostSockets = () => Number.POSITIVE_INFINITY,
      relaySockets = () => Number.POSITIVE_INFINITY,
      entryFlow,
    }: Surroundings,
  ) {
    this.state = state;
    this.handler = handler;
    this.clock = clock;
    this.mostSockets = mostSockets;
    const journal = () => this.journal;
    const name = () => this.roomState.name;
    const stubs = new KnownStubs(objects);
    this.connections = new Connections(state);
    this.roomState = new RoomState(journal, clock);
    this.archiver = new Archiver(handler, clock);
    this.scheduled = new ScheduledCallback(this.roomState, handler, clock);
    this.beginning = new Beginning(this);
    this.view = new EntryView(handler, journal);
    this.catchUp = new CatchUp(state, this.connections, journal, this.view);
    this.broadcaster = new Broadcaster(this.connections, this.catchUp, this.view);
    this.subscribers = new Subscribers({
      state,
      stubs,
      journal,
      name,
      view: this.view,
      clock,
      left: (inbox) => this.presence.through(() => this.subscribers.remove(inbox)),
    });
    this.relays = new Relays({
      state,
      handler,
      journal,
      roomState: this.roomState,
      connections: this.connections,
      relayObject,
      relaySockets,
    });
    this.marks = new ReadMarks(state.storage.sql, handler);
    this.presence = new Presence(this.connections, this.subscribers, this.marks, handler, clock);
    this.latest = new LatestFrames(this);
    this.rights = new Rights(this);
    this.entryRate = new EntryRate(journal, clock, {
      flow: entryFlow,
      rate: handler.entryRate?.bind(handler),
    });
    this.subscriptions = new Subscriptions({
      state,
      connections: this.connections,
      objects,
      stubs,
      authorizeSubscription: async (...asked) => handler.authorizeSubscription?.(...asked) ?? NO_SUCH_ROOM,
      name,
      clock,
    });
  }

  /** Opened at its first use, and again after `forget`. */
  get journal(): Journal {
    this.#journal ??= new Journal(this.state.storage.sql);
    return this.#journal;
  }

  /** The first frames of a documented socket. */
  greeting(opening: unknown): readonly string[] {
    return this.handler.greet?.(this.journal, opening, this.latest.all()) ?? [];
  }

  /** The relay that has to take a socket; null: it stays here. */
  direct(userId: number | undefined, follows: string): Direction | null {
    return this.relays.direct(userId, Number(follows) || null);
  }

  /** The user ids of the people who are here. */
  present(): ReadonlySet<number> {
    return new Set(this.presence.present());
  }

  /** The room as its archive sees it. */
  archived(): ArchivedRoom {
    return { name: this.roomState.name, journal: () => this.journal, present: () => this.present() };
  }

  /** Drops what was read from storage: it was just deleted. */
  forget(): void {
    this.#journal = null;
    this.subscribers.forget();
    this.relays.forget();
    this.marks.forgetAll();
    this.latest.clear();
  }
}
