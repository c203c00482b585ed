/** The pure rules of ages and friend requests. */
import { describe, expect, test } from "vitest";
import {
  ageOn,
  birthdaysOfAge,
  pairOf,
  type RequestFacts,
  requestVerdict,
} from "../../src/modules/social/rules.ts";

const on = (day: string) => Date.parse(`${day}T12:00:00Z`);

describe("an age", () => {
  test.each([
    ["2026-11-21", "2000-11-21", 26],
    ["2026-11-20", "2000-11-21", 25],
    ["2026-11-22", "2000-11-21", 26],
    ["2027-02-28", "2004-02-29", 22],
    ["2027-03-01", "2004-02-29", 23],
    ["2028-02-29", "2004-02-29", 24],
    ["2026-11-21", null, null],
  ])("The age on %s of a person born on %s is %s.", (day, birthday, age) => {
    expect(ageOn(on(day), birthday)).toBe(age);
  });

  test.each([
    ["2026-11-21", 30, { from: "1995-11-21", to: "1996-11-21" }],
    ["2028-02-29", 1, { from: "2026-02-28", to: "2027-02-28" }],
    ["2028-02-29", 3, { from: "2024-02-29", to: "2025-02-28" }],
    ["2026-11-21", 0, { from: "2025-11-21", to: "2026-11-21" }],
  ])("On %s the age filter %i matches a range of birthdays.", (day, age, days) => {
    expect(birthdaysOfAge(on(day), age)).toEqual(days);
  });

  test.each([99_999, -99_999, -999_999_999_999_999, Number.MAX_SAFE_INTEGER])(
    "The impossible age %i still gives a range of birthdays.",
    (age) => {
      const { from, to } = birthdaysOfAge(on("2026-11-21"), age);
      for (const day of [from, to]) expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    },
  );
});

describe("a friend request", () => {
  const strangers: RequestFacts = {
    self: false,
    exists: true,
    friends: false,
    blocked: false,
    sentBefore: false,
    askedBack: false,
  };
  test.each<[string, Partial<RequestFacts>, string]>([
    ["to a stranger waits", {}, "pending"],
    ["to a person who has asked the sender makes a friendship", { askedBack: true }, "mutual"],
    ["to a missing person is refused", { exists: false, self: true }, "missing"],
    ["to the sender themselves is refused", { self: true }, "self"],
    [
      "across a block is refused, also when the other had asked",
      { blocked: true, askedBack: true },
      "forbidden",
    ],
    ["is sent once, whatever the answer was", { sentBefore: true, friends: true }, "repeated"],
    ["to a friend is refused", { friends: true }, "friends"],
  ])("A request %s.", (_, facts, verdict) => {
    expect(requestVerdict({ ...strangers, ...facts })).toBe(verdict);
  });
});

test("A pair is the same from either side.", () => {
  expect(pairOf(7, 3)).toEqual({ low: 3, high: 7 });
  expect(pairOf(3, 7)).toEqual({ low: 3, high: 7 });
});
