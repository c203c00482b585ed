/**
 * The H3 grid: hexagonal cells by which places are indexed. The library's tables are a fifth of the whole script, so it is
 * loaded when the first cell is asked for.
 */
import { type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Place } from "./geo.ts";
import { onDemand } from "./on-demand.ts";

/** Resolution of the `cell` columns: hexagons with an edge of about 1.4 km. */
const CELL_RESOLUTION = 7;

const grid = onDemand(() => import("h3-js"));

/** The H3 cell of a place, as the `cell` columns keep it. */
export async function cellOf({ latitude, longitude }: Place): Promise<string> {
  const { latLngToCell } = await grid();
  return latLngToCell(latitude, longitude, CELL_RESOLUTION);
}

/** Maximum number of rings in a look-up: some 5,000 cells, 65 km. */
const MAX_RINGS = 40;

/**
 * SQL condition: a `cell` column names one of the cells that cover a circle. A coarse filter, by index, before measuring
 * distances. Undefined for a circle that is too wide. A hexagon's size varies over the globe by less than a third.
 * @param radius metres
 */
export async function isInCells(cell: SQLWrapper, centre: Place, radius: number): Promise<SQL | undefined> {
  const { getHexagonEdgeLengthAvg, gridDisk } = await grid();
  const edge = getHexagonEdgeLengthAvg(CELL_RESOLUTION, "m");
  const rings = Math.ceil((radius + edge) / edge);
  if (rings > MAX_RINGS) return undefined;
  const cells = gridDisk(await cellOf(centre), rings);
  return sql`${cell} IN (SELECT value FROM json_each(${JSON.stringify(cells)}))`;
}
