/** Reads PMTiles: the header, directories (kept in the isolate), and single tiles. Loaded on demand. */
import { Compression, findTile, type Header, ResolvedValueCache, TileType, zxyToTileId } from "pmtiles";
import { ArchiveFault } from "./messages.ts";
import type { TileSource } from "./sources.ts";

/** Types of tiles that the console draws, with their media types. */
const FORMATS: Partial<Record<TileType, { readonly name: string; readonly mime: string }>> = {
  [TileType.Mvt]: { name: "pbf", mime: "application/vnd.mapbox-vector-tile" },
  [TileType.Png]: { name: "png", mime: "image/png" },
  [TileType.Jpeg]: { name: "jpg", mime: "image/jpeg" },
  [TileType.Webp]: { name: "webp", mime: "image/webp" },
  [TileType.Avif]: { name: "avif", mime: "image/avif" },
};

/** Headers and directories of one isolate. */
const cache = new ResolvedValueCache(200, false, decompress);

/** The archive's version as it is in tiles' addresses and validators. */
export const versionOf = ({ etag }: Header) => (etag ?? "").replace(/\W/g, "").slice(0, 12) || "0";

export interface Tile {
  /** Null: the archive has no such tile. */
  readonly data: ArrayBuffer | null;
  readonly isGzipped: boolean;
  readonly mime: string;
}

/** The header; `isFresh` reads it again, so that a replaced file is noticed. */
export async function readHeader(source: TileSource, isFresh = false): Promise<Header> {
  const adapter = adapt(source);
  if (isFresh) await cache.invalidate(adapter);
  const header = await readable(() => cache.getHeader(adapter));
  const known = [Compression.None, Compression.Gzip];
  if (
    header.specVersion !== 3 ||
    !FORMATS[header.tileType] ||
    !known.includes(header.tileCompression) ||
    !known.includes(header.internalCompression)
  )
    throw new ArchiveFault("unreadable");
  return header;
}

/** The tile as it is stored; null outside the zooms of the archive and of the world. */
export async function readTile(source: TileSource, z: number, x: number, y: number): Promise<Tile | null> {
  return sameVersion(source, async (header, read) => {
    const side = 2 ** z;
    if (z < header.minZoom || z > header.maxZoom || x >= side || y >= side) return null;
    const format = { mime: FORMATS[header.tileType]?.mime ?? "", isGzipped: isGzipped(header) };
    const place = await findPlace(source, header, zxyToTileId(z, x, y));
    return { ...format, data: place && (await read(place.offset, place.length)) };
  });
}

const isGzipped = ({ tileCompression }: Header) => tileCompression === Compression.Gzip;

/** TileJSON 3.0 of the archive, without the tiles' addresses. */
export async function readMetadata(source: TileSource): Promise<Record<string, unknown>> {
  return sameVersion(source, async (header, read) => {
    const packed = await read(header.jsonMetadataOffset, header.jsonMetadataLength);
    const { name, attribution, vector_layers } = await readable(async () =>
      JSON.parse(new TextDecoder().decode(await decompress(packed, header.internalCompression))),
    );
    return {
      tilejson: "3.0.0",
      format: FORMATS[header.tileType]?.name,
      ...(typeof name === "string" ? { name } : {}),
      attribution: typeof attribution === "string" ? attribution : "",
      minzoom: header.minZoom,
      maxzoom: header.maxZoom,
      bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
      ...(Array.isArray(vector_layers) ? { vector_layers } : {}),
    };
  });
}

/** Directories are at most three deep, by the format. */
const DEPTH = 4;

async function findPlace(source: TileSource, header: Header, tileId: number) {
  const adapter = adapt(source);
  let [offset, length] = [header.rootDirectoryOffset, header.rootDirectoryLength];
  for (let depth = 0; depth < DEPTH; depth++) {
    const at = [offset, length] as const;
    const entries = await readable(() => cache.getDirectory(adapter, ...at, header));
    const entry = findTile(entries, tileId);
    if (!entry) return null;
    if (entry.runLength > 0) return { offset: header.tileDataOffset + entry.offset, length: entry.length };
    [offset, length] = [header.leafDirectoryOffset + entry.offset, entry.length];
  }
  throw new ArchiveFault("unreadable");
}

class Replaced extends Error {}

/** Runs `work` on one version of the archive: once more when it was replaced meanwhile. */
async function sameVersion<Result>(
  source: TileSource,
  work: (header: Header, read: (offset: number, length: number) => Promise<ArrayBuffer>) => Promise<Result>,
): Promise<Result> {
  const attempt = async () => {
    const header = await readHeader(source);
    return work(header, async (offset, length) => {
      const found = await source.read(offset, length, header.etag);
      if (!found) throw new Replaced();
      if (found.data.byteLength !== length) throw new ArchiveFault("unreadable");
      return found.data;
    });
  };
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Replaced)) throw error;
    await cache.invalidate(adapt(source));
    return attempt();
  }
}

/** The source as the library asks it. */
const adapt = (source: TileSource) => ({
  getKey: () => source.key,
  async getBytes(offset: number, length: number, _signal?: AbortSignal, etag?: string) {
    const found = await source.read(offset, length, etag);
    if (!found) throw new Replaced();
    return found;
  },
});

/** What the library throws for bytes that are no archive is one fault. */
async function readable<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ArchiveFault || error instanceof Replaced) throw error;
    // The bucket's own failures have other types.
    if (error instanceof RangeError || error instanceof TypeError || error instanceof SyntaxError)
      throw new ArchiveFault("unreadable");
    if (error instanceof Error && /magic number|version|Empty directory|compression/i.test(error.message))
      throw new ArchiveFault("unreadable");
    throw error;
  }
}

/** Bytes of a directory, of the metadata or of a tile, unpacked. */
export async function decompress(data: ArrayBuffer, compression: Compression): Promise<ArrayBuffer> {
  if (compression === Compression.None) return data;
  if (compression !== Compression.Gzip) throw new ArchiveFault("unreadable");
  return new Response(new Response(data).body?.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
