/** What is under the trucks: tiles of the server's own file or of its small world, pictures of a tile server, or a plain grid. */
import type { LayerSpecification, SourceSpecification } from "maplibre-gl";
import { streetLayers } from "./streets.ts";

/** TileJSON, as `/tiles.json` answers. */
export interface TileJson {
  readonly tiles: readonly string[];
  readonly format?: string;
  readonly attribution: string;
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly bounds: readonly [number, number, number, number];
  readonly vector_layers?: readonly { readonly id: string }[];
}

export type Ground =
  /** A tile server of the settings: `https://…/{z}/{x}/{y}.png`. */
  | { readonly kind: "pictures"; readonly url: string }
  | { readonly kind: "tiles"; readonly description: TileJson }
  /** `fault`: why there are no tiles. */
  | { readonly kind: "grid"; readonly fault: string };

export interface GroundStyle {
  readonly sources: Record<string, SourceSpecification>;
  readonly layers: readonly LayerSpecification[];
  readonly background: string;
}

let loaded: Promise<Ground> | null = null;

/** The ground of this page's maps, read once; a failed read is tried again by the next map. */
export function readGround(): Promise<Ground> {
  const url = document.getElementById("console")?.dataset.tiles;
  if (url) return Promise.resolve({ kind: "pictures", url });
  loaded ??= readTiles().catch((error: unknown): Ground => {
    loaded = null;
    return { kind: "grid", fault: error instanceof Error ? error.message : String(error) };
  });
  return loaded;
}

async function readTiles(): Promise<Ground> {
  const response = await fetch("/tiles.json");
  const body = (await response.json()) as TileJson & { readonly detail?: string };
  if (!response.ok) throw new Error(body.detail ?? String(response.status));
  return { kind: "tiles", description: body };
}

/** Over a ground without names of cities, the database's own are drawn. */
export const namesCities = (ground: Ground) =>
  ground.kind === "pictures" ||
  (ground.kind === "tiles" &&
    (isPicture(ground.description) || layersOf(ground.description).some((id) => CITIES.has(id))));
const CITIES = new Set(["places", "place"]);

const layersOf = ({ vector_layers = [] }: TileJson) => vector_layers.map(({ id }) => id);
const isPicture = ({ format = "pbf" }: TileJson) => format !== "pbf";

export function groundStyle(ground: Ground, isDark: boolean, language: string): GroundStyle {
  const plain = isDark ? "#12181f" : "#eef1f4";
  if (ground.kind === "grid") return { sources: {}, layers: [], background: plain };
  if (ground.kind === "pictures" || isPicture(ground.description)) {
    const source: SourceSpecification =
      ground.kind === "pictures"
        ? { type: "raster", tiles: [ground.url], tileSize: 256 }
        : { type: "raster", tileSize: 256, ...placesOf(ground.description) };
    const paint = isDark ? { "raster-brightness-max": 0.6, "raster-saturation": -0.3 } : {};
    return {
      sources: { ground: source },
      layers: [{ id: "ground-pictures", type: "raster", source: "ground", paint }],
      background: plain,
    };
  }
  const known = layersOf(ground.description);
  return {
    sources: { ground: { type: "vector", ...placesOf(ground.description) } },
    ...streetLayers(known, isDark, language),
  };
}

const placesOf = ({ tiles, minzoom, maxzoom, bounds, attribution }: TileJson) => ({
  tiles: [...tiles],
  minzoom,
  maxzoom,
  bounds: [...bounds] as [number, number, number, number],
  attribution,
});
