/** The live map: trucks by state, active orders, routes; assigning by drag or click. */
import "maplibre-gl/dist/maplibre-gl.css";
import { useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router-dom";
import { useMay } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm } from "../kit/dialog.tsx";
import { PageTitle } from "../kit/page.tsx";
import { readAddress, writeAddress } from "./board/address.ts";
import type { Board } from "./board/board.ts";
import { assign, type Task } from "./board/reading.ts";
import { useBoard, useNow, useTariffs, useTasks, useTrail } from "./board/use-board.ts";
import { canTake, type Filters, viewOf } from "./board/view.ts";
import { useCandidates } from "./candidates.tsx";
import { boundsOf, workBounds } from "./canvas/bounds.ts";
import type { Canvas } from "./canvas/canvas.ts";
import { lineShape, orderShape, routeShape, taskShape, truckShape } from "./canvas/shapes.ts";
import { useCanvas } from "./canvas/use-canvas.ts";
import { useCities } from "./ground/cities.ts";
import { Legend } from "./legend.tsx";
import { type Choice, Panel } from "./panel.tsx";

const HOURS = 1;
const MORE_HOURS = 6;

export function MapPage() {
  const [search, setSearch] = useSearchParams();
  const { order, truck, filters } = useMemo(() => readAddress(search), [search]);
  const [here, setHere] = useState<readonly number[]>([]);
  const [asked, setAsked] = useState<{ order: string; truck: number } | null>(null);
  const [dragged, setDragged] = useState<string | null>(null);
  const [hours, setHours] = useState(HOURS);
  const [follows, setFollows] = useState(false);
  const [showsTasks, setShowsTasks] = useState(true);
  const board = useBoard();
  const now = useNow();
  const words = useWords();
  const mayAssign = useMay("orders", "assign");

  const choose = useCallback(
    ({ order = null, truck = null, here = [] }: Choice) => {
      setHours(HOURS);
      setFollows(false);
      setHere(here);
      setSearch((before) => writeAddress({ ...readAddress(before), order, truck }), { replace: true });
    },
    [setSearch],
  );
  const filter = (next: Filters) =>
    setSearch((before) => writeAddress({ ...readAddress(before), filters: next }), { replace: true });

  const place = useRef<HTMLDivElement>(null);
  const canvas = useCanvas(place, {
    truck: (truck) => choose({ truck }),
    order: (order) => choose({ order }),
    nothing: () => choose({}),
    several: (here) => choose({ here }),
    drag: setDragged,
    assign: (order, truck) => mayAssign && setAsked({ order, truck }),
    label: (_, over) =>
      over === null
        ? words("map.dragOn")
        : words("map.dragTo", { truck: board.trucks.get(over)?.plate ?? `№ ${over}` }),
  });

  const chosen = truck === null ? undefined : board.trucks.get(truck);
  const tasks = useTasks();
  const shownTasks = useMemo(
    () =>
      tasksOf(tasks, { isOrder: order !== null, driver: chosen?.driverId ?? null, chosen: Boolean(chosen) }),
    [tasks, order, chosen],
  );
  useDrawing(canvas, {
    board,
    filters,
    order,
    truck,
    dragged,
    hours,
    now,
    tasks: showsTasks ? shownTasks : [],
  });
  useView(canvas, board, now, follows ? truck : null);

  const run = useAssignment(board, asked, () => setAsked(null));
  const askedTruck = asked && board.trucks.get(asked.truck);
  return (
    <section className="map-page">
      <PageTitle title={words("nav.map")}>
        <Button
          icon="target"
          label={words("map.fit")}
          onClick={() => {
            const bounds = boundsOf(board);
            if (bounds) canvas?.fit(bounds);
          }}
        />
      </PageTitle>
      <div className="map-frame">
        <div className="map" ref={place} role="application" aria-label={words("nav.map")} />
        <Legend
          board={board}
          filters={filters}
          tariffs={useTariffs()}
          now={now}
          showsTasks={tasks.length > 0 ? showsTasks : null}
          onFilter={filter}
          onTasks={setShowsTasks}
        />
        <Panel
          board={board}
          tasks={shownTasks}
          order={order}
          truck={truck}
          here={here}
          showsMore={hours === MORE_HOURS}
          follows={follows}
          onFollow={() => setFollows(!follows)}
          onChoose={choose}
          onLook={(point) => canvas?.look(point.longitude, point.latitude)}
          onMore={() => setHours(hours === HOURS ? MORE_HOURS : HOURS)}
          onAssign={(order, truck) => setAsked({ order, truck })}
          onDrag={(order, from) => canvas?.drag(order, from)}
        />
      </div>
      {asked ? (
        <Confirm
          title={words("map.assignTitle", { truck: askedTruck?.plate ?? `№ ${asked.truck}` })}
          action={words("map.assign")}
          keep={words("map.keep")}
          onConfirm={run}
          onClose={() => setAsked(null)}
        >
          <p>{board.orders.get(asked.order)?.pickup.address}</p>
        </Confirm>
      ) : null}
    </section>
  );
}

