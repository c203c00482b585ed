/** The road of the playground's truck, and the page's texts. Pure. */
import { expect, test } from "vitest";
import { nearestOnRing, placeAt, RING, SQUARES, toMetres, wayTo } from "../../src/play/truck/ring.ts";
import { say } from "../../src/play/words.ts";

test("A drive around the ring passes every square and never jumps.", () => {
  const places = Array.from({ length: Math.ceil(RING / 50) + 1 }, (_, n) => toMetres(placeAt(n * 50)));
  const steps = places.slice(1).map((place, n) => {
    const before = places[n] ?? place;
    return Math.hypot(place.x - before.x, place.y - before.y);
  });
  expect(Math.max(...steps)).toBeLessThanOrEqual(50.01);
  for (const square of SQUARES) {
    const { x, y } = toMetres(square);
    expect(Math.min(...places.map((place) => Math.hypot(place.x - x, place.y - y)))).toBeLessThan(50);
  }
});

test("A place on the ring is found again, and one beside it is the nearest on it.", () => {
  for (const along of [0, 1234, RING / 2, RING - 1])
    expect(nearestOnRing(placeAt(along))).toBeCloseTo(along, 0);
  const beside = placeAt(500);
  expect(Math.abs(nearestOnRing({ ...beside, latitude: beside.latitude + 0.001 }) - 500)).toBeLessThan(112);
});

test("The way between two points of the ring is the shorter one.", () => {
  expect(wayTo(100, 400)).toBeCloseTo(300);
  expect(wayTo(400, 100)).toBeCloseTo(-300);
  expect(wayTo(RING - 100, 100)).toBeCloseTo(200);
  expect(wayTo(100, RING - 100)).toBeCloseTo(-200);
});

test.each([
  [1, "1 waits to be sent", "1 ждёт отправки"],
  [3, "3 wait to be sent", "3 ждут отправки"],
  [11, "11 wait to be sent", "11 ждут отправки"],
])("The number of messages that wait has the right form for %i.", (n, english, russian) => {
  expect([say("en", "live.queued", { n }), say("ru", "live.queued", { n })]).toEqual([english, russian]);
});
