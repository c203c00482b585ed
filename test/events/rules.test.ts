/** The pure rules of events: seats, requests, newcomers, and the differences that a change makes. */
import { describe, expect, test } from "vitest";
import { changesBetween } from "../../src/modules/events/commands/changes.ts";
import type { EventDetails } from "../../src/modules/events/details/queries.ts";
import { describeChanges } from "../../src/modules/events/mail/describe-changes.ts";
import {
  type JoinRequest,
  mayRead,
  newcomerFault,
  planFault,
  seatsTaken,
  settleRequests,
} from "../../src/modules/events/rules.ts";

const members = (...ids: number[]) => ids.map((userId) => ({ userId }));

describe("taken seats", () => {
  test.each([
    ["members alone, the organizer among them", { creatorId: 1, members: members(1, 2) }, 2],
    ["an organizer whom the set leaves out", { creatorId: 1, members: members(2, 3) }, 3],
    ["nobody for a deleted account", { creatorId: null, members: members(2) }, 1],
  ])("Taken seats count %s.", (_, seating, places) => {
    expect(seatsTaken({ ...seating, creatorIsStaff: false })).toBe(places);
  });

  test("Staff who create an event for others take no seat.", () => {
    expect(seatsTaken({ creatorId: 1, creatorIsStaff: true, members: members(2) })).toBe(1);
  });
});

const request = (id: number, changes: Partial<JoinRequest> = {}): JoinRequest => ({
  id,
  userId: 100 + id,
  status: "Pending",
  isWaiting: true,
  ...changes,
});

describe("requests after a change of an event", () => {
  const settle = (requests: JoinRequest[], seated: number[], free: number | null, replaced = false) =>
    settleRequests(requests, new Set(seated), free, replaced).map(({ id, status, isWaiting, offered }) => ({
      id,
      status,
      isWaiting,
      offered,
    }));

  test("Free seats are offered to those who wait longest, and offered seats stay reserved.", () => {
    const requests = [request(1, { isWaiting: false }), request(2), request(3), request(4)];
    expect(settle(requests, [], 2)).toEqual([{ id: 2, status: "Pending", isWaiting: false, offered: true }]);
  });

  test("Without a limit everybody on the waiting list is offered a seat.", () => {
    expect(settle([request(1), request(2)], [], null).map(({ offered }) => offered)).toEqual([true, true]);
  });

  test("A full event puts all pending requests on the waiting list.", () => {
    expect(settle([request(1, { isWaiting: false })], [], 0)).toEqual([
      { id: 1, status: "Pending", isWaiting: true, offered: false },
    ]);
  });

  test("Requests of added people are accepted, requests of removed people are declined, the others stay.", () => {
    const requests = [
      request(1),
      request(2, { status: "Accepted", isWaiting: false }),
      request(3, { status: "Declined", isWaiting: false }),
      request(4, { status: "Accepted", isWaiting: false }),
    ];
    expect(settle(requests, [101, 104], 0, true)).toEqual([
      { id: 1, status: "Accepted", isWaiting: false, offered: false },
      { id: 2, status: "Declined", isWaiting: false, offered: false },
    ]);
  });

  test("A change without a member set decides no request.", () => {
    expect(settle([request(1, { status: "Accepted", isWaiting: false })], [], 0)).toEqual([]);
  });
});

const plan = { startsAt: 10, endsAt: 20, minAge: 18, maxAge: 30, minMembers: 2, maxMembers: 4 };

test("A plan is refused for its order, ages, counts or number of members, and accepted exactly at its limits.", () => {
  expect(planFault({ ...plan, endsAt: 10 }, 0)).toBe("order");
  expect(planFault({ ...plan, minAge: 31 }, 0)).toBe("ages");
  expect(planFault({ ...plan, minMembers: 5 }, 0)).toBe("counts");
  expect(planFault(plan, 5)).toBe("crowded");
  expect(planFault(plan, 4)).toBeNull();
});

test.each([
  [17, "age"],
  [18, null],
  [30, null],
  [31, "age"],
  [null, null],
])("Naming a person of age %s gives the fault %s.", (age, fault) => {
  expect(newcomerFault(plan, age)).toBe(fault);
});

test("Anonymous callers may read public events only.", () => {
  expect(mayRead({ audience: "public" }, null)).toBe(true);
  expect(mayRead({ audience: "signed_in" }, null)).toBe(false);
});

describe("the differences of a change", () => {
  const person = (userId: number) => ({
    userId,
    username: `p${userId}`,
    hiddenUsername: null,
    email: null,
    locale: "en" as const,
    timeZone: null,
    isOrganizer: false,
    acceptedAt: null,
  });
  const event: EventDetails = {
    id: 1,
    uuid: "u",
    creatorId: 1,
    audience: "public",
    name: "Ride",
    startsAt: 0,
    endsAt: null,
    timeZone: null,
    location: "Bridge",
    createdAt: 0,
    updatedAt: 0,
    members: [person(1), person(2)],
    description: "",
    eventType: "",
    cityId: null,
    reminderLeads: null,
    price: 0,
    minAge: null,
    maxAge: null,
    minMembers: null,
    maxMembers: null,
    latitude: null,
    longitude: null,
    sequence: 0,
  };

  test("A change of only the order of members or the time of the write has no differences.", () => {
    expect(changesBetween(event, { ...event, updatedAt: 9, members: [person(2), person(1)] })).toBeNull();
  });

  test.each<[Partial<EventDetails>, string]>([
    [{ name: "Walk" }, "Changed: name (was: Ride)."],
    [{ startsAt: 60_000 }, "Changed: start (was: January 1, 1970 at 12:00 AM UTC)."],
    [{ endsAt: 60_000 }, "Changed: end (was: none)."],
    [{ location: "Hall", latitude: 1, longitude: 1 }, "Changed: location (was: Bridge)."],
    [{ latitude: 1, longitude: 1 }, "Changed: place on the map."],
    [{ timeZone: "Europe/Moscow" }, "Changed: time zone."],
    [{ price: 100, minAge: 18 }, "Changed: price; age limits."],
    [{ members: [person(2), person(3)] }, "Changed: joined: p3; left: p1."],
  ])("The difference %j is described in a sentence.", (change, words) => {
    const changes = changesBetween(event, { ...event, ...change });
    expect(changes && describeChanges(changes, "en", "UTC")).toBe(words);
  });
});
