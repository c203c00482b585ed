/** The pure filter that flags doubtful points. */
import { describe, expect, test } from "vitest";
import {
  type FilteredPoint,
  type Fix,
  filterAll,
  filterPoint,
  type Point,
  readTime,
} from "../../src/modules/tracking/points/filter-rules.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const SECOND = 1000;
const DAY = 24 * 3600_000;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
/** Metres to the north, in degrees. */
const north = (metres: number) => metres / 111_265;

const point = (at: number | null, metres = 0, accuracy: number | null = null): Point => ({
  latitude: 52 + north(metres),
  longitude: 21,
  at,
  accuracy,
  speed: null,
  heading: null,
});
const known = (at: number, metres = 0, accuracy: number | null = null): Fix => ({
  ...point(at, metres, accuracy),
  at,
  flag: null,
});
const jump = (at: number, metres: number): Fix => ({ ...known(at, metres), flag: "jump" });
const flags = (points: FilteredPoint[]) => points.map(({ flag }) => flag);

describe("a point", () => {
  test.each<[string, Point, Fix[], string | null]>([
    ["that is the first is good", point(NOW), [], null],
    ["that is two minutes ahead is good: clocks differ", point(NOW + 120 * SECOND), [], null],
    ["that is farther ahead is flagged as future", point(NOW + 120 * SECOND + 1), [], "future"],
    ["of thirty days ago is good", point(NOW - 30 * DAY), [], null],
    ["that is older is stale", point(NOW - 30 * DAY - 1), [], "stale"],
    ["with the same time and place is a duplicate", point(NOW - 5, 7), [known(NOW - 5, 7)], "duplicate"],
    ["with the same time a step away is no duplicate", point(NOW - 5, 8), [known(NOW - 5, 7)], null],
    ["at the same place a moment later is no duplicate", point(NOW - 4, 7), [known(NOW - 5, 7)], null],
    [
      "200 metres away at once is good: receivers are that inaccurate",
      point(NOW, 199),
      [known(NOW - 10)],
      null,
    ],
    ["farther away at once is a jump", point(NOW, 202), [known(NOW - 10)], "jump"],
    ["at the speed of a fast train is good", point(NOW, 1490), [known(NOW - 10 * SECOND)], null],
    ["faster than that is a jump", point(NOW, 1510), [known(NOW - 10 * SECOND)], "jump"],
    ["whose uncertainty explains the leap is good", point(NOW, 1510, 20), [known(NOW - 10 * SECOND)], null],
    [
      "whose neighbour's uncertainty explains the leap is good",
      point(NOW, 1510),
      [known(NOW - 10 * SECOND, 0, 20)],
      null,
    ],
    ["far away after hours is good", point(NOW, 100_000), [known(NOW - 3600 * SECOND)], null],
    [
      "that comes late is compared with the nearest point in time",
      point(NOW - 60 * SECOND, 5000),
      [known(NOW - 120 * SECOND), known(NOW - 59 * SECOND, 5010)],
      null,
    ],
    [
      "that comes late and far away is a jump",
      point(NOW - 60 * SECOND, 50_000),
      [known(NOW - 61 * SECOND), known(NOW, 10)],
      "jump",
    ],
    [
      "that agrees with one jump is a jump, too",
      point(NOW, 50_010),
      [known(NOW - 20 * SECOND), jump(NOW - 5 * SECOND, 50_000)],
      "jump",
    ],
    [
      "that agrees with two jumps is accepted",
      point(NOW, 50_010),
      [known(NOW - 20 * SECOND), jump(NOW - 9 * SECOND, 49_990), jump(NOW - 5 * SECOND, 50_000)],
      null,
    ],
    [
      "that agrees with none of them is a jump",
      point(NOW, 90_000),
      [known(NOW - 20 * SECOND), jump(NOW - 9 * SECOND, 49_990), jump(NOW - 5 * SECOND, 50_000)],
      "jump",
    ],
    ["without a time of its own is never doubted", point(null, 900_000), [known(NOW - 1)], null],
  ])("A point %s.", (_, filtered, seen, flag) => {
    expect(filterPoint(filtered, seen, NOW)).toBe(flag);
  });
});

test("Points of one batch are compared with each other.", () => {
  const batch = [point(NOW - 9000), point(NOW - 9000), point(NOW - 8000, 90_000), point(NOW - 7000, 20)];
  expect(flags(filterAll(batch, [], NOW))).toEqual([null, "duplicate", "jump", null]);
});

test("A point without a time gets the time of its arrival and says nothing about speed.", () => {
  const filtered = filterAll([point(null), point(null, 90_000), point(NOW - 1, 50_000)], [], NOW);
  expect(filtered.map(({ at }) => at)).toEqual([NOW, NOW, NOW - 1]);
  expect(flags(filtered)).toEqual([null, null, null]);
});

test("Filtering keeps the order of a late batch.", () => {
  const filtered = filterAll([point(NOW - 1000, 20), point(NOW - 3000, 0), point(NOW - 2000, 10)], [], NOW);
  expect(filtered.map(({ at }) => at)).toEqual([NOW - 1000, NOW - 3000, NOW - 2000]);
  expect(flags(filtered)).toEqual([null, null, null]);
});

test.each<[string | number, number | null]>([
  ["2026-11-21T12:00:00Z", NOW],
  ["2026-11-21T14:00:00+02:00", NOW],
  ["2026-11-21 12:00", NOW],
  [NOW, NOW],
  [String(NOW), NOW],
  ["soon", null],
  ["", null],
  [NOW + 0.4, NOW],
  [0, 0],
  ["0", 0],
  [-1, -1],
  ["20261121", 20261121],
  ["1970-01-01T00:00:00Z", 0],
  ["1969-12-31T23:59:59Z", -1000],
  ["0001-01-01T00:00:00Z", -62135596800000],
  [-1e20, -62135596800000],
  ["+012026-01-01T00:00:00Z", LAST],
  ["2026-02-30T00:00:00Z", null],
  [Number.NaN, null],
  [Number.POSITIVE_INFINITY, null],
  [Date.UTC(9999, 11, 31) + 30 * DAY, LAST],
  ["99999999999999999999", LAST],
])("The time %j is read as %j.", (value, at) => {
  expect(readTime(value)).toBe(at);
});
