/** The map's styles are valid for each ground, theme and language, and draw only layers that the tiles have. */
import { validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import { describe, expect, test } from "vitest";
import { russianName } from "../../../scripts/setup/map/russian.mjs";
import { type Ground, namesCities, type TileJson } from "../../../src/console/map/ground/ground.ts";
import { styleFor } from "../../../src/console/map/ground/style.ts";

const tiles = (layers: readonly string[], format = "pbf"): Ground => ({
  kind: "tiles",
  description: {
    ...{ tiles: ["http://caravan.test/tiles/{z}/{x}/{y}"], attribution: "© Mappers", format },
    ...{ minzoom: 0, maxzoom: 14, bounds: [37, 55, 38, 56] as TileJson["bounds"] },
    vector_layers: layers.map((id) => ({ id })),
  },
});
const PROTOMAPS = ["earth", "landcover", "landuse", "water", "roads", "buildings", "boundaries", "places"];
const OPENMAPTILES = [
  ...["landcover", "landuse", "park", "water", "waterway", "transportation", "transportation_name"],
  ...["building", "boundary", "place", "water_name"],
];
const WORLD = ["earth", "boundaries", "places"];

const GROUNDS: readonly [string, Ground, cities: boolean][] = [
  ["Protomaps' basemap", tiles(PROTOMAPS), true],
  ["OpenMapTiles", tiles(OPENMAPTILES), true],
  ["the small world", tiles(WORLD), true],
  ["tiles without a list of layers", tiles([]), false],
  ["pictures of a map file", tiles([], "png"), true],
  ["a tile server", { kind: "pictures", url: "https://tiles.example.com/{z}/{x}/{y}.png" }, true],
  ["a plain grid", { kind: "grid", fault: "" }, false],
];

describe.each(["light", "dark"] as const)("the %s style", (theme) => {
  test.each(GROUNDS)(
    "With %s it is valid in both languages, and asks no other server for letters or signs.",
    (_, ground, cities) => {
      for (const language of ["en", "ru"]) {
        const style = styleFor(theme, ground, language);
        expect(validateStyleMin(style)).toEqual([]);
        expect([style.glyphs, style.sprite]).toEqual([undefined, undefined]);
      }
      expect(namesCities(ground)).toBe(cities);
    },
  );

  test.each([
    ["Protomaps' basemap", PROTOMAPS],
    ["OpenMapTiles", OPENMAPTILES],
    ["the small world", WORLD],
  ])("Each layer of %s is drawn, and no other is asked for.", (_, layers) => {
    const used = styleFor(theme, tiles(layers), "en").layers.flatMap((layer) =>
      layer.type !== "background" && layer.source === "ground" ? [layer["source-layer"]] : [],
    );
    expect([...new Set(used)].sort()).toEqual([...layers].sort());
  });
});

test.each([
  ["Moscow", "Москва"],
  ["Gus’-Khrustal’nyy", "Гусь-Хрустальный"],
  ["Novyye Kuz’minki", "Новые Кузьминки"],
  ["Troitsk", "Троицк"],
  ["Bratsk", "Братск"],
  ["Yeysk", "Ейск"],
  ["Orël", "Орёл"],
])("The small world's %s is %s on a Russian map.", (latin, russian) => {
  expect(russianName(latin)).toBe(russian);
});

test("The dark style shares no colour of the ground with the light one.", () => {
  const colors = (theme: "light" | "dark") =>
    new Set(
      styleFor(theme, tiles(PROTOMAPS), "en")
        .layers.filter(
          (layer) => layer.type === "background" || ("source" in layer && layer.source === "ground"),
        )
        .flatMap(({ paint = {} }) => Object.entries(paint))
        .flatMap(([name, value]) => (name.endsWith("-color") ? [String(value)] : [])),
    );
  const [light, dark] = [colors("light"), colors("dark")];
  expect(light.size).toBeGreaterThan(8);
  expect([...light].filter((color) => dark.has(color))).toEqual([]);
});
