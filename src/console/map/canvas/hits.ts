/** What is drawn around a pixel of the map. */
import type { MapGeoJSONFeature, Map as MapLibre } from "maplibre-gl";

export type Pixel = readonly [x: number, y: number];
export const pixelOf = ({ x, y }: { readonly x: number; readonly y: number }): Pixel => [x, y];

/** Features of these layers in a square around a pixel, `reach` pixels to each side; the closest first. */
export function hitsAround(
  map: MapLibre,
  [x, y]: Pixel,
  reach: number,
  layers: readonly string[],
): MapGeoJSONFeature[] {
  // Before the style has loaded there are no layers.
  if (!map.getLayer("trucks")) return [];
  const away = ({ geometry }: MapGeoJSONFeature) => {
    if (geometry.type !== "Point") return 0;
    const at = map.project(geometry.coordinates as [number, number]);
    return Math.hypot(at.x - x, at.y - y);
  };
  return map
    .queryRenderedFeatures(
      [
        [x - reach, y - reach],
        [x + reach, y + reach],
      ],
      { layers: [...layers] },
    )
    .map((feature) => ({ feature, away: away(feature) }))
    .sort((one, other) => one.away - other.away)
    .map(({ feature }) => feature);
}
