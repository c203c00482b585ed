/** Which relay a socket goes to. */
import { describe, expect, test } from "vitest";
import { direct, relayAt } from "../../../src/platform/realtime/relay/directions.ts";

const counts = (...each: number[]) => new Map(each.map((count, index) => [index + 1, count]));

describe("the relay of one more socket", () => {
  test.each([
    { sockets: [], start: 0, direction: { relay: 1, of: 1 } },
    { sockets: [9], start: 7, direction: { relay: 1, of: 1 } },
    { sockets: [10], start: 0, direction: { relay: 2, of: 2 } },
    { sockets: [10, 3], start: 0, direction: { relay: 2, of: 2 } },
    { sockets: [5, 6], start: 1, direction: { relay: 2, of: 2 } },
    { sockets: [9, 0, 3], start: 5, direction: { relay: 2, of: 2 } },
    { sockets: [0, 0, 3], start: 5, direction: { relay: 1, of: 1 } },
    { sockets: [20, 10], start: 0, direction: { relay: 3, of: 4 } },
  ])("Of relays of ten with $sockets, a search that begins at $start finds $direction.", (given) => {
    expect(direct(counts(...given.sockets), 10, given.start)).toEqual(given.direction);
  });

  test("Whatever the counts, it has a place, and its number is within the width.", () => {
    for (let round = 0; round < 2000; round++) {
      const sockets = Array.from({ length: round % 7 }, (_, index) => (round * 31 + index * 17) % 23);
      const { relay, of } = direct(counts(...sockets), 10, round * 7919);
      expect(relay).toBeGreaterThan(0);
      expect(relay).toBeLessThanOrEqual(of);
      expect(sockets[relay - 1] ?? 0).toBeLessThan(10);
    }
  });

  test("One person's sockets meet in one relay while the width stays.", () => {
    expect(new Set([1, 2, 3].map(() => relayAt(4711, 5))).size).toBe(1);
  });
});
