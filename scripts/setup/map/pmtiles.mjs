// Writes PMTiles 3 archives: a header, a directory of tiles in Hilbert order, and the tiles. https://github.com/protomaps/PMTiles
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { zxyToTileId } from "pmtiles";

const HEADER = 127;
/** Header and root directory together are read at once: the root may not be longer than this. */
const MAX_ROOT = 16_384 - HEADER;
/** Entries in a leaf directory, where the root alone can't hold all. */
const LEAF = 4096;

/** The number of vector tiles, and of gzip, in a header. */
export const MVT = 1;
const GZIP = 2;

/**
 * An archive of vector tiles. Equal tiles are stored once.
 * @param {{ z: number, x: number, y: number, data: Uint8Array }[]} tiles not compressed
 * @param {object} metadata `name`, `attribution`, `vector_layers`
 * @returns {Buffer}
 */
export function writeArchive(tiles, metadata, { bounds = [-180, -85, 180, 85], tileType = MVT } = {}) {
  const sorted = tiles
    .map(({ z, x, y, data }) => ({ id: zxyToTileId(z, x, y), data }))
    .sort((a, b) => a.id - b.id);
  const { entries, contents } = store(sorted);
  const { root, leaves } = directoriesOf(entries);
  const json = gzipSync(JSON.stringify(metadata));
  const parts = [root, json, leaves, contents];
  const zooms = tiles.map(({ z }) => z);
  const header = headerOf({
    lengths: parts.map(({ length }) => length),
    counts: [sorted.length, entries.length, new Set(entries.map(({ offset }) => offset)).size],
    tileType,
    zooms: [Math.min(...zooms), Math.max(...zooms)],
    bounds,
  });
  return Buffer.concat([header, ...parts]);
}

/** Entries of the directory and the tiles' bytes. A tile equal to the one before it lengthens that one's run. */
function store(sorted) {
  const entries = [];
  const places = new Map();
  const contents = [];
  let end = 0;
  for (const { id, data } of sorted) {
    const hash = createHash("sha256").update(data).digest("base64");
    const last = entries.at(-1);
    if (last?.hash === hash && last.id + last.run === id) {
      last.run += 1;
      continue;
    }
    let place = places.get(hash);
    if (!place) {
      const packed = gzipSync(data, { level: 9 });
      place = { offset: end, length: packed.length };
      places.set(hash, place);
      contents.push(packed);
      end += packed.length;
    }
    entries.push({ id, run: 1, hash, ...place });
  }
  return { entries, contents: Buffer.concat(contents) };
}

function directoriesOf(entries) {
  const whole = directory(entries);
  if (whole.length <= MAX_ROOT) return { root: whole, leaves: Buffer.alloc(0) };
  const leaves = [];
  const pointers = [];
  let offset = 0;
  for (let from = 0; from < entries.length; from += LEAF) {
    const leaf = directory(entries.slice(from, from + LEAF));
    // A run of 0 means a leaf directory.
    pointers.push({ id: entries[from].id, run: 0, offset, length: leaf.length });
    leaves.push(leaf);
    offset += leaf.length;
  }
  return { root: directory(pointers), leaves: Buffer.concat(leaves) };
}

/** Column by column, so that it compresses well. */
function directory(entries) {
  const numbers = [entries.length];
  entries.forEach(({ id }, index) => {
    numbers.push(id - (entries[index - 1]?.id ?? 0));
  });
  for (const { run } of entries) numbers.push(run);
  for (const { length } of entries) numbers.push(length);
  entries.forEach(({ offset }, index) => {
    const before = entries[index - 1];
    numbers.push(before && before.offset + before.length === offset ? 0 : offset + 1);
  });
  return gzipSync(Buffer.from(numbers.flatMap(varint)), { level: 9 });
}

function varint(number) {
  const bytes = [];
  let rest = number;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function headerOf({ lengths, counts, tileType, zooms, bounds }) {
  const header = Buffer.alloc(HEADER);
  header.write("PMTiles");
  header.writeUInt8(3, 7);
  let offset = HEADER;
  lengths.forEach((length, index) => {
    header.writeBigUInt64LE(BigInt(offset), 8 + 16 * index);
    header.writeBigUInt64LE(BigInt(length), 16 + 16 * index);
    offset += length;
  });
  counts.forEach((count, index) => {
    header.writeBigUInt64LE(BigInt(count), 72 + 8 * index);
  });
  // Clustered, its directories and its tiles gzipped.
  [1, GZIP, GZIP, tileType, ...zooms].forEach((value, index) => {
    header.writeUInt8(value, 96 + index);
  });
  const [west, south, east, north] = bounds;
  [west, south, east, north].forEach((degrees, index) => {
    header.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * index);
  });
  header.writeUInt8(zooms[0], 118);
  header.writeInt32LE(Math.round(((west + east) / 2) * 1e7), 119);
  header.writeInt32LE(Math.round(((south + north) / 2) * 1e7), 123);
  return header;
}
