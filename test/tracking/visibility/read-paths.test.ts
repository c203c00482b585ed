/** Every way to read a user's locations × every relation that the reader can have to that user. */
import { describe, expect, test } from "vitest";
import { archived } from "../fixtures.ts";
import {
  CONSOLE_PATHS,
  LATEST_PATHS,
  REPORT_PATHS,
  type ReadPath,
  TRACK_PATHS,
  trailOf,
} from "./read-paths.ts";
import { RELATIONS } from "./relations.ts";

const WITH_FULL_RIGHTS = new Set(["self", "staff"]);

const WITH_A_LIMITED_RIGHT = new Set(["friend", "participant by own act"]);

const product = (paths: Readonly<Record<string, ReadPath>>) =>
  Object.keys(RELATIONS).flatMap((relation) =>
    Object.entries(paths).map(([name, readPath]) => [relation, name, readPath] as const),
  );

describe("a track", () => {
  test.each(product(TRACK_PATHS))(
    "A track is seen by a %s through %s as far as the visibility rule allows.",
    async (relation, _, readPath) => {
      const found = await trailOf(relation);
      const { early, late } = found;
      const expected = WITH_FULL_RIGHTS.has(relation)
        ? [early, late]
        : WITH_A_LIMITED_RIGHT.has(relation)
          ? [late]
          : null;
      expect(await readPath(found)).toEqual(expected);
    },
  );
});

describe("single reports", () => {
  test.each(product(REPORT_PATHS))(
    "Single reports are seen by a %s through %s only if they are the owner or staff.",
    async (relation, name, readPath) => {
      const found = await trailOf(relation);
      const all = name.includes("early")
        ? [found.early]
        : name.includes("late")
          ? [found.late]
          : [found.early, found.late];
      expect(await readPath(found)).toEqual(WITH_FULL_RIGHTS.has(relation) ? all : []);
    },
  );
});

describe("latest locations", () => {
  test.each(product(LATEST_PATHS))(
    "A latest location is seen by a %s through %s unless one has blocked the other.",
    async (relation, _, readPath) => {
      const found = await trailOf(relation);
      await archived(found.owner);
      expect(await readPath(found)).toEqual(/block/.test(relation) ? [] : [found.late]);
    },
  );
});

describe("the console", () => {
  test.each(product(CONSOLE_PATHS))(
    "The console shows a %s nothing through %s unless they are staff.",
    async (relation, name, readPath) => {
      const found = await trailOf(relation);
      const all = name.includes("latest") ? [found.late] : [found.early, found.late];
      expect(await readPath(found)).toEqual(relation === "staff" ? all : null);
    },
  );
});
