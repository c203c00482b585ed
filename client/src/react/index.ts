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
  const live = useLive();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  const room = live && name !== null ? live.room(name) : null;
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

/** The entries that came while the component is mounted, the oldest first: at most `most`, and none from before a `gap`. */
export function useEntries(name: string | null, most = 500): readonly Entry[] {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  useRoom(name, {
    entry: (entry) => setEntries((before) => [...before, entry].slice(-most)),
    reload: () => setEntries([]),
  });
  return entries;
}

/** The user ids of the people who are present in a room. */
export function usePresence(name: string | null): readonly number[] {
  const [present, setPresent] = useState<readonly number[]>([]);
  const room = useRoom(name, { presence: setPresent });
  useEffect(() => setPresent(room?.present ?? []), [room]);
  return present;
}

/** What was said in a room and is not acknowledged yet, the oldest first. */
export function usePending(name: string | null): readonly Outgoing[] {
  const [pending, setPending] = useState<readonly Outgoing[]>([]);
  const room = useRoom(name, { pending: setPending });
  useEffect(() => setPending(room?.pending ?? []), [room]);
  return pending;
}

/** ms for which somebody counts as typing after each sign of it. */
const TYPING_FOR = 4_000;

/** The user ids of the people who type in a room just now. */
export function useTyping(name: string | null): readonly number[] {
  const [typing, setTyping] = useState<readonly number[]>([]);
  const timers = useRef(new Map<number, ReturnType<typeof setTimeout>>());
  const stop = (by: number) => {
    clearTimeout(timers.current.get(by));
    timers.current.delete(by);
    setTyping([...timers.current.keys()]);
  };
  useRoom(name, {
    typing(by) {
      clearTimeout(timers.current.get(by));
      timers.current.set(
        by,
        setTimeout(() => stop(by), TYPING_FOR),
      );
      setTyping([...timers.current.keys()]);
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
  }, []);
  return typing;
}
