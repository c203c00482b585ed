/** What keeps conversations up to date: the operators' room, and marks that other tabs of this browser made. */
import { useRoom } from "@caravan/client/react";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useOpsRoom } from "../../declaration.tsx";

/** ms in which several changes cost one reading. */
const TOGETHER = 300;

/** ms between two readings without the room. */
const ALONE = 15_000;

const marks = new BroadcastChannel("caravan.conversations");

/** Reads lists and counts again; of one conversation its facts and messages, too. */
export function readAgain(queries: QueryClient, id?: string): void {
  void queries.invalidateQueries({ queryKey: ["conversations"] });
  void queries.invalidateQueries({ queryKey: ["conversation-counts"] });
  if (id === undefined) return;
  void queries.invalidateQueries({ queryKey: ["conversation", id] });
  void queries.invalidateQueries({ queryKey: ["conversation-messages", id] });
}

/** The same in the other tabs. */
export function tellTabs(id: string): void {
  marks.postMessage(id);
}

/** Listens for changes of any conversation; `open` is the one whose messages are shown. */
export function useLiveConversations(open: string | undefined): void {
  const queries = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isOpenChanged = useRef(false);
  const newest = useRef(open);
  newest.current = open;
  const note = useRef((id: string | null) => {
    if (id === null || id === newest.current) isOpenChanged.current = true;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      readAgain(queries, isOpenChanged.current ? newest.current : undefined);
      isOpenChanged.current = false;
    }, TOGETHER);
  });
  const ops = useOpsRoom();
  useRoom(ops, {
    entry: ({ kind, body }) => kind === "ticket" && note.current(String(body.id)),
    reload: () => note.current(null),
  });
  // Staff who may not see orders and trucks are not in the operators' room.
  useEffect(() => {
    if (ops !== null) return;
    const looking = setInterval(() => note.current(null), ALONE);
    return () => clearInterval(looking);
  }, [ops]);
  useEffect(() => {
    const hear = ({ data }: MessageEvent) => note.current(String(data));
    marks.addEventListener("message", hear);
    return () => {
      marks.removeEventListener("message", hear);
      clearTimeout(timer.current);
      timer.current = undefined;
    };
  }, []);
}
