/** Layers that draw vector tiles, light and dark: the names of Protomaps' basemap and of OpenMapTiles, the two common schemas. */
import type {
  DataDrivenPropertyValueSpecification,
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
} from "maplibre-gl";

const LIGHT = {
  land: "#f3f3ef",
  water: "#bfd7e8",
  green: "#d6e7cd",
  built: "#e9e8e3",
  building: "#dedcd5",
  highway: "#f6c987",
  major: "#ffffff",
  minor: "#ffffff",
  casing: "#c8c4b6",
  path: "#c9c3b3",
  rail: "#b8b6b0",
  border: "#9c93ab",
  ink: "#37455a",
  quiet: "#6a7787",
  halo: "#ffffff",
  waterInk: "#45708f",
};
const DARK: typeof LIGHT = {
  land: "#181f27",
  water: "#0e2436",
  green: "#18291f",
  built: "#1c242d",
  building: "#232c36",
  highway: "#6b573a",
  major: "#3b4755",
  minor: "#2d3742",
  casing: "#12181f",
  path: "#333d48",
  rail: "#3a424c",
  border: "#5b5670",
  ink: "#c9d2de",
  quiet: "#93a0af",
  halo: "#12181f",
  waterInk: "#6f9dbd",
};

const FONT = ["sans-serif"];
/** `kind` in Protomaps, `class` in OpenMapTiles. */
const KIND: ExpressionSpecification = ["coalesce", ["get", "kind"], ["get", "class"], ""];
const among = (...kinds: string[]): ExpressionSpecification => ["in", KIND, ["literal", kinds]];
const isArea: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const isLine: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
const both = (...filters: ExpressionSpecification[]): FilterSpecification => ["all", ...filters];

const GREEN = [
  ...["park", "forest", "wood", "grass", "grassland", "nature_reserve", "national_park", "garden"],
  ...["meadow", "cemetery", "golf_course", "scrub", "village_green", "recreation_ground"],
];
const BUILT = ["residential", "industrial", "commercial", "school", "hospital", "university", "urban_area"];

/** Roads from the least to the most important, with widths in pixels at zooms 6, 12 and 18. */
const ROADS = [
  { id: "path", kinds: ["path", "track", "pedestrian"], widths: [0, 0.4, 3], from: 14 },
  { id: "minor", kinds: ["minor_road", "minor", "service"], widths: [0, 0.6, 12], from: 12 },
  {
    id: "major",
    kinds: ["major_road", "primary", "secondary", "tertiary"],
    widths: [0.4, 1.8, 18],
    from: 7,
  },
  { id: "highway", kinds: ["highway", "motorway", "trunk"], widths: [0.8, 3, 22], from: 4 },
] as const;

/** Pixels, growing by the zoom; `more` on both sides together. */
function width(
  [far, middle, near]: readonly [number, number, number],
  more = 0,
): DataDrivenPropertyValueSpecification<number> {
  const stops = [6, far + more * 0.5, 12, middle + more, 18, near + more * 1.6] as const;
  return ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];
}

/**
 * The layers for tiles that have these source layers; all when none are named.
 * `language`: names in it come first, then those that people on the spot use.
 */
export function streetLayers(known: readonly string[], isDark: boolean, language: string) {
  const colors = isDark ? DARK : LIGHT;
  const layers = [...areas(colors), ...roads(colors), ...lines(colors), ...labels(colors, language)].filter(
    (layer) => known.length === 0 || known.includes(String("source-layer" in layer && layer["source-layer"])),
  );
  // Protomaps draws land on water, OpenMapTiles water on land.
  return { layers, background: known.includes("earth") ? colors.water : colors.land };
}

type Colors = typeof LIGHT;
const on = (layer: string, name = layer) => ({
  id: `ground-${name}`,
  source: "ground",
  "source-layer": layer,
});

function areas(colors: Colors): LayerSpecification[] {
  const fill = (layer: string, name: string, color: string, filter: FilterSpecification, minzoom = 0) =>
    ({
      ...on(layer, name),
      type: "fill",
      minzoom,
      filter,
      paint: { "fill-color": color },
    }) satisfies LayerSpecification;
  const greens = (layer: string) =>
    fill(layer, `${layer}-green`, colors.green, both(isArea, among(...GREEN)));
  return [
    fill("earth", "earth", colors.land, isArea),
    greens("landcover"),
    fill("landuse", "landuse-built", colors.built, both(isArea, among(...BUILT)), 8),
    greens("landuse"),
    fill("park", "park", colors.green, isArea),
    fill("water", "water", colors.water, isArea),
    {
      ...on("water", "water-lines"),
      type: "line",
      filter: isLine,
      paint: { "line-color": colors.water, "line-width": width([0.3, 1, 4]) },
    },
    {
      ...on("waterway"),
      type: "line",
      paint: { "line-color": colors.water, "line-width": width([0.3, 1, 4]) },
    },
    ...["buildings", "building"].map(
      (layer): LayerSpecification => ({
        ...on(layer),
        type: "fill",
        minzoom: 13,
        filter: isArea,
        paint: {
          "fill-color": colors.building,
          "fill-opacity": ["interpolate", ["linear"], ["zoom"], 13, 0, 14.5, 1],
        },
      }),
    ),
  ];
}

