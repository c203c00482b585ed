/** The truck at the wheel: moves along the ring and reports each place as an app on the road would. */
import type { Room } from "@caravan/client";
import { useEffect, useRef, useState } from "react";
import { nearestOnRing, type Place, placeAt, wayTo } from "./ring.ts";

/** Metres a second: a demonstration need not last as long as a tow. */
const SPEED = 90;
/** ms between two places. */
const STEP = 500;

export interface Drive {
  readonly place: Place;
  readonly isDriving: boolean;
  /** It stands where it was sent. */
  readonly isThere: boolean;
  setDriving(isDriving: boolean): void;
}

/** `room`: where places are reported; null: nobody is at the wheel. Without a `target` it goes round and round. */
export function useDrive(room: Room | null, begin: Place, target: Place | null): Drive {
  const [along, setAlong] = useState(() => nearestOnRing(begin));
  const [isDriving, setDriving] = useState(true);
  const goal = target && nearestOnRing(target);
  const left = goal === null ? Number.POSITIVE_INFINITY : wayTo(along, goal);
  const isThere = Math.abs(left) < 1;
  const now = useRef({ along, left });
  now.current = { along, left };
  const mayDrive = room !== null && isDriving && !isThere;
  useEffect(() => {
    if (!room) return;
    if (!mayDrive) {
      room.point({ ...placeAt(now.current.along), speed: 0 });
      return;
    }
    const timer = setInterval(() => {
      const { along, left } = now.current;
      const metres = Math.min(Math.abs(left), (SPEED * STEP) / 1000);
      const next = along + Math.sign(left) * metres;
      const { heading, ...place } = placeAt(next);
      room.point({ ...place, speed: SPEED, heading: left < 0 ? (heading + 180) % 360 : heading });
      setAlong(next);
    }, STEP);
    return () => clearInterval(timer);
  }, [room, mayDrive]);
  const { latitude, longitude } = placeAt(along);
  return { place: { latitude, longitude }, isDriving, isThere, setDriving };
}
