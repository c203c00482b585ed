/** The pure rule of who may see whose locations: each fact alone, and the times when a right begins and ends. */
import { describe, expect, test } from "vitest";
import { placeVisibility, type VisibilityFacts } from "../../../src/modules/tracking/visibility/rules.ts";

const STRANGER: VisibilityFacts = {
  isSelf: false,
  isStaff: false,
  isActive: true,
  isBlocked: false,
  consentSince: 100,
  friendsSince: null,
  sharedEventSince: null,
  sharedEventUntil: null,
};
const FRIEND = { ...STRANGER, friendsSince: 200 };
const PARTICIPANT = { ...STRANGER, sharedEventSince: 300, sharedEventUntil: 400 };
const seen = (as: string, visibleFrom: number, until: number | null = null) => ({
  may: true,
  as,
  visibleFrom,
  until,
});
const NONE = { may: false };

describe("who may see a user's locations", () => {
  test.each<[string, VisibilityFacts, object]>([
    ["the owner sees all of them", { ...STRANGER, isSelf: true, consentSince: null }, seen("self", 0)],
    ["staff sees all of them", { ...STRANGER, isStaff: true, consentSince: null }, seen("staff", 0)],
    ["staff sees them though blocked", { ...STRANGER, isStaff: true, isBlocked: true }, seen("staff", 0)],
    ["a stranger sees none", STRANGER, NONE],
    ["a friend sees them from the friendship on", FRIEND, seen("friend", 200)],
    [
      "a friend of long ago sees them from the consent on",
      { ...FRIEND, consentSince: 900 },
      seen("friend", 900),
    ],
    ["a member of the same event sees them until the event ends", PARTICIPANT, seen("participant", 300, 400)],
    [
      "a member of the same event sees none from before the consent",
      { ...PARTICIPANT, consentSince: 350 },
      seen("participant", 350, 400),
    ],
    [
      "a friend who is also a member sees them from the earlier right on, without an end",
      { ...PARTICIPANT, friendsSince: 350 },
      seen("friend", 300),
    ],
  ])("The visibility rule holds: %s.", (_, facts, verdict) => {
    expect(placeVisibility(facts)).toEqual(verdict);
  });

  const ends: [string, Partial<VisibilityFacts>][] = [
    ["without consent", { consentSince: null }],
    ["with a block between them", { isBlocked: true }],
    ["once the owner's account is closed", { isActive: false }],
  ];
  test.each(
    ends.flatMap(([why, change]) => [
      [`a friend ${why}`, { ...FRIEND, ...change }] as const,
      [`a member of the same event ${why}`, { ...PARTICIPANT, ...change }] as const,
    ]),
  )("No place is seen by %s.", (_, facts) => {
    expect(placeVisibility(facts)).toEqual(NONE);
  });
});
