/** Where an archive of tiles is read from, by range: an object of the bucket, or the world that is shipped with the Worker. */
import type { RequestContext } from "../../platform/runtime.ts";
import { ArchiveFault } from "./messages.ts";

export interface TileSource {
  /** Names the archive among all that an isolate has read. */
  readonly key: string;
  /**
   * Bytes of the archive; fewer at its end. Null when it is no longer the version with this `etag`.
   * @throws ArchiveFault when there is no archive, or `offset` is behind its end
   */
  read(offset: number, length: number, etag?: string): Promise<SourceBytes | null>;
}

export interface SourceBytes {
  readonly data: ArrayBuffer;
  readonly etag: string;
}

/** Path of the shipped world among the assets; `scripts/setup/map/world.mjs` makes it. */
const WORLD = "/map/world.pmtiles";

/** The archive that the settings name, otherwise the shipped world. */
export function tileSource({ runtime }: RequestContext): TileSource {
  const { mapArchive } = runtime.settings;
  return mapArchive === null ? shippedWorld(runtime.assets) : inBucket(runtime.bucket, mapArchive);
}

function inBucket(bucket: R2Bucket, key: string): TileSource {
  return {
    key: `bucket:${key}`,
    async read(offset, length, etag) {
      // The bucket throws for a range behind the end; the local one answers with the whole object instead.
      const object = await bucket
        .get(key, { range: { offset, length }, ...(etag ? { onlyIf: { etagMatches: etag } } : {}) })
        .catch((error: unknown) => {
          if (/\(10039\)/.test(String(error))) throw new ArchiveFault("unreadable");
          throw error;
        });
      if (!object) throw new ArchiveFault("missing");
      if (!("body" in object)) return null;
      if (offset >= object.size) {
        await object.body.cancel();
        throw new ArchiveFault("unreadable");
      }
      return { data: await object.arrayBuffer(), etag: object.etag };
    },
  };
}

/** Read whole once in an isolate: it is small, and assets are not read by range. */
let world: SourceBytes | null = null;

function shippedWorld(assets: Fetcher): TileSource {
  return {
    key: "world",
    async read(offset, length) {
      world ??= await fetchWorld(assets);
      return { data: world.data.slice(offset, offset + length), etag: world.etag };
    },
  };
}

async function fetchWorld(assets: Fetcher): Promise<SourceBytes> {
  const response = await assets.fetch(`https://assets.invalid${WORLD}`);
  if (!response.ok) throw new ArchiveFault("missing");
  const data = await response.arrayBuffer();
  return { data, etag: (response.headers.get("etag") ?? "").replace(/^W\/|"/g, "") };
}
