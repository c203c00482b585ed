/** A map of one order: its two places, its truck and the truck's trail; where places are chosen, it takes a click as one. */
import "maplibre-gl/dist/maplibre-gl.css";
import { useEffect, useRef, useState } from "react";
import { useWords } from "../i18n.ts";
import { useTheme } from "../theme.ts";
import { Canvas } from "./canvas.ts";
import { lineShape, NOTHING, type Shape } from "./shapes.ts";

interface Point {
  readonly latitude: number;
  readonly longitude: number;
}

interface PointMapProps {
  readonly pickup: Point | null;
  readonly delivery: Point | null;
  readonly truck?: Point | null;
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
  const newest = useRef(onPoint);
  const theme = useTheme();
  const first = useRef(theme);
  const [canvas, setCanvas] = useState<Canvas | null>(null);
  useEffect(() => {
    newest.current = onPoint;
  });
  useEffect(() => {
    if (!place.current) return;
    const tiles = document.getElementById("console")?.dataset.tiles ?? null;
    const made = new Canvas(place.current, first.current, tiles, {
      truck: () => {},
      order: () => {},
      nothing: () => {},
      assign: () => {},
      point: (chosen) => newest.current?.(chosen),
    });
    setCanvas(made);
    return () => made.end();
  }, []);
  useEffect(() => {
    const points = [pickup, delivery].filter((point) => point !== null);
    const at = points.map(({ latitude, longitude }) => [longitude, latitude] as [number, number]);
    canvas?.draw("orders", pointsShape(at));
    canvas?.draw("routes", at.length > 1 ? lineShape(at) : NOTHING);
    if (at.length === 0) return;
    const [lngs, lats] = [at.map(([lng]) => lng), at.map(([, lat]) => lat)];
    canvas?.fit([
      [Math.min(...lngs), Math.min(...lats)],
      [Math.max(...lngs), Math.max(...lats)],
    ]);
  }, [canvas, pickup, delivery]);
  useEffect(() => {
    canvas?.draw("trucks", truck ? truckShapeOf(truck) : NOTHING);
    canvas?.draw("track", lineShape([...trail]));
  }, [canvas, truck, trail]);
  return <div className="map point-map" ref={place} role="application" aria-label={words("call.map")} />;
}

const NO_TRAIL: readonly number[][] = [];

const truckShapeOf = ({ latitude, longitude }: Point): Shape => ({
  type: "FeatureCollection",
  features: [
    {
      type: "Feature",
      properties: { id: 0, plate: "", status: "BUSY" },
      geometry: { type: "Point", coordinates: [longitude, latitude] },
    },
  ],
});

const pointsShape = (at: [number, number][]): Shape => ({
  type: "FeatureCollection",
  features: at.map((coordinates, index) => ({
    type: "Feature",
    properties: { id: index, status: "PENDING", waiting: true, chosen: index === 0, urgent: false },
    geometry: { type: "Point", coordinates },
  })),
});
