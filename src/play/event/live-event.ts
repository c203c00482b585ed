/** An event as one person has it: loaded, and loaded again after each notice of its room. */
import { useRoom } from "@caravan/client/react";
import { useCallback, useEffect, useState } from "react";
import type { Person } from "../person/person.ts";
import { type EventWire, readEvent } from "./events.ts";

const SHOWN = ["name", "address", "start_date"] as const;
export type ShownField = (typeof SHOWN)[number];

export interface LiveEvent {
  /** Null while it is loaded for the first time. */
  readonly event: EventWire | null;
  readonly isGone: boolean;
  /** What the last change changed. */
  readonly changed: ReadonlySet<ShownField>;
  /** Counts the changes that were seen. */
  readonly changes: number;
}

const NOTHING: LiveEvent = { event: null, isGone: false, changed: new Set(), changes: 0 };

export function useLiveEvent(id: number, person: Person): LiveEvent {
  const [state, setState] = useState(NOTHING);
  const { caravan } = person;
  const load = useCallback(async () => {
    const event = await readEvent(caravan, id).catch(() => undefined);
    if (event === null) setState((before) => ({ ...before, isGone: true }));
    if (event) setState((before) => after(before, event));
  }, [caravan, id]);
  const room = useRoom(`event:${id}`, {
    reload: () => void load(),
    entry: ({ body }) => {
      if (body.action === "deleted") setState((before) => ({ ...before, isGone: true }));
      else void load();
    },
    state: (state) => {
      if (state === "refused") setState((before) => ({ ...before, isGone: true }));
    },
  });
  useEffect(() => {
    if (room?.state === "open") void load();
  }, [room, load]);
  return state;
}

function after(before: LiveEvent, event: EventWire): LiveEvent {
  const changed = before.event ? SHOWN.filter((field) => before.event?.[field] !== event[field]) : [];
  if (before.event && changed.length === 0) return { ...before, event };
  return { ...before, event, changed: new Set(changed), changes: before.changes + (before.event ? 1 : 0) };
}
