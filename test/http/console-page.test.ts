/** The console's one document: the same at every address, and the tile server of the settings is the only other origin. */
import { describe, expect, test } from "vitest";
import { readSettings } from "../../src/settings.ts";
import { get } from "../harness/api.ts";

const TILES = "https://tiles.example.com/osm/{z}/{x}/{y}.png";

describe("/admin/", () => {
  test("Needs no tile server, and then speaks to its own server only.", async () => {
    const { status, headers, body } = await get("/admin/orders/7");
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toMatch(/^worker-src 'self'; default-src 'none'/);
    expect(headers.get("content-security-policy")).not.toMatch(/https?:|unsafe/);
    expect(body).not.toContain("data-tiles");
  });

  test("Names the tile server of the settings, and lets that in.", async () => {
    const { headers, body } = await get("/admin/map", { settings: { MAP_TILES_URL: TILES } });
    expect(body).toContain(`data-tiles="${TILES}"`);
    expect(headers.get("content-security-policy")).toContain("connect-src 'self' https://tiles.example.com;");
  });
});

test.each([
  ["no URL", "tiles"],
  ["no place for a tile", "https://tiles.example.com/"],
  ["another scheme", "ftp://tiles.example.com/{z}/{x}/{y}"],
])("MAP_TILES_URL with %s is refused with the reason.", (_, value) => {
  const variables = { APP_ENV: "development", SIGNING_SECRET: "s".repeat(32), MAP_TILES_URL: value };
  expect(() => readSettings(variables)).toThrow("MAP_TILES_URL must be a URL with {z}, {x} and {y}");
});
