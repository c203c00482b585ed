export const MVT: 1;
export interface ArchiveTile {
  readonly z: number;
  readonly x: number;
  readonly y: number;
  /** Not compressed. */
  readonly data: Uint8Array;
}
export interface ArchiveOptions {
  /** West, south, east, north in degrees. */
  readonly bounds?: readonly [number, number, number, number];
  /** As in the header: 1 vector tiles, 2 PNG. */
  readonly tileType?: number;
}
export function writeArchive(
  tiles: readonly ArchiveTile[],
  metadata: Record<string, unknown>,
  options?: ArchiveOptions,
): Buffer;