function roads(colors: Colors): LayerSpecification[] {
  const round = { "line-cap": "round", "line-join": "round" } as const;
  return ["roads", "transportation"].flatMap((layer) => [
    {
      ...on(layer, `${layer}-rail`),
      type: "line" as const,
      minzoom: 11,
      filter: both(isLine, among("rail", "transit")),
      paint: { "line-color": colors.rail, "line-width": width([0.3, 0.8, 2]) },
    },
    ...ROADS.filter(({ id }) => id !== "path").map(
      ({ id, kinds, widths, from }): LayerSpecification => ({
        ...on(layer, `${layer}-${id}-casing`),
        type: "line",
        minzoom: Math.max(from, 9),
        filter: both(isLine, among(...kinds)),
        layout: round,
        paint: { "line-color": colors.casing, "line-width": width(widths, 1.4) },
      }),
    ),
    ...ROADS.map(
      ({ id, kinds, widths, from }): LayerSpecification => ({
        ...on(layer, `${layer}-${id}`),
        type: "line",
        minzoom: from,
        filter: both(isLine, among(...kinds)),
        layout: round,
        paint: { "line-color": colors[id], "line-width": width(widths) },
      }),
    ),
  ]);
}

function lines(colors: Colors): LayerSpecification[] {
  return ["boundaries", "boundary"].map((layer) => ({
    ...on(layer),
    type: "line",
    filter: [
      "any",
      ["==", ["get", "kind"], "country"],
      ["<=", ["to-number", ["get", "admin_level"], 9], 2],
    ] as FilterSpecification,
    paint: { "line-color": colors.border, "line-width": width([0.9, 1.4, 2]), "line-dasharray": [4, 2] },
  }));
}

/** Less is more important: OpenMapTiles' rank, or Protomaps' rank by population turned round. */
const RANK: ExpressionSpecification = [
  "case",
  ["has", "rank"],
  ["to-number", ["get", "rank"], 20],
  ["-", 20, ["to-number", ["get", "population_rank"], 0]],
];

function labels(colors: Colors, language: string): LayerSpecification[] {
  const name: ExpressionSpecification = [
    "coalesce",
    ["get", `name:${language}`],
    ["get", `name_${language}`],
    ["get", "name"],
  ];
  const ink = (color: string) => ({
    "text-color": color,
    "text-halo-color": colors.halo,
    "text-halo-width": 1.3,
  });
  const place = (id: string, filter: ExpressionSpecification, more: object, color: string, minzoom = 0) =>
    ["places", "place"].map(
      (layer) =>
        ({
          ...on(layer, `${layer}-${id}`),
          type: "symbol",
          minzoom,
          filter,
          layout: {
            "text-field": name,
            "text-font": FONT,
            "text-max-width": 8,
            "symbol-sort-key": RANK,
            ...more,
          },
          paint: ink(color),
        }) as LayerSpecification,
    );
  const street = (layer: string): LayerSpecification => ({
    ...on(layer, `${layer}-names`),
    type: "symbol",
    minzoom: 13,
    filter: isLine,
    layout: { "symbol-placement": "line", "text-field": name, "text-font": FONT, "text-size": 11 },
    paint: ink(colors.quiet),
  });
  const water = (layer: string): LayerSpecification => ({
    ...on(layer, `${layer}-names`),
    type: "symbol",
    minzoom: 8,
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "text-field": name, "text-font": FONT, "text-size": 11, "text-max-width": 6 },
    paint: ink(colors.waterInk),
  });
  const size: ExpressionSpecification = ["interpolate", ["linear"], RANK, 4, 16, 12, 13, 18, 11];
  return [
    street("roads"),
    street("transportation_name"),
    water("water"),
    water("water_name"),
    ...place("parts", among("neighbourhood", "suburb", "macrohood"), { "text-size": 11 }, colors.quiet, 11),
    ...place("cities", among("locality", "city", "town", "village"), { "text-size": size }, colors.ink),
    ...place(
      "countries",
      among("country"),
      { "text-size": 13, "text-transform": "uppercase", "text-letter-spacing": 0.08 },
      colors.quiet,
    ).map((layer) => ({ ...layer, maxzoom: 7 })),
  ];
}
