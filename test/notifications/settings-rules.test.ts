/** The rule of notification settings, without a database. */
import { describe, expect, test } from "vitest";
import {
  CHANNELS,
  channelsOf,
  hasChannel,
  KIND_NAMES,
} from "../../src/modules/notifications/settings/kinds.ts";
import {
  isQuiet,
  isWanted,
  type NotificationSettings,
} from "../../src/modules/notifications/settings/rules.ts";

const DEFAULTS: NotificationSettings = { receives: true, chosen: {}, quietHours: null, timeZone: "UTC" };
const at = (time: string) => Date.parse(`2026-06-15T${time}:00Z`);
const night = { from: 22 * 60, to: 7 * 60 };

describe("what is wanted", () => {
  test.each(KIND_NAMES)("Everything of the kind %s is wanted until somebody chooses otherwise.", (kind) => {
    expect(channelsOf(kind).length).toBeGreaterThan(0);
    for (const channel of channelsOf(kind)) expect(isWanted(kind, channel, DEFAULTS, at("03:00"))).toBe(true);
  });

  test("A channel that is turned off for one kind stays on for its other channels and for other kinds.", () => {
    const settings = { ...DEFAULTS, chosen: { event_changes: { push: false } } };
    expect(isWanted("event_changes", "push", settings, at("12:00"))).toBe(false);
    expect(isWanted("event_changes", "email", settings, at("12:00"))).toBe(true);
    expect(isWanted("reminders", "push", settings, at("12:00"))).toBe(true);
  });

  test("Turning notifications off holds back pushes and no letters.", () => {
    const settings = { ...DEFAULTS, receives: false };
    expect(isWanted("reminders", "push", settings, at("12:00"))).toBe(false);
    expect(isWanted("reminders", "email", settings, at("12:00"))).toBe(true);
  });

  test("Quiet hours hold back pushes and no letters.", () => {
    const settings = { ...DEFAULTS, quietHours: night };
    expect(isWanted("reminders", "push", settings, at("23:00"))).toBe(false);
    expect(isWanted("reminders", "email", settings, at("23:00"))).toBe(true);
    expect(isWanted("reminders", "push", settings, at("12:00"))).toBe(true);
  });

  test("Only channels that a kind has are named by it.", () => {
    expect(hasChannel("event_changes", "email")).toBe(true);
    expect(hasChannel("chat_messages", "email")).toBe(false);
    expect(hasChannel("toString", "push")).toBe(false);
    expect(CHANNELS).toEqual(["push", "email"]);
  });
});

describe("quiet hours", () => {
  test.each([
    ["21:59", false],
    ["22:00", true],
    ["00:00", true],
    ["06:59", true],
    ["07:00", false],
  ])("From 22:00 to 07:00 it is quiet at %s: %s.", (time, quiet) => {
    expect(isQuiet({ quietHours: night, timeZone: "UTC" }, at(time))).toBe(quiet);
  });

  test.each([
    ["12:59", false],
    ["13:00", true],
    ["14:59", true],
    ["15:00", false],
  ])("From 13:00 to 15:00 it is quiet at %s: %s.", (time, quiet) => {
    expect(isQuiet({ quietHours: { from: 780, to: 900 }, timeZone: "UTC" }, at(time))).toBe(quiet);
  });

  test("Quiet hours are meant by the clock on the person's wall, in summer and in winter.", () => {
    const berlin = { quietHours: night, timeZone: "Europe/Berlin" };
    expect(isQuiet(berlin, Date.parse("2026-07-01T20:30:00Z"))).toBe(true);
    expect(isQuiet(berlin, Date.parse("2026-01-01T20:30:00Z"))).toBe(false);
    expect(isQuiet({ ...berlin, timeZone: "Asia/Kathmandu" }, Date.parse("2026-01-01T16:15:00Z"))).toBe(true);
    expect(isQuiet({ ...berlin, timeZone: "Asia/Kathmandu" }, Date.parse("2026-01-01T16:14:00Z"))).toBe(
      false,
    );
  });
});
