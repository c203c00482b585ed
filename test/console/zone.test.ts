/** Times in a time zone, as the console's inputs show and take them. */
import { expect, test } from "vitest";
import { instantAt, wallTime } from "../../src/console/zone.ts";

const at = (iso: string) => Date.parse(iso);

test.each([
  ["2031-05-01T12:00:00Z", "Europe/Moscow", "2031-05-01T15:00"],
  ["2031-01-01T02:00:00Z", "America/New_York", "2030-12-31T21:00"],
  ["2031-07-01T00:00:00Z", "Asia/Kolkata", "2031-07-01T05:30"],
  ["2031-05-01T00:00:00Z", "UTC", "2031-05-01T00:00"],
  // The clocks of Berlin go back on 26 October 2031, at one in UTC.
  ["2031-10-26T00:59:00Z", "Europe/Berlin", "2031-10-26T02:59"],
])("An input shows %s in %s as %s, and takes that as the same instant.", (iso, zone, wall) => {
  expect(wallTime(at(iso), zone)).toBe(wall);
  expect(instantAt(wall, zone)).toBe(at(iso));
});

test("A time that clocks skip in spring is an hour later on them.", () => {
  const skipped = instantAt("2031-03-30T02:30", "Europe/Berlin");
  expect(wallTime(skipped, "Europe/Berlin")).toBe("2031-03-30T03:30");
});
