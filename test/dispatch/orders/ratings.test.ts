/** Ratings: one per completed order, by its client; they stay with the driver at the time. */
import { expect, test } from "vitest";
import { newPerson, type Person } from "../../authorization/world.ts";
import { get, post, rows } from "../../harness/api.ts";
import { at, orderIn, type Scene, type Step, scene } from "../scene.ts";

const rate = (by: Person, id: string, changes: object = {}) =>
  post(
    at(id, "rating/"),
    { driver_rating: 5, service_rating: 4, comment: "Спасибо", ...changes },
    { token: by.token },
  );

const average = async ({ driver }: Scene) =>
  (await get("/api/v1/dashboard/stats/", { token: driver.token })).body.avg_rating;

test("A completed order is rated, and the body needs no order id.", async () => {
  const there = await scene();
  const id = await orderIn(there, "COMPLETED");
  const answer = await rate(there.client, id, { order: crypto.randomUUID() });
  expect([answer.status, answer.body]).toEqual([
    201,
    {
      id: expect.any(Number),
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
      driver_rating: 5,
      service_rating: 4,
      comment: "Спасибо",
      order: id,
    },
  ]);
  expect((await get(at(id), { token: there.client.token })).body.rating).toEqual(answer.body);
});

test("An order is rated once: of several concurrent ratings one succeeds, later ones are refused.", async () => {
  const there = await scene();
  const id = await orderIn(there, "COMPLETED");
  const responses = await Promise.all(Array.from({ length: 5 }, () => rate(there.client, id)));
  expect(responses.map(({ status }) => status).sort()).toEqual([201, 400, 400, 400, 400]);
  const refused = responses.find(({ status }) => status === 400);
  expect(refused?.body).toEqual({ order: ["Rating с таким Order уже существует."] });
  expect(await rows("SELECT id FROM ratings WHERE order_id = ?", id)).toHaveLength(1);
});

test.each(["PENDING", "ASSIGNED", "IN_PROGRESS", "CANCELLED"] as Step[])(
  "An order that is %s can't be rated: it is not found.",
  async (status) => {
    const there = await scene();
    const id = await orderIn(there, status);
    const answer = await rate(there.client, id);
    expect([answer.status, answer.body]).toEqual([404, { detail: "Страница не найдена." }]);
  },
);

test("Only an order's client may rate it.", async () => {
  const there = await scene();
  const id = await orderIn(there, "COMPLETED");
  for (const by of [there.driver, there.operator, await newPerson("stranger")])
    expect((await rate(by, id)).status).toBe(404);
});

test.each([
  [{ driver_rating: 0 }, { driver_rating: ["Убедитесь, что это значение больше либо равно 1."] }],
  [{ service_rating: 6 }, { service_rating: ["Убедитесь, что это значение меньше либо равно 5."] }],
  [{ driver_rating: undefined }, { driver_rating: ["Обязательное поле."] }],
  [{ driver_rating: "good" }, { driver_rating: ["Введите правильное число."] }],
])("A rating with %j is refused.", async (changes, errors) => {
  const there = await scene();
  const answer = await rate(there.client, await orderIn(there, "COMPLETED"), changes);
  expect([answer.status, answer.body]).toEqual([400, errors]);
});

test("A rating stays with the driver when the truck gets another driver.", async () => {
  const there = await scene();
  await rate(there.client, await orderIn(there, "COMPLETED"), { driver_rating: 5 });
  await rate(there.client, await orderIn(there, "COMPLETED"), { driver_rating: 4 });
  expect(await average(there)).toBe(4.5);
  const heir = await newPerson("driver");
  await rows("UPDATE tow_trucks SET driver_id = ? WHERE id = ?", heir.id, there.truck);
  expect(await average(there)).toBe(4.5);
  expect(await average({ ...there, driver: heir })).toBe(0);
});
