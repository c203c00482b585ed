/** `/tiles.json` and `/tiles/{z}/{x}/{y}`: the ground of the map, read by range from a PMTiles file. Streets are no secret: public. */
import { notFound, Refusal } from "../../platform/http/errors.ts";
import type { RawRoute } from "../../platform/http/mount.ts";
import { matchesEtag } from "../../platform/http/responses/conditional.ts";
import { log } from "../../platform/log.ts";
import { onDemand } from "../../platform/on-demand.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { ArchiveFault, faults } from "./messages.ts";
import { tileSource } from "./sources.ts";

const archive = onDemand(() => import("./archive.ts"));

const YEAR = "public, max-age=31536000, immutable";
const HOUR = "public, max-age=3600";

/** Pages of other sites can't draw these tiles. */
const OWN_PAGES = { "Cross-Origin-Resource-Policy": "same-origin" };

/** TileJSON 3.0. The tiles' address names the version of the file, so that browsers may keep tiles. */
const description: RawRoute = {
  path: "/tiles.json",
  handle: (ctx, request) =>
    withFaults(ctx, async () => {
      const { readHeader, readMetadata, versionOf } = await archive();
      const source = tileSource(ctx);
      const version = versionOf(await readHeader(source, true));
      const tiles = [`${new URL(request.url).origin}/tiles/{z}/{x}/{y}?v=${version}`];
      const headers = { "Cache-Control": "no-cache", ETag: `W/"${version}"`, ...OWN_PAGES };
      if (matchesEtag(request.headers.get("if-none-match"), `"${version}"`))
        return new Response(null, { status: 304, headers });
      return Response.json({ ...(await readMetadata(source)), tiles }, { headers });
    }),
};

const tile: RawRoute = {
  path: "/tiles/:z/:x/:y",
  handle: (ctx, request, params) =>
    withFaults(ctx, async () => {
      const [z, x, y] = [params.z, params.x, params.y].map(coordinate);
      if (z === undefined || x === undefined || y === undefined) throw notFound();
      const { decompress, readHeader, readTile, versionOf } = await archive();
      const source = tileSource(ctx);
      const version = versionOf(await readHeader(source));
      const etag = `"${version}-${z}-${x}-${y}"`;
      const headers = new Headers({
        "Cache-Control": new URL(request.url).searchParams.get("v") === version ? YEAR : HOUR,
        ETag: `W/${etag}`,
        Vary: "Accept-Encoding",
        ...OWN_PAGES,
      });
      if (matchesEtag(request.headers.get("if-none-match"), etag))
        return new Response(null, { status: 304, headers });
      const found = await readTile(source, z, x, y);
      if (!found) throw notFound();
      if (!found.data) return new Response(null, { status: 204, headers });
      headers.set("Content-Type", found.mime);
      if (!found.isGzipped) return new Response(found.data, { headers });
      if (!/\bgzip\b/.test(request.headers.get("accept-encoding") ?? ""))
        return new Response(await decompress(found.data, GZIP), { headers });
      // Sent as it is stored.
      headers.set("Content-Encoding", "gzip");
      return new Response(found.data, { headers, encodeBody: "manual" });
    }),
};

/** The number of gzip in PMTiles. */
const GZIP = 2;

/** A whole number without leading zeros; undefined otherwise. */
function coordinate(words: string | undefined): number | undefined {
  return words !== undefined && /^(0|[1-9]\d{0,7})$/.test(words) ? Number(words) : undefined;
}

async function withFaults(ctx: RequestContext, work: () => Promise<Response>): Promise<Response> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArchiveFault)) throw error;
    log("warn", "map.ground", { key: ctx.runtime.settings.mapArchive, reason: error.reason });
    throw new Refusal(404, { detail: faults[error.reason] });
  }
}

export const tileRoutes: readonly RawRoute[] = [description, tile];
