/** The sample fleet that the app's presets rely on, inserted once. */
import { expect, test } from "vitest";
import { loadSamples } from "../../../src/samples.ts";
import { get, patch, post } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { freshSamples } from "./builders.ts";

const signIn = async (phone: string): Promise<string> =>
  (await post("/api/v1/auth/login/", { phone, password: "password123" })).body.access;

test("The sample tariffs, truck and vehicle are those that the app expects.", async () => {
  expect(await freshSamples()).toEqual(
    expect.arrayContaining([
      "Легковой автомобиль",
      "Внедорожник/Кроссовер",
      "Лёгкий грузовик",
      "Э001КХ199",
      "А123ВС777",
    ]),
  );
  const token = await signIn("+79001234567");
  const tariffs = await Promise.all([1, 2, 3].map((id) => get(`/api/v1/vehicle-types/${id}/`, { token })));
  expect(tariffs.map(({ body }) => [body.name, body.max_weight, body.base_price, body.per_km_rate])).toEqual([
    ["Легковой автомобиль", 3.5, "2500.00", "120.00"],
    ["Внедорожник/Кроссовер", 4.5, "3000.00", "150.00"],
    ["Лёгкий грузовик", 6, "4000.00", "180.00"],
  ]);
  const trucks = await get("/api/v1/tow-trucks/?vehicle_type=3", { token });
  expect(trucks.body.results).toMatchObject([
    {
      license_plate: "Э001КХ199",
      model: "КАМАЗ-Эвакуатор",
      capacity: 5,
      status: "AVAILABLE",
      current_location_lat: null,
      last_location_update: null,
      driver: { username: "driver1", first_name: "Владимир", phone: "", email: "" },
    },
  ]);
  expect(trucks.body.results[0].vehicle_types.map(({ id }: { id: number }) => id)).toEqual([2, 1, 3]);
  const car = await get("/api/v1/vehicles/00000000-0000-0000-0000-000000000001/", { token });
  expect(car.body).toMatchObject({
    make: "Toyota",
    model: "Camry",
    year: 2022,
    color: "Белый",
    license_plate: "А123ВС777",
    owner: { username: "client1", first_name: "Ирина" },
  });
});

test("Loading the samples again inserts nothing and reverts no change.", async () => {
  await freshSamples();
  const token = await signIn("+79001234569");
  await patch("/api/v1/vehicle-types/1/", { base_price: "2700.00" }, { token });
  expect(await loadSamples(jobContext().ctx)).toEqual([]);
  expect((await get("/api/v1/vehicle-types/1/", { token })).body.base_price).toBe("2700.00");
});
