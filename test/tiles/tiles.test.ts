/** The map's ground from a PMTiles file in the bucket: TileJSON, tiles by range, validators, and files that are none. */
import { env } from "cloudflare:workers";
import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, test } from "vitest";
import { type ArchiveTile, writeArchive } from "../../scripts/setup/map/pmtiles.mjs";
import { readSettings } from "../../src/settings.ts";
import { envWith, send } from "../harness/api.ts";

const text = (words: string) => new TextEncoder().encode(words);
const METADATA = { name: "Town", attribution: "© Mappers", vector_layers: [{ id: "roads", fields: {} }] };

/** Every tile of zooms 0 to 7 but one; the tiles of the sea are equal. */
function makeTown(note = ""): Buffer {
  const tiles: ArchiveTile[] = [];
  for (let z = 0; z <= 7; z++)
    for (let x = 0; x < 2 ** z; x++)
      for (let y = 0; y < 2 ** z; y++)
        if (z !== 3 || x !== 1 || y !== 2)
          tiles.push({
            z,
            x,
            y,
            data: text((x * 7 + y * 3) % 5 === 0 ? `street ${z}/${x}/${y}${note}` : "sea"),
          });
  return writeArchive(tiles, METADATA, { bounds: [37, 55, 38, 56] });
}

const TOWN = makeTown();
/** A copy that may be changed. */
const town = () => Buffer.from(TOWN);

async function put(name: string, bytes: Uint8Array | string): Promise<string> {
  const key = `private/maps/${name}.pmtiles`;
  await env.BUCKET.put(key, bytes);
  return key;
}

const ask = (path: string, key: string, headers: Record<string, string> = {}) =>
  send(new Request(`http://caravan.test${path}`, { headers }), envWith({ MAP_PMTILES: key }));

let key: string;
beforeAll(async () => {
  key = await put("town", town());
});

describe("a map file in the bucket", () => {
  test("TileJSON tells its zooms, bounds, layers and attribution, and the tiles' address with the file's version.", async () => {
    const response = await ask("/tiles.json", key);
    expect(response.headers.get("cache-control")).toBe("no-cache");
    const { tiles, ...facts } = await response.json<{ tiles: string[] }>();
    expect(facts).toEqual({
      tilejson: "3.0.0",
      format: "pbf",
      ...METADATA,
      minzoom: 0,
      maxzoom: 7,
      bounds: [37, 55, 38, 56],
    });
    expect(tiles).toEqual([
      expect.stringMatching(/^http:\/\/caravan\.test\/tiles\/\{z\}\/\{x\}\/\{y\}\?v=\w{12}$/),
    ]);
    const tag = response.headers.get("etag") ?? "";
    expect((await ask("/tiles.json", key, { "if-none-match": tag })).status).toBe(304);
  });

  test("A tile is sent gzipped as it is stored, and unpacked to clients that can't read gzip.", async () => {
    const packed = await ask("/tiles/7/100/60", key, { "accept-encoding": "br, gzip" });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("content-type")).toBe("application/vnd.mapbox-vector-tile");
    expect(packed.headers.get("vary")).toContain("Accept-Encoding");
    expect(gunzipSync(await packed.bytes()).toString()).toBe("street 7/100/60");
    const plain = await ask("/tiles/7/100/60", key, { "accept-encoding": "identity" });
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(await plain.text()).toBe("street 7/100/60");
  });

  test("Equal tiles, which are stored once, are found at each of their places.", async () => {
    for (const place of ["5/1/0", "6/40/3", "7/127/126"])
      expect(await (await ask(`/tiles/${place}`, key)).text()).toBe("sea");
  });

  test("A tile with the version of the file may be kept for ever, another one for an hour; both have a validator.", async () => {
    const { tiles } = await (await ask("/tiles.json", key)).json<{ tiles: string[] }>();
    const versioned = new URL(tiles[0] ?? "").search;
    const kept = await ask(`/tiles/2/1/1${versioned}`, key);
    expect(kept.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const short = await ask("/tiles/2/1/1?v=former", key);
    expect(short.headers.get("cache-control")).toBe("public, max-age=3600");
    const again = await ask("/tiles/2/1/1", key, { "if-none-match": short.headers.get("etag") ?? "" });
    expect([again.status, await again.text()]).toEqual([304, ""]);
  });

  test("An absent tile within the zooms is 204; other zooms, other places and other words are 404.", async () => {
    expect((await ask("/tiles/3/1/2", key)).status).toBe(204);
    for (const path of [
      "/tiles/8/0/0",
      "/tiles/1/2/0",
      "/tiles/1/0/2",
      "/tiles/1/-1/0",
      "/tiles/01/0/0",
      "/tiles/a/b/c",
    ])
      expect([path, (await ask(path, key)).status]).toEqual([path, 404]);
  });

  test("A file that is replaced is read anew: no tile is cut out of it by the former directory.", async () => {
    const name = await put("replaced", town());
    expect(await (await ask("/tiles/7/100/60", name)).text()).toBe("street 7/100/60");
    await put("replaced", makeTown(" of the new file, which is longer"));
    expect(await (await ask("/tiles/7/100/60", name)).text()).toBe(
      "street 7/100/60 of the new file, which is longer",
    );
  });
});