/** All tasks; of a selected truck those that its driver has to do; with an order none. */
function tasksOf(
  tasks: readonly Task[],
  { isOrder, chosen, driver }: { isOrder: boolean; chosen: boolean; driver: number | null },
): readonly Task[] {
  if (isOrder) return [];
  return chosen ? tasks.filter(({ assignedTo }) => assignedTo !== null && assignedTo === driver) : tasks;
}

interface Drawn {
  readonly board: Board;
  readonly filters: Filters;
  readonly order: string | null;
  readonly truck: number | null;
  readonly dragged: string | null;
  readonly hours: number;
  readonly now: number;
  readonly tasks: readonly Task[];
}

/** Draws the part of the board that is to be seen. */
function useDrawing(canvas: Canvas | null, drawn: Drawn): void {
  const { board, filters, order, truck, dragged, hours, now, tasks } = drawn;
  const waits = order === null ? undefined : board.orders.get(order);
  const { data: near } = useCandidates(waits?.truckId === null ? order : null, waits?.status ?? "");
  const candidates = useMemo(
    () => (near ?? []).filter(({ fault }) => fault === null).map(({ id }) => id),
    [near],
  );
  const view = useMemo(
    () => viewOf(board, filters, { order, truck, candidates }, now),
    [board, filters, order, truck, candidates, now],
  );
  const isFocused = view !== board && (board.orders.has(order ?? "") || board.trucks.has(truck ?? 0));
  const followed = truck === null ? undefined : board.trucks.get(truck);
  const [lng, lat] = [followed?.longitude ?? null, followed?.latitude ?? null];
  const at = useMemo(() => (lng === null || lat === null ? null : [lng, lat]), [lng, lat]);
  const trail = useTrail(followed ? truck : null, hours, at);
  const trucks = useMemo(() => {
    const moved = dragged === null ? undefined : board.orders.get(dragged);
    return truckShape(view, now, (id) => {
      const each = view.trucks.get(id);
      return !moved || !each || canTake(each, moved);
    });
  }, [view, now, dragged, board]);
  const orders = useMemo(() => orderShape(view, order, isFocused), [view, order, isFocused]);
  const routes = useMemo(() => routeShape(view, isFocused), [view, isFocused]);
  const line = useMemo(() => lineShape([...trail]), [trail]);
  const circles = useMemo(() => taskShape(tasks), [tasks]);
  const cities = useCities();
  useEffect(() => {
    canvas?.draw("trucks", trucks);
    canvas?.draw("orders", orders);
    canvas?.draw("routes", routes);
    canvas?.draw("track", line);
    canvas?.draw("tasks", circles);
    canvas?.draw("cities", cities);
  }, [canvas, trucks, orders, routes, line, circles, cities]);
}

/** Opens where the work is, and keeps a followed truck in the middle. */
function useView(canvas: Canvas | null, board: Board, now: number, follow: number | null): void {
  const followed = follow === null ? undefined : board.trucks.get(follow);
  const [lng, lat] = [followed?.longitude ?? null, followed?.latitude ?? null];
  useEffect(() => {
    if (lng !== null && lat !== null) canvas?.look(lng, lat);
  }, [canvas, lng, lat]);
  const opened = useRef<Canvas | null>(null);
  useEffect(() => {
    const bounds = opened.current === canvas ? null : workBounds(board, now);
    if (!canvas || !bounds) return;
    opened.current = canvas;
    canvas.fit(bounds, 0);
  }, [canvas, board, now]);
}

function useAssignment(board: Board, asked: { order: string; truck: number } | null, done: () => void) {
  const notify = useNotify();
  const queries = useQueryClient();
  return async () => {
    if (!asked) return;
    done();
    try {
      await assign(asked.order, asked.truck);
      const truck = board.trucks.get(asked.truck)?.plate ?? `№ ${asked.truck}`;
      notify("map.assigned", { type: "success", messageArgs: { truck } });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    queries.invalidateQueries({ queryKey: ["board"] });
  };
}
