/** The root of Eurorace's API, which lists its collections. */
import { expect, test } from "vitest";
import { get } from "../../../harness/api.ts";

test.each(["/api/", "/api"])(
  "GET %s lists the two collections for everybody, even with an invalid key.",
  async (path) => {
    const answer = await get(path, { key: "0".repeat(40) });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      "location-reports": "http://caravan.test/api/location-reports/",
      tasks: "http://caravan.test/api/tasks/",
    });
  },
);
