/** The latest value, no faster than the receiver asks for. */
import { describe, expect, test } from "vitest";
import { Pacer } from "../../src/platform/pacer.ts";
import { virtualClock } from "../harness/virtual-clock.ts";

/** A receiver that asks for a value a second, and what it got when. */
function receiver(pause = 1000) {
  const time = virtualClock();
  const got: [number, string][] = [];
  const pacer = new Pacer<string>({
    clock: time.clock,
    send: async (value) => {
      got.push([time.clock.now(), value]);
      return pause;
    },
  });
  return { time, got, pacer };
}

describe("a pacer", () => {
  test("The first value goes at once; of those that follow within the pause only the last one goes.", async () => {
    const { time, got, pacer } = receiver();
    for (const value of ["a", "b", "c"]) void pacer.put(value);
    await time.advance(5000);
    expect(got).toEqual([
      [0, "a"],
      [1000, "c"],
    ]);
  });

  test("After a pause a value goes at once again.", async () => {
    const { time, got, pacer } = receiver();
    void pacer.put("a");
    await time.advance(1500);
    void pacer.put("b");
    await time.advance(0);
    expect(got).toEqual([
      [0, "a"],
      [1500, "b"],
    ]);
  });

  test("A receiver that asks for fewer gets fewer.", async () => {
    const { time, got, pacer } = receiver(8000);
    for (let second = 0; second < 60; second++) {
      void pacer.put(String(second));
      await time.advance(1000);
    }
    expect(got.map(([at]) => at)).toEqual([0, 8000, 16_000, 24_000, 32_000, 40_000, 48_000, 56_000]);
  });

  test("Values that wait are merged as the sender says.", async () => {
    const time = virtualClock();
    const got: string[][] = [];
    const pacer = new Pacer<string[]>({
      clock: time.clock,
      merge: (waiting, next) => [...waiting, ...next],
      send: async (values) => {
        got.push(values);
        return 1000;
      },
    });
    for (const value of ["a", "b", "c"]) void pacer.put([value]);
    await time.advance(3000);
    expect(got).toEqual([["a"], ["b", "c"]]);
  });

  test("After a failure the next value goes a second later.", async () => {
    const time = virtualClock();
    const got: [number, string][] = [];
    const pacer = new Pacer<string>({
      clock: time.clock,
      send: async (value) => {
        got.push([time.clock.now(), value]);
        if (value === "a") throw new Error("nobody there");
        return 1000;
      },
    });
    void pacer.put("a");
    await time.advance(100);
    void pacer.put("b");
    await time.advance(5000);
    expect(got).toEqual([
      [0, "a"],
      [1000, "b"],
    ]);
  });

  test("A value that comes while another is on its way waits for the pause.", async () => {
    const time = virtualClock();
    const got: [number, string][] = [];
    let arrive = () => {};
    const pacer = new Pacer<string>({
      clock: time.clock,
      send: (value) =>
        new Promise((done) => {
          got.push([time.clock.now(), value]);
          arrive = () => done(1000);
        }),
    });
    void pacer.put("a");
    await time.advance(300);
    void pacer.put("b");
    arrive();
    await time.advance(5000);
    expect(got).toEqual([
      [0, "a"],
      [1300, "b"],
    ]);
  });
});
