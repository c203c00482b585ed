/** Packed stretches of a trail. */
import { expect, test } from "vitest";
import { packTrail, type TrailPoint, unpackTrail } from "../../../src/modules/dispatch/live/trail-codec.ts";

/** A drive through a town, a position a second. */
const drive = (seconds: number): TrailPoint[] =>
  Array.from({ length: seconds }, (_, second) => ({
    at: 1_764_000_000_000 + second * 1000 + (second % 7),
    latitude: Number((55.75 + Math.sin(second / 60) / 200).toFixed(7)),
    longitude: Number((37.6 + Math.cos(second / 45) / 150).toFixed(7)),
    speed: second % 11 === 0 ? null : Number((9 + Math.sin(second / 5)).toFixed(2)),
    heading: second % 13 === 0 ? null : (second * 3) % 360,
  }));

const roundTrip = async (points: readonly TrailPoint[]) =>
  unpackTrail(new Uint8Array(await packTrail(points)));

test("A packed trail is read as it was: times, places, speeds, headings and what was not measured.", async () => {
  for (const points of [drive(300), drive(1), []]) expect(await roundTrip(points)).toEqual(points);
});

test("Places on the edges of the globe and times out of order are kept.", async () => {
  const points = [
    { at: 5, latitude: -90, longitude: 180, speed: 0, heading: 0 },
    { at: 3, latitude: 90, longitude: -180, speed: 10_000, heading: 360 },
  ];
  expect(await roundTrip(points)).toEqual(points);
});

test("Digits beyond a centimetre are rounded.", async () => {
  const [point] = await roundTrip([
    { at: 1, latitude: 1 / 3, longitude: 2 / 3, speed: 1 / 3, heading: null },
  ]);
  expect(point).toEqual({ at: 1, latitude: 0.3333333, longitude: 0.6666667, speed: 0.33, heading: null });
});

test("A position of a drive takes less than sixteen bytes.", async () => {
  expect((await packTrail(drive(300))).length / 300).toBeLessThan(16);
});
