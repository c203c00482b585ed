/** An order as one person has it: loaded, loaded again after each step, and the truck's place as its room shows it. */
import { useRoom } from "@caravan/client/react";
import { useCallback, useEffect, useState } from "react";
import type { Person } from "../person/person.ts";
import { type OrderWire, readOrder } from "./orders.ts";
import type { Place } from "./ring.ts";

export interface LiveOrder {
  readonly order: OrderWire | null;
  readonly truck: Place | null;
  /** Seconds until the truck is where it goes; null while that is unknown. */
  readonly eta: number | null;
  /** The truck is at the car. */
  readonly hasArrived: boolean;
}

const NOTHING: LiveOrder = { order: null, truck: null, eta: null, hasArrived: false };

export function useLiveOrder(id: string | null, person: Person): LiveOrder {
  // With the order that it belongs to: another one begins anew.
  const [known, setKnown] = useState<LiveOrder & { of: string | null }>({ ...NOTHING, of: null });
  const { caravan } = person;
  const note = useCallback(
    (news: Partial<LiveOrder>) =>
      setKnown((before) => ({ ...(before.of === id ? before : NOTHING), ...news, of: id })),
    [id],
  );
  const load = useCallback(async () => {
    const order = id === null ? null : await readOrder(caravan, id).catch(() => null);
    if (order) note({ order });
  }, [caravan, id, note]);
  const room = useRoom(id && `order:${id}`, {
    reload: () => void load(),
    entry: ({ kind }) => {
      if (kind === "arrived") note({ hasArrived: true });
      void load();
    },
    latest: ({ kind, body }) => {
      if (kind !== "position") return;
      const { latitude, longitude, eta_seconds: eta } = body;
      const truck = { latitude: Number(latitude), longitude: Number(longitude) };
      note({ truck, eta: typeof eta === "number" ? eta : null });
    },
  });
  useEffect(() => {
    if (room?.state === "open") void load();
  }, [room, load]);
  return known.of === id ? known : NOTHING;
}
