/** The board with live entries, and what else the map reads: tasks, tariffs, candidates, a truck's trail. */
import { useRoom } from "@caravan/client/react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useDeclared } from "../../declaration.tsx";
import { apply, type Board, EMPTY, type News } from "./board.ts";
import { readBoard, readTariffs, readTasks, readTrack, type Tariff, type Task } from "./reading.ts";

/** How often the board is loaded again at most, because of trucks and orders that it does not have. Milliseconds. */
const LOAD_AGAIN = 5_000;

/** Collects entries and positions between frames, so that a thousand moving trucks cost one new board. */
export function useBoard(): Board {
  const { data = EMPTY, refetch } = useQuery({
    queryKey: ["board"],
    queryFn: ({ signal }) => readBoard(signal),
    staleTime: 60_000,
  });
  const [board, setBoard] = useState(data);
  useEffect(() => setBoard(data), [data]);
  const waiting = useRef<News[]>([]);
  const scheduled = useRef<ReturnType<typeof setTimeout> | null>(null);
  const loadedAt = useRef(0);
  const loading = useRef<ReturnType<typeof setTimeout> | null>(null);
  const loadAgain = () => {
    loading.current ??= setTimeout(
      () => {
        loading.current = null;
        loadedAt.current = Date.now();
        void refetch();
      },
      Math.max(0, loadedAt.current + LOAD_AGAIN - Date.now()),
    );
  };
  const take = (news: News) => {
    waiting.current.push(news);
    scheduled.current ??= setTimeout(() => {
      scheduled.current = null;
      const all = waiting.current.splice(0);
      setBoard((before) => {
        const { board: after, unknown } = apply(before, all);
        if (unknown) loadAgain();
        return after;
      });
    }, 150);
  };
  useRoom("ops:all", { entry: take, latest: take, reload: () => void refetch() });
  useEffect(
    () => () => {
      if (scheduled.current) clearTimeout(scheduled.current);
      if (loading.current) clearTimeout(loading.current);
    },
    [],
  );
  return board;
}

/** Changes every half a minute: positions grow old also while nothing moves. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

const NO_TASKS: readonly Task[] = [];
const NO_TARIFFS: readonly Tariff[] = [];

/** Open tasks with a place; none for staff who may not read tasks. */
export function useTasks(): readonly Task[] {
  const { data = NO_TASKS } = useQuery({
    queryKey: ["map-tasks"],
    enabled: Boolean(useDeclared("tasks")),
    refetchInterval: 60_000,
    queryFn: ({ signal }) => readTasks(signal),
  });
  return data;
}

export function useTariffs(): readonly Tariff[] {
  const { data = NO_TARIFFS } = useQuery({
    queryKey: ["map-tariffs"],
    enabled: Boolean(useDeclared("vehicle-types")),
    staleTime: 300_000,
    queryFn: ({ signal }) => readTariffs(signal),
  });
  return data;
}

const NO_TRAIL: readonly number[][] = [];

/** The last hours of a truck as `[longitude, latitude]`, the oldest first, up to where it is now. */
export function useTrail(truck: number | null, hours: number, place: number[] | null): readonly number[][] {
  const { data = NO_TRAIL } = useQuery({
    queryKey: ["track", truck, hours],
    queryFn: ({ signal }) => readTrack(truck ?? 0, signal, hours),
    enabled: truck !== null,
    refetchInterval: 60_000,
  });
  if (truck === null) return NO_TRAIL;
  return place && data.length > 0 ? [...data, place] : data;
}