test("Without a map file there is a small world: countries in both languages, cities, and who made them.", async () => {
  const world = await (await send(new Request("http://caravan.test/tiles.json"))).json<
    Record<string, unknown>
  >();
  expect(world).toMatchObject({ maxzoom: 5, attribution: expect.stringContaining("GeoNames") });
  const layers = world.vector_layers as { id: string }[];
  expect(layers.map(({ id }) => id)).toEqual(["earth", "boundaries", "places"]);
  const around = await (await send(new Request("http://caravan.test/tiles/5/19/10"))).text();
  for (const name of ["Moscow", "Tula", "places", "boundaries"]) expect(around).toContain(name);
  const europe = await (await send(new Request("http://caravan.test/tiles/3/4/2"))).text();
  for (const name of ["Poland", "Польша", "Ukraine", "Украина"]) expect(europe).toContain(name);
});

describe("what is no map file", () => {
  const cut = () => town().subarray(0, 20_000);
  const brotli = () => {
    const bytes = town();
    bytes[98] = 3;
    return bytes;
  };
  test.each([
    ["another kind of file", () => "a text that is longer than a header of a map file, ".repeat(9)],
    ["a file of one letter", () => "P"],
    ["a version that is not known", () => town().fill(9, 7, 8)],
    ["tiles packed in another way", brotli],
  ])("For %s, TileJSON and tiles are 404 with the setting's name.", async (name, bytes) => {
    const wrong = await put(name.replaceAll(" ", "-"), bytes());
    for (const path of ["/tiles.json", "/tiles/0/0/0"]) {
      const response = await ask(path, wrong);
      expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("MAP_PMTILES")]);
    }
  });

  test("A tile behind the end of a cut file is 404, whatever the bucket answers for such a range.", async () => {
    const response = await ask("/tiles/7/127/127", await put("cut", cut()));
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("MAP_PMTILES")]);
  });

  test("A key that the bucket does not have is 404 with the setting's name.", async () => {
    const response = await ask("/tiles.json", "private/maps/nothing.pmtiles");
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("MAP_PMTILES")]);
  });
});

test.each(["town.zip", "https://maps.example.com/a b.pmtiles", ".pmtiles/"])(
  "MAP_PMTILES=%s is refused with the reason.",
  (value) => {
    const variables = { APP_ENV: "development", SIGNING_SECRET: "s".repeat(32), MAP_PMTILES: value };
    expect(() => readSettings(variables)).toThrow("MAP_PMTILES must be the key of a .pmtiles file");
  },
);
