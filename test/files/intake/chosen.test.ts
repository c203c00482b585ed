/** An untouched file input: a part without name and bytes is not a file, and a named empty file is refused. */
import { expect, test } from "vitest";
import { fileOrNull } from "../../../src/platform/http/input/fields.ts";
import { REQUIRED } from "../../dialects/rideshare/posts/cars.ts";
import { EVENTS, plan } from "../../events/fixtures.ts";
import { person, post } from "../../harness/api.ts";
import { multipart } from "../../harness/forms.ts";
import { filesOf } from "../world.ts";

const untouched = () => new File([], "", { type: "application/octet-stream" });
const texts = (fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));

test.each([
  ["/api/v1/carposts/", () => ({ ...REQUIRED, image: untouched() })],
  [EVENTS, () => ({ ...texts(plan()), image: untouched() })],
  ["/api/v1/documents/", () => ({ name: "Licence", file: untouched() })],
])("A form of %s whose file input nobody touched is taken without a file.", async (path, fields) => {
  const who = await person();
  expect((await post(path, multipart(fields()), { token: who.token })).status).toBe(201);
  expect(await filesOf(who)).toEqual([]);
});

test("Only a part with a name or with bytes is a file.", () => {
  expect(fileOrNull(untouched())).toBeNull();
  expect(fileOrNull("picture")).toBeNull();
  expect(fileOrNull(new File([], "a.png"))).not.toBeNull();
  expect(fileOrNull(new File(["x"], ""))).not.toBeNull();
});
