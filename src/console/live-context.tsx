/** The page's live connection, and hooks that listen to rooms. */
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { type Listener, Live, type Wire, type World } from "./live.ts";
import { session } from "./session.ts";

const browser: World = {
  connect() {
    const url = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/me/`;
    return new WebSocket(url, ["caravan.v1", `auth.${session.key() ?? ""}`]) as unknown as Wire;
  },
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

const Context = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const opened = new Live(browser);
    setLive(opened);
    opened.connect();
    const back = () => document.visibilityState === "visible" && opened.connect();
    addEventListener("online", back);
    document.addEventListener("visibilitychange", back);
    return () => {
      removeEventListener("online", back);
      document.removeEventListener("visibilitychange", back);
      opened.end();
    };
  }, []);
  return <Context.Provider value={live}>{children}</Context.Provider>;
}

export const useLive = () => useContext(Context);

export function useLiveState() {
  const live = useLive();
  return useSyncExternalStore(
    (watcher) => live?.watch(watcher) ?? (() => {}),
    () => live?.state ?? "waiting",
  );
}

/** Listens to a room while the component is mounted; the latest listener is called. */
export function useRoom(room: string | null, listener: Listener): void {
  const live = useLive();
  const newest = useRef(listener);
  useEffect(() => {
    newest.current = listener;
  });
  useEffect(() => {
    if (!live || !room) return;
    return live.listen(room, {
      entry: (entry) => newest.current.entry?.(entry),
      latest: (latest) => newest.current.latest?.(latest),
      typing: (by) => newest.current.typing?.(by),
      reload: () => newest.current.reload?.(),
    });
  }, [live, room]);
}
