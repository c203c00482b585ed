/** A caller without the right gets 403 whatever else is wrong; a caller with the right gets the error itself. */
import { describe, expect, test } from "vitest";
import { USERS } from "../dialects/find-friend/people.ts";
import { createEvent, eventPath, type Guest, guest } from "../events/fixtures.ts";
import { call } from "../harness/api.ts";
import { FORBIDDEN, NOT_FOUND } from "./social.ts";

const BLANK = { first_name: "", name: "" };

const things = {
  "a profile": async (owner: Guest) => `${USERS}${owner.id}/`,
  "an event": async (owner: Guest) => eventPath(await createEvent(owner)),
};

describe.each(Object.entries(things))("%s", (_, make) => {
  test.each([
    ["PUT", "a body that lacks fields", { body: {} }, 400],
    ["PUT", "wrong fields", { body: BLANK }, 400],
    ["PATCH", "wrong fields", { body: BLANK }, 400],
    ["PATCH", "a list", { body: [] }, 400],
    ["PATCH", "broken JSON", { body: "{", headers: { "content-type": "application/json" } }, 400],
    ["PATCH", "an unknown kind of body", { body: "x", headers: { "content-type": "text/plain" } }, 415],
  ])("A %s with %s is forbidden to a stranger.", async (method, __, sent, status) => {
    const [owner, stranger] = [await guest(), await guest()];
    const path = await make(owner);
    const theirs = await call(method, path, { ...sent, ...stranger.with });
    expect([theirs.status, theirs.body]).toEqual([403, FORBIDDEN]);
    expect((await call(method, path, { ...sent, ...owner.with })).status).toBe(status);
  });
});

test.each([`${USERS}999999999/`, eventPath(999_999_999)])(
  "The path %s does not exist and is a 404.",
  async (path) => {
    const answer = await call("PUT", path, { body: {}, ...(await guest()).with });
    expect([answer.status, answer.body]).toEqual([404, NOT_FOUND]);
  },
);
