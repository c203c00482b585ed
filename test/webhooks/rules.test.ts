/** When a delivery is tried again, and when an endpoint is dead. */
import { describe, expect, test } from "vitest";
import { lengthOf, outcomeOf, verdictOn } from "../../src/modules/webhooks/delivery/rules.ts";

const schedule = [5_000, 300_000];
const now = Date.UTC(2026, 10, 29, 12);
const judge = (status: number | null, attempts = 1, retryAfter: string | null = null, chance = 0) =>
  outcomeOf({ status, retryAfter }, attempts, schedule, now, chance);

describe("what follows from an answer", () => {
  test.each([200, 201, 202, 204, 299])("An answer %s accepts.", (status) => {
    expect(judge(status)).toEqual({ state: "accepted" });
  });

  test.each([null, 199, 301, 302, 307, 400, 401, 404, 408, 429, 500, 503])(
    "An answer %s is tried again after the first wait.",
    (status) => {
      expect(judge(status)).toEqual({ state: "pending", wait: 5_000 });
    },
  );

  test("Each attempt has its own wait, and after the last the delivery has failed.", () => {
    expect(judge(500, 2)).toEqual({ state: "pending", wait: 300_000 });
    expect(judge(500, 3)).toEqual({ state: "failed" });
    expect(judge(200, 3)).toEqual({ state: "accepted" });
  });

  test("An answer 410 fails at once.", () => {
    expect(judge(410)).toEqual({ state: "failed" });
  });

  test("Waits are stretched by at most a tenth.", () => {
    expect(judge(500, 2, null, 1)).toEqual({ state: "pending", wait: 330_000 });
  });

  test.each([
    ["120", 120_000],
    ["1", 5_000],
    ["0", 5_000],
    [new Date(now + 60_000).toUTCString(), 60_000],
    [new Date(now - 60_000).toUTCString(), 5_000],
    ["999999999", 24 * 3600_000],
    ["soon", 5_000],
    ["-5", 5_000],
    ["", 5_000],
  ])("Retry-After: %j makes the wait %s ms.", (retryAfter, wait) => {
    expect(judge(503, 1, retryAfter)).toEqual({ state: "pending", wait });
  });
});

describe("endpoints that accept nothing", () => {
  const length = lengthOf(schedule);
  const at = (failing: number | null, warned: number | null = null) =>
    verdictOn(
      {
        failingSince: failing === null ? null : now - failing,
        warnedAt: warned === null ? null : now - warned,
      },
      schedule,
      now,
    );

  test("One that accepts is left alone.", () => {
    expect(at(null)).toBe(null);
  });

  test("Its owner is told after a third of the schedule, once.", () => {
    expect(at(length / 3 - 1)).toBe(null);
    expect(at(length / 3)).toBe("warn");
    expect(at(length / 2, 1)).toBe(null);
  });

  test("It is switched off after all of the schedule, and never before its owner had time.", () => {
    expect(at(length - 1, length / 3)).toBe(null);
    expect(at(length, length / 3)).toBe("disable");
    expect(at(10 * length)).toBe("warn");
    expect(at(10 * length, length / 3 - 1)).toBe(null);
  });
});
