/** The live map: trucks by state, active orders, routes; assigning by drag or click. */
import "maplibre-gl/dist/maplibre-gl.css";
import { useRoom } from "@caravan/client/react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router-dom";
import { useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm } from "../kit/dialog.tsx";
import { PageTitle } from "../kit/page.tsx";
import { useTheme } from "../theme.ts";
import { apply, EMPTY, type News } from "./board.ts";
import { Canvas } from "./canvas.ts";
import { useCities } from "./cities.ts";
import { Legend } from "./legend.tsx";
import { Panel } from "./panel.tsx";
import { assign, readBoard, readTrack } from "./reading.ts";
import { boundsOf, lineShape, NOTHING, orderShape, routeShape, truckShape } from "./shapes.ts";

export function MapPage() {
  const [search, setSearch] = useSearchParams();
  const chosenOrder = search.get("order");
  const chosenTruck = search.get("truck") ? Number(search.get("truck")) : null;
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<{ order: string; truck: number } | null>(null);
  const [showsTrack, setShowsTrack] = useState(false);
  const [follows, setFollows] = useState(false);
  const board = useBoard();
  const words = useWords();
  const notify = useNotify();
  const queries = useQueryClient();

  const choose = useCallback(
    (next: { order?: string; truck?: number }) => {
      setShowsTrack(false);
      setFollows(false);
      setSearch(
        next.order ? { order: next.order } : next.truck === undefined ? {} : { truck: String(next.truck) },
        { replace: true },
      );
    },
    [setSearch],
  );
  const place = useRef<HTMLDivElement>(null);
  const canvas = useCanvas(place, {
    truck: (truck) => choose({ truck }),
    order: (order) => choose({ order }),
    nothing: () => choose({}),
    assign: (order, truck) => setAsked({ order, truck }),
  });
  const { data: track = NOTHING } = useQuery({
    queryKey: ["track", chosenTruck],
    queryFn: async ({ signal }) => lineShape(await readTrack(chosenTruck ?? 0, signal)),
    enabled: showsTrack && chosenTruck !== null,
  });
  const cities = useCities();
  const trucks = useMemo(() => truckShape(board, hidden), [board, hidden]);
  const orders = useMemo(() => orderShape(board, chosenOrder), [board, chosenOrder]);
  const routes = useMemo(() => routeShape(board, chosenOrder), [board, chosenOrder]);
  useEffect(() => {
    canvas?.draw("trucks", trucks);
    canvas?.draw("orders", orders);
    canvas?.draw("routes", routes);
    canvas?.draw("track", showsTrack ? track : NOTHING);
    canvas?.draw("cities", cities);
  }, [canvas, trucks, orders, routes, track, showsTrack, cities]);

  const followed = follows && chosenTruck !== null ? board.trucks.get(chosenTruck) : undefined;
  const [lng, lat] = [followed?.longitude ?? null, followed?.latitude ?? null];
  useEffect(() => {
    if (lng !== null && lat !== null) canvas?.look(lng, lat);
  }, [canvas, lng, lat]);

  const fit = () => {
    const bounds = boundsOf(board);
    if (bounds) canvas?.fit(bounds);
  };
  const fitted = useRef(false);
  useEffect(() => {
    const bounds = fitted.current ? null : boundsOf(board);
    if (!canvas || !bounds) return;
    fitted.current = true;
    canvas.fit(bounds);
  }, [canvas, board]);

  const run = async () => {
    if (!asked) return;
    setAsked(null);
    try {
      await assign(asked.order, asked.truck);
      const truck = board.trucks.get(asked.truck)?.plate ?? `№ ${asked.truck}`;
      notify("map.assigned", { type: "success", messageArgs: { truck } });
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    queries.invalidateQueries({ queryKey: ["board"] });
  };
  const askedTruck = asked && board.trucks.get(asked.truck);
  return (
    <section className="map-page">
      <PageTitle title={words("nav.map")}>
        <Button icon="target" label={words("map.fit")} onClick={fit} />
      </PageTitle>
      <div className="map-frame">
        <div className="map" ref={place} role="application" aria-label={words("nav.map")} />
        <Legend board={board} hidden={hidden} onChange={setHidden} />
        <Panel
          board={board}
          order={chosenOrder}
          truck={chosenTruck}
          showsTrack={showsTrack}
          follows={follows}
          onFollow={() => setFollows(!follows)}
          onChoose={choose}
          onLook={(point) => canvas?.look(point.longitude, point.latitude)}
          onTrack={() => setShowsTrack(!showsTrack)}
          onAssign={(order, truck) => setAsked({ order, truck })}
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

/** How often the board is loaded again at most, because of trucks and orders that it does not have. Milliseconds. */
const LOAD_AGAIN = 5_000;

/** Collects entries and positions between frames, so that a thousand moving trucks cost one new board. */
function useBoard() {
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

type CanvasHandlers = ConstructorParameters<typeof Canvas>[3];

function useCanvas(place: React.RefObject<HTMLDivElement | null>, handlers: CanvasHandlers): Canvas | null {
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  const theme = useTheme();
  const first = useRef(theme);
  const newest = useRef(handlers);
  useEffect(() => {
    newest.current = handlers;
  });
  useEffect(() => {
    if (!place.current) return;
    const tiles = document.getElementById("console")?.dataset.tiles ?? null;
    const made = new Canvas(place.current, first.current, tiles, {
      truck: (id) => newest.current.truck(id),
      order: (id) => newest.current.order(id),
      nothing: () => newest.current.nothing(),
      assign: (order, truck) => newest.current.assign(order, truck),
    });
    setCanvas(made);
    return () => made.end();
  }, [place]);
  useEffect(() => {
    if (!canvas || first.current === theme) return;
    first.current = theme;
    canvas.dress(theme);
  }, [canvas, theme]);
  return canvas;
}
