/** The parts of a relay: those of a room that holds sockets, over what a relay has of the room's log. */
import { Broadcaster } from "../fanout/broadcast.ts";
import { CatchUp } from "../fanout/catch-up.ts";
import { EntryView } from "../fanout/entry-view.ts";
import { LatestFrames } from "../fanout/latest.ts";
import type { RelayedHandler } from "../handler.ts";
import type { OpeningParts } from "../handshake/open-socket.ts";
import type { Journal } from "../log/journal/journal.ts";
import { RoomState } from "../log/state.ts";
import { Rights } from "../rights/rights.ts";
import { Connections } from "../socket/connections.ts";
import { DIRECTED } from "./directions.ts";
import type { RelayedRoom } from "./relayed-room.ts";
import { Replica } from "./replica.ts";

/** What a relay reaches outside itself. */
export interface RelaySurroundings {
  readonly clock?: () => number;
  /** How many sockets one person may have here. */
  readonly mostSockets: () => number;
  /** How many sockets the relay takes. */
  readonly relaySockets: () => number;
}

/** A relay shows no presence, and inboxes subscribe to the room itself. */
const NO_PRESENCE = {
  glance() {},
  shown: () => null,
  welcome() {},
  through: <Result>(change: () => Result) => change(),
};
const NO_SUBSCRIBERS = { all: () => [], drop() {}, update() {}, showEach() {} };
const NO_RELAYS = { show() {} };

export class RelayParts implements OpeningParts {
  readonly state: DurableObjectState;
  readonly handler: RelayedHandler;
  readonly clock: () => number;
  readonly mostSockets: () => number;
  readonly connections: Connections;
  readonly journal: Replica;
  readonly roomState: RoomState;
  readonly rights: Rights;
  readonly catchUp: CatchUp;
  readonly broadcaster: Broadcaster;
  readonly latest: LatestFrames;
  readonly presence = NO_PRESENCE;
  readonly #relaySockets: () => number;

  constructor(
    state: DurableObjectState,
    handler: RelayedHandler,
    room: RelayedRoom,
    { clock = Date.now, mostSockets, relaySockets }: RelaySurroundings,
  ) {
    this.state = state;
    this.handler = handler;
    this.clock = clock;
    this.mostSockets = mostSockets;
    this.#relaySockets = relaySockets;
    this.connections = new Connections(state);
    this.journal = new Replica((epoch, since) => room.read(epoch, since));
    const facts = new Map<string, string>();
    const store = {
      fact: (name: string) => facts.get(name) ?? null,
      setFact: (name: string, value: string) => void facts.set(name, value),
    };
    this.roomState = new RoomState(() => store, clock);
    const { connections, roomState } = this;
    this.rights = new Rights({
      handler,
      connections,
      roomState,
      clock,
      presence: NO_PRESENCE,
      subscribers: NO_SUBSCRIBERS,
    });
    const view = new EntryView(handler, noJournal);
    this.catchUp = new CatchUp(state, connections, () => this.journal, view);
    this.broadcaster = new Broadcaster(connections, this.catchUp, view);
    this.latest = new LatestFrames({
      connections,
      subscribers: NO_SUBSCRIBERS,
      relays: NO_RELAYS,
      roomState,
      view,
      handler: {},
      clock,
    });
  }

  /** A `RelayedHandler` greets with nothing. */
  greeting(): readonly string[] {
    return [];
  }

  /** The room knows a better place when this relay is full. */
  direct(_userId: number | undefined, follows: string): "full" | null {
    // The room counts the sockets that it sends here, but not those that have closed since.
    const most = this.#relaySockets() * (follows === DIRECTED ? 2 : 1);
    return this.connections.open().length < most ? null : "full";
  }
}

/** A `RelayedHandler` shows entries without the journal. */
function noJournal(): Journal {
  throw new Error("a relay has no journal");
}
