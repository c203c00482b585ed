/** A room as an async iterable: `for await (const event of room)`. */
import type { CaravanError } from "../errors.ts";
import type { Entry } from "./frames.ts";
import type { RoomListener } from "./room.ts";
import type { RoomState } from "./subscription.ts";

/** What happens in a room, in order. After a `reload` the entries before it are to be loaded through REST. */
export type RoomEvent =
  | { readonly type: "entry"; readonly entry: Entry }
  | { readonly type: "reload"; readonly why: "start" | "gap" };

interface Source {
  readonly error: CaravanError | null;
  subscribe(listener: RoomListener): () => void;
}

/** Begins to listen at once, so that nothing between this call and the first `next()` is missed. */
export function iterate(room: Source): AsyncIterableIterator<RoomEvent> {
  const events: RoomEvent[] = [];
  let isOver = false;
  let wake = () => {};
  const take = (event: RoomEvent) => {
    events.push(event);
    wake();
  };
  const leave = room.subscribe({
    entry: (entry) => take({ type: "entry", entry }),
    reload: (why) => take({ type: "reload", why }),
    state: (state: RoomState) => state === "refused" && wake(),
  });
  const end = () => {
    isOver = true;
    leave();
    wake();
    return Promise.resolve({ done: true as const, value: undefined });
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      for (;;) {
        const event = events.shift();
        if (isOver) return { done: true, value: undefined };
        if (event) return { done: false, value: event };
        if (room.error) {
          await end();
          throw room.error;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    return: end,
  };
}
