/** The map's style: the ground, and over it what moves. */
import type { FilterSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Theme } from "../../theme.ts";
import { NOTHING, type Shape } from "../canvas/shapes.ts";
import { type Ground, groundStyle, namesCities } from "./ground.ts";

/** Colours of truck states, also used in the legend. */
export const STATES: Readonly<Record<string, string>> = {
  AVAILABLE: "#15936a",
  BUSY: "#2f6fde",
  MAINTENANCE: "#b7791f",
  OFFLINE: "#8793a3",
};
export const STATE_ORDER = ["AVAILABLE", "BUSY", "MAINTENANCE", "OFFLINE"] as const;
export const ALARM = "#d0342c";

const FONT = ["sans-serif"];
const source = (data: Shape = NOTHING) => ({ type: "geojson" as const, data });

/** `language`: of the names on the ground. */
export function styleFor(theme: Theme, ground: Ground, language: string): StyleSpecification {
  const isDark = theme === "dark";
  const { sources, layers, background } = groundStyle(ground, isDark, language);
  const ink = isDark ? "#c9d2de" : "#37455a";
  const paper = isDark ? "#12181f" : "#ffffff";
  const halo = { "text-color": ink, "text-halo-color": paper, "text-halo-width": 1.4 };
  const plain: LayerSpecification[] = namesCities(ground)
    ? []
    : [
        ...(ground.kind === "grid" ? [gridLayer(isDark)] : []),
        {
          id: "cities",
          type: "symbol",
          source: "cities",
          layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-padding": 12 },
          paint: halo,
        },
      ];
  return {
    version: 8,
    sources: {
      ...sources,
      grid: source(),
      cities: source(),
      tasks: source(),
      routes: source(),
      // The trail fades towards its beginning.
      track: { ...source(), lineMetrics: true },
      pull: source(),
      orders: source(),
      trucks: { ...source(), cluster: true, clusterRadius: 44, clusterMaxZoom: 12 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": background } },
      ...layers,
      ...plain,
      ...taskLayers(isDark, halo),
      ...moving(isDark, ink, paper),
    ],
  };
}

const gridLayer = (isDark: boolean): LayerSpecification => ({
  id: "grid",
  type: "line",
  source: "grid",
  paint: { "line-color": isDark ? "#202a34" : "#dde3e9" },
});

/** Geofences of tasks as circles, and their titles. */
function taskLayers(isDark: boolean, halo: object): LayerSpecification[] {
  const color = isDark ? "#b794f6" : "#6b46c1";
  const isCircle: FilterSpecification = ["==", ["geometry-type"], "Polygon"];
  const isPlace: FilterSpecification = ["==", ["geometry-type"], "Point"];
  return [
    {
      id: "geofences",
      type: "fill",
      source: "tasks",
      filter: isCircle,
      paint: { "fill-color": color, "fill-opacity": 0.12 },
    },
    {
      id: "geofence-lines",
      type: "line",
      source: "tasks",
      filter: isCircle,
      paint: { "line-color": color, "line-width": 1.5, "line-dasharray": [3, 2] },
    },
    {
      id: "tasks",
      type: "circle",
      source: "tasks",
      filter: isPlace,
      paint: { "circle-radius": 3, "circle-color": color },
    },
    {
      id: "task-titles",
      type: "symbol",
      source: "tasks",
      filter: isPlace,
      minzoom: 10,
      layout: {
        "text-field": ["get", "title"],
        "text-font": FONT,
        "text-size": 11,
        "text-offset": [0, 0.9],
        "text-anchor": "top",
        "text-max-width": 10,
      },
      paint: { ...halo, "text-color": color },
    },
  ];
}

function moving(dark: boolean, ink: string, paper: string): LayerSpecification[] {
  const truckColor = ["match", ["get", "status"], ...Object.entries(STATES).flat(), STATES.OFFLINE ?? ""];
  return [
    {
      id: "routes",
      type: "line",
      source: "routes",
      paint: {
        "line-color": STATES.BUSY ?? "",
        "line-width": ["case", ["boolean", ["get", "chosen"], false], 3, 1.2],
        "line-dasharray": [2, 2],
        "line-opacity": 0.7,
      },
    },
    {
      id: "track",
      type: "line",
      source: "track",
      layout: { "line-cap": "round", "line-join": "round" },
      paint: {
        "line-width": 4,
        "line-gradient": ["interpolate", ["linear"], ["line-progress"], 0, "#7c4ddb33", 1, "#7c4ddb"],
      },
    },
    {
      id: "orders",
      type: "circle",
      source: "orders",
      paint: {
        "circle-radius": ["case", ["get", "chosen"], 12, ["has", "end"], 11, ["get", "waiting"], 9, 6],
        "circle-color": [
          "case",
          ["==", ["get", "end"], "B"],
          ink,
          ["get", "waiting"],
          ALARM,
          ["has", "end"],
          STATES.BUSY ?? "",
          paper,
        ],
        "circle-stroke-color": [
          "case",
          ["get", "urgent"],
          "#ffb020",
          ["get", "waiting"],
          paper,
          STATES.BUSY ?? "",
        ],
        "circle-stroke-width": ["case", ["get", "chosen"], 4, ["get", "urgent"], 3, 2],
      },
    },
    {
      id: "ends",
      type: "symbol",
      source: "orders",
      filter: ["has", "end"],
      layout: {
        "text-field": ["get", "end"],
        "text-font": FONT,
        "text-size": 13,
        "text-allow-overlap": true,
      },
      paint: { "text-color": ["case", ["==", ["get", "end"], "B"], paper, "#ffffff"] },
    },
    {
      id: "clusters",
      type: "circle",
      source: "trucks",
      filter: ["has", "point_count"],
      paint: {
        "circle-color": dark ? "#2b3947" : "#ffffff",
        "circle-radius": ["interpolate", ["linear"], ["get", "point_count"], 2, 13, 50, 20, 500, 30],
        "circle-stroke-color": STATES.AVAILABLE ?? "",
        "circle-stroke-width": 2,
      },
    },
    {
      id: "cluster-counts",
      type: "symbol",
      source: "trucks",
      filter: ["has", "point_count"],
      layout: {
        "text-field": ["get", "point_count_abbreviated"],
        "text-font": FONT,
        "text-size": 12,
        "text-allow-overlap": true,
      },
      paint: { "text-color": ink },
    },
    {
      id: "trucks",
      type: "circle",
      source: "trucks",
      filter: ["!", ["has", "point_count"]],
      paint: {
        "circle-radius": 7,
        "circle-color": truckColor as unknown as string,
        "circle-opacity": ["case", ["get", "pale"], 0.4, 1],
        "circle-stroke-color": paper,
        "circle-stroke-width": 2,
        "circle-stroke-opacity": ["case", ["get", "pale"], 0.6, 1],
      },
    },
    {
      id: "plates",
      type: "symbol",
      source: "trucks",
      filter: ["!", ["has", "point_count"]],
      minzoom: 10,
      layout: { "text-field": ["get", "plate"], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.3] },
      paint: { "text-color": ink, "text-halo-color": paper, "text-halo-width": 1.4 },
    },
    { id: "pull", type: "line", source: "pull", paint: { "line-color": ALARM, "line-width": 3 } },
  ];
}
