/** The map's style: tiles if the setting names a server, otherwise a grid with cities that needs no network. */
import type { LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Theme } from "../theme.ts";
import { NOTHING, type Shape } from "./shapes.ts";

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

export function styleFor(theme: Theme, tiles: string | null): StyleSpecification {
  const dark = theme === "dark";
  const ink = dark ? "#c9d2de" : "#37455a";
  const ground = dark ? "#12181f" : "#eef1f4";
  const halo = { "text-color": ink, "text-halo-color": ground, "text-halo-width": 1.4 };
  const base: LayerSpecification[] = tiles
    ? [{ id: "tiles", type: "raster", source: "tiles", paint: dark ? { "raster-brightness-max": 0.6 } : {} }]
    : [
        { id: "grid", type: "line", source: "grid", paint: { "line-color": dark ? "#202a34" : "#dde3e9" } },
        {
          id: "cities",
          type: "symbol",
          source: "cities",
          layout: {
            "text-field": ["get", "name"],
            "text-font": FONT,
            "text-size": 12,
          },
          paint: { ...halo, "text-opacity": 0.7 },
        },
      ];
  return {
    version: 8,
    sources: {
      ...(tiles ? { tiles: { type: "raster", tiles: [tiles], tileSize: 256 } } : {}),
      grid: source(),
      cities: source(),
      routes: source(),
      track: source(),
      pull: source(),
      orders: source(),
      trucks: { ...source(), cluster: true, clusterRadius: 44, clusterMaxZoom: 12 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground } },
      ...base,
      ...moving(dark, ink, ground),
    ],
  };
}

function moving(dark: boolean, ink: string, ground: string): LayerSpecification[] {
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
    { id: "track", type: "line", source: "track", paint: { "line-color": "#7c4ddb", "line-width": 3 } },
    {
      id: "orders",
      type: "circle",
      source: "orders",
      paint: {
        "circle-radius": ["case", ["get", "chosen"], 12, ["get", "waiting"], 9, 6],
        "circle-color": ["case", ["==", ["get", "end"], "B"], ink, ["get", "waiting"], ALARM, ground],
        "circle-stroke-color": [
          "case",
          ["get", "urgent"],
          "#ffb020",
          ["get", "waiting"],
          ground,
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
      paint: { "text-color": ["case", ["==", ["get", "end"], "B"], ground, "#ffffff"] },
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
        "circle-stroke-color": ground,
        "circle-stroke-width": 2,
      },
    },
    {
      id: "plates",
      type: "symbol",
      source: "trucks",
      filter: ["!", ["has", "point_count"]],
      minzoom: 10,
      layout: { "text-field": ["get", "plate"], "text-font": FONT, "text-size": 11, "text-offset": [0, 1.3] },
      paint: { "text-color": ink, "text-halo-color": ground, "text-halo-width": 1.4 },
    },
    { id: "pull", type: "line", source: "pull", paint: { "line-color": ALARM, "line-width": 3 } },
  ];
}
