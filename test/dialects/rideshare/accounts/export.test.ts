/** A driver's export: the shapes of the API, without columns that exist for searching. */
import { expect, test } from "vitest";
import { get, post } from "../../../harness/api.ts";
import { addCar, driver, KEYS, OPTIONS, REQUIRED, TIME } from "../posts/cars.ts";

test("The export has posts, calculations and documents in their usual shapes.", async () => {
  const ann = await driver();
  const id = await addCar(ann, OPTIONS);
  const entry = (await post("/api/calculator/", { app_income: "1000", commission: "35" }, ann.with)).body;
  const { file, ...document } = (
    await post("/api/documents/", { name: "Licence", expiration_date: "2031-01-01" }, ann.with)
  ).body;
  const { body } = await get("/api/v1/users/me/export/", ann.with);
  expect(file).toBeNull();
  expect(body.car_posts).toEqual([{ ...REQUIRED, ...OPTIONS, id, user_id: ann.id, created_at: TIME }]);
  expect(Object.keys(body.car_posts[0])).toEqual(KEYS);
  expect(body.calculator_entries).toEqual([entry]);
  expect(body.documents).toEqual([document]);
});
