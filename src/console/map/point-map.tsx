/** A map of one order: its two places, its truck and the truck's trail; where places are chosen, it takes a click as one. */
import "maplibre-gl/dist/maplibre-gl.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMayOpen } from "../declaration.tsx";
import { useWords } from "../i18n.ts";
import { readBoard } from "./board/reading.ts";
import { boundsAround, workBounds } from "./canvas/bounds.ts";
import type { Handlers } from "./canvas/canvas.ts";
import { lineShape, NOTHING, type Shape } from "./canvas/shapes.ts";
import { useCanvas } from "./canvas/use-canvas.ts";
import { useCities } from "./ground/cities.ts";

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

interface PointMapProps {
  readonly pickup: Point | null;
  readonly delivery: Point | null;
  readonly truck?: (Point & { readonly plate: string }) | null;
  /** `[longitude, latitude]` of the truck, the oldest first. */
  readonly trail?: readonly number[][];
  readonly onPoint?: (place: Point) => void;
}

export default function PointMap({
  pickup,
  delivery,
  truck = null,
  trail = NO_TRAIL,
  onPoint,
}: PointMapProps) {
  const words = useWords();
  const place = useRef<HTMLDivElement>(null);
  const canvas = useCanvas(place, { ...NO_HANDLERS, point: (chosen) => onPoint?.(chosen) });
  const cities = useCities();
  useEffect(() => canvas?.draw("cities", cities), [canvas, cities]);
  // Without a place yet, the map opens where the work is.
  const mayRead = useMayOpen("live");
  const isEmpty = pickup === null && delivery === null;
  const { data: board } = useQuery({
    queryKey: ["board"],
    queryFn: ({ signal }) => readBoard(signal),
    enabled: isEmpty && mayRead,
    staleTime: 60_000,
  });
  useEffect(() => {
    const bounds = board && isEmpty ? workBounds(board, Date.now()) : null;
    if (bounds) canvas?.fit(bounds);
  }, [canvas, board, isEmpty]);
  useEffect(() => {
    const ends = [...endOf("A", pickup), ...endOf("B", delivery)];
    const at = ends.map(({ at }) => at);
    canvas?.draw("orders", endsShape(ends));
    canvas?.draw("routes", lineShape(at));
    const bounds = boundsAround(at);
    if (bounds) canvas?.fit(bounds);
  }, [canvas, pickup, delivery]);
  useEffect(() => {
    canvas?.draw("trucks", truck ? truckShapeOf(truck) : NOTHING);
    canvas?.draw("track", lineShape([...trail]));
  }, [canvas, truck, trail]);
  return <div className="map point-map" ref={place} role="application" aria-label={words("call.map")} />;
}

/** Nothing can be selected or dragged on this map. */
const NO_HANDLERS: Handlers = {
  truck: () => {},
  order: () => {},
  nothing: () => {},
  several: () => {},
  drag: () => {},
  assign: () => {},
  label: () => "",
};

const NO_TRAIL: readonly number[][] = [];

const truckShapeOf = ({ latitude, longitude, plate }: Point & { readonly plate: string }): Shape => ({
  type: "FeatureCollection",
  features: [
    {
      type: "Feature",
      properties: { id: 0, plate, status: "BUSY", pale: false },
      geometry: { type: "Point", coordinates: [longitude, latitude] },
    },
  ],
});

interface End {
  /** A is the pick-up, B the delivery. */
  readonly end: "A" | "B";
  readonly at: [number, number];
}

const endOf = (end: End["end"], point: Point | null): End[] =>
  point ? [{ end, at: [point.longitude, point.latitude] }] : [];

const endsShape = (ends: readonly End[]): Shape => ({
  type: "FeatureCollection",
  features: ends.map(({ end, at }) => ({
    type: "Feature",
    properties: { id: end, end, status: "PENDING", waiting: true, chosen: true, urgent: false },
    geometry: { type: "Point", coordinates: at },
  })),
});
