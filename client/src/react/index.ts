/** Hooks for React 18 and newer: `@caravan/client/react`. They hold no logic of their own. */
import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { Caravan } from "../caravan.ts";
import type { LiveState } from "../live/connection.ts";
import type { Entry } from "../live/frames.ts";
import type { Live } from "../live/live.ts";
import type { Outgoing } from "../live/outbox.ts";
import type { Room, RoomListener } from "../live/room.ts";

const CaravanContext = createContext<Caravan | null>(null);
const LiveContext = createContext<Live | null>(null);

/** Gives a client to the components below. It is not closed here, because it may live longer. */
export function CaravanProvider(props: { caravan: Caravan; children?: ReactNode }): ReactElement {
  const below = createElement(LiveContext.Provider, { value: props.caravan.live }, props.children);
  return createElement(CaravanContext.Provider, { value: props.caravan }, below);
}

/** Gives a live connection alone to the components below; null while there is none. */
export function LiveProvider(props: { live: Live | null; children?: ReactNode }): ReactElement {
  return createElement(LiveContext.Provider, { value: props.live }, props.children);
}

/** The client of the nearest `CaravanProvider`; throws without one. */
export function useCaravan(): Caravan {
  const caravan = useContext(CaravanContext);
  if (!caravan) throw new Error("useCaravan() needs a <CaravanProvider> above it.");
  return caravan;
}

/** The live connection of the nearest provider; null while there is none. */
export function useLive(): Live | null {
  return useContext(LiveContext);
}

/** What the connection is doing; `idle` without one. */
export function useLiveState(): LiveState {
  const live = useLive();
  const watch = useCallback((changed: () => void) => live?.onState(changed) ?? (() => {}), [live]);
  const read = () => live?.state ?? "idle";
  return useSyncExternalStore(watch, read, read);
}

/** Listens to a room while the component is mounted; always the newest listener is called. Null for no room. */
export function useRoom(name: string | null, listener: RoomListener = {}): Room | null {
  const room = useNamed(name);
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(
    () =>
      room?.subscribe({
        entry: (entry) => newest.current.entry?.(entry),
        latest: (latest) => newest.current.latest?.(latest),
        reload: (why) => newest.current.reload?.(why),
        presence: (users) => newest.current.presence?.(users),
        typing: (by) => newest.current.typing?.(by),
        read: (mark) => newest.current.read?.(mark),
        pending: (pending) => newest.current.pending?.(pending),
        state: (state) => newest.current.state?.(state),
      }),
    [room],
  );
  return room;
}

function useNamed(name: string | null): Room | null {
  const live = useLive();
  return live && name !== null ? live.room(name) : null;
}

/** A list that belongs to a room: another room begins with its own. */
function useListOf<Item>(
  room: Room | null,
  first: (room: Room) => readonly Item[] = () => [],
): readonly [readonly Item[], (change: (before: readonly Item[]) => readonly Item[]) => void] {
  const [kept, setKept] = useState<{ room: Room | null; list: readonly Item[] }>({ room: null, list: [] });
  const change = (next: (before: readonly Item[]) => readonly Item[]) =>
    setKept((kept) => ({ room, list: next(kept.room === room ? kept.list : []) }));
  // What was known of the room before anybody listened here.
  useEffect(() => {
    if (room) change(() => first(room));
  }, [room]);
  return [kept.room === room ? kept.list : NOTHING, change];
}

/** The same object each time, so that nothing is drawn anew for it. */
const NOTHING: readonly never[] = [];

/** The entries that came while the component is mounted, the oldest first: at most `most`, and none from before a `gap`. */
export function useEntries(name: string | null, most = 500): readonly Entry[] {
  const [entries, change] = useListOf<Entry>(useNamed(name));
  useRoom(name, {
    entry: (entry) => change((before) => [...before, entry].slice(-most)),
    reload: () => change(() => []),
  });
  return entries;
}

/** The user ids of the people who are present in a room. */
export function usePresence(name: string | null): readonly number[] {
  const [present, change] = useListOf(useNamed(name), (room) => room.present);
  useRoom(name, { presence: (users) => change(() => users) });
  return present;
}

/** What was said in a room and is not acknowledged yet, the oldest first. */
export function usePending(name: string | null): readonly Outgoing[] {
  const [pending, change] = useListOf(useNamed(name), (room) => room.pending);
  useRoom(name, { pending: (items) => change(() => items) });
  return pending;
}

/** ms for which somebody counts as typing after each sign of it. */
const TYPING_FOR = 4_000;

/** The user ids of the people who type in a room just now. */
export function useTyping(name: string | null): readonly number[] {
  const room = useNamed(name);
  const [typing, change] = useListOf<number>(room);
  const timers = useRef(new Map<number, ReturnType<typeof setTimeout>>());
  const stop = (by: number) => {
    clearTimeout(timers.current.get(by));
    timers.current.delete(by);
    change((before) => before.filter((each) => each !== by));
  };
  useRoom(name, {
    typing(by) {
      clearTimeout(timers.current.get(by));
      timers.current.set(
        by,
        setTimeout(() => stop(by), TYPING_FOR),
      );
      change((before) => (before.includes(by) ? before : [...before, by]));
    },
    // What was being typed has come.
    entry: ({ by }) => by !== null && stop(by),
  });
  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running.values()) clearTimeout(timer);
      running.clear();
    };
  }, [room]);
  return typing;
}
