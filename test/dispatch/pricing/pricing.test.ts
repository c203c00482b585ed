/** Prices: exact to the kopeck, rounded once, by tariff, distance and weather. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { estimate } from "../../../src/modules/dispatch/pricing/queries.ts";
import { priceOf } from "../../../src/modules/dispatch/pricing/rules.ts";
import { post } from "../../harness/api.ts";
import { jobContext } from "../../harness/job-context.ts";
import { client, operator, tariff } from "../fleet/builders.ts";
import { blueSky, provider, weatherSettings } from "./weather-providers.ts";

const path = "/api/v1/pricing/estimate/";
const MOSCOW = { latitude: 55.75, longitude: 37.61 };

afterEach(() => vi.restoreAllMocks());

describe("the price rule", () => {
  test.each([
    ["the documented example", [250_000, 12_000, 1235, 100], 398_200, 148_200],
    ["the app's own SUV", [300_000, 15_000, 1235, 100], 485_250, 185_250],
    ["a half kopeck goes up", [1, 0, 1, 150], 2, 0],
    ["and what is less goes down", [1, 0, 1, 149], 1, 0],
    ["the way is rounded for the eye only", [0, 1, 50, 100], 1, 1],
    ["and does not count twice", [0, 1, 50, 130], 1, 1],
    ["storms cost", [250_000, 12_000, 1235, 130], 517_660, 148_200],
    [
      "the largest figures stay exact",
      [9_999_999_999, 9_999_999_999, 999_999, 135],
      135_013_364_986_499,
      99_999_899_990_000,
    ],
  ])(
    "The price is exact: %s.",
    (_, [basePrice = 0, perKmRate = 0, distance = 0, multiplier = 0], price, distanceComponent) => {
      expect(priceOf({ basePrice, perKmRate, distance, multiplier })).toEqual({ price, distanceComponent });
    },
  );

  test("The price agrees with exact integer arithmetic on random input.", () => {
    for (let nth = 0; nth < 200; nth += 1) {
      const [base, rate, distance] = [1e7, 1e6, 999_999].map((most) => Math.floor(Math.random() * most)) as [
        number,
        number,
        number,
      ];
      const exact = (BigInt(base) * 100n + BigInt(rate) * BigInt(distance)) * 115n;
      const [whole, left] = [exact / 10_000n, exact % 10_000n];
      const expected = Number(left * 2n >= 10_000n ? whole + 1n : whole);
      const facts = { basePrice: base, perKmRate: rate, distance, multiplier: 115 };
      expect(priceOf(facts).price, JSON.stringify(facts)).toBe(expected);
    }
  });
});

describe("an estimate", () => {
  test("An estimate has the fields that the app's start page reads.", async () => {
    const type = await tariff(await operator());
    provider(() => Response.json(blueSky));
    const body = { vehicle_type: type.id, distance_km: 12.35, ...MOSCOW };
    const answer = await post(path, body, { token: (await client()).token, settings: weatherSettings() });
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        price: "3982.00",
        currency: "RUB",
        breakdown: {
          base_price: "2500.00",
          distance_component: "1482.00",
          multiplier: "1.00",
          distance_km: "12.35",
          weather: blueSky,
        },
      },
    ]);
  });

  test("An estimate is higher in the rain.", async () => {
    const type = await tariff(await operator());
    provider(() => Response.json({ ...blueSky, current: { ...blueSky.current, weather_code: 63 } }));
    const body = { vehicle_type: type.id, distance_km: "12.35", ...MOSCOW };
    const answer = await post(path, body, { token: (await client()).token, settings: weatherSettings() });
    expect(answer.body).toMatchObject({ price: "4579.30", breakdown: { multiplier: "1.15" } });
  });

  test("An estimate uses the multiplier 1 while no weather provider answers.", async () => {
    const type = await tariff(await operator());
    provider(() => Response.error());
    const body = { vehicle_type: String(type.id), distance_km: "10", ...MOSCOW };
    const answer = await post(path, body, { token: (await client()).token, settings: weatherSettings() });
    expect([answer.status, answer.body.price]).toEqual([200, "3700.00"]);
    expect(answer.body.breakdown).toMatchObject({ multiplier: "1.00", distance_km: "10.00", weather: {} });
  });

  test.each([
    [{ vehicle_type: undefined }, { vehicle_type: ["Обязательное поле."] }],
    [{ vehicle_type: null }, { vehicle_type: ["Это поле не может быть пустым."] }],
    [
      { vehicle_type: 999_999 },
      { vehicle_type: ['Недопустимый первичный ключ "999999" - объект не существует.'] },
    ],
    [
      { vehicle_type: "abc" },
      { vehicle_type: ["Некорректный тип. Ожидалось значение первичного ключа, получен str."] },
    ],
    [{ distance_km: 0 }, { distance_km: ["Убедитесь, что это значение больше либо равно 0.01."] }],
    [{ distance_km: -5 }, { distance_km: ["Убедитесь, что это значение больше либо равно 0.01."] }],
    [{ distance_km: "1.234" }, { distance_km: ["Убедитесь, что вы ввели не более 2 цифры после запятой."] }],
    [{ distance_km: "12345" }, { distance_km: ["Убедитесь, что вы ввели не более 4 цифры перед запятой."] }],
    [{ distance_km: "12345.67" }, { distance_km: ["Убедитесь, что вы ввели не более 6 цифры."] }],
    [{ distance_km: "far" }, { distance_km: ["Требуется численное значение."] }],
    [{ distance_km: true }, { distance_km: ["Требуется численное значение."] }],
    [{ latitude: 90.01 }, { latitude: ["Убедитесь, что это значение меньше либо равно 90."] }],
    [{ latitude: undefined }, { latitude: ["Обязательное поле."] }],
    [{ longitude: -180.5 }, { longitude: ["Убедитесь, что это значение больше либо равно -180."] }],
    [{ longitude: "east" }, { longitude: ["Требуется численное значение."] }],
  ])("An estimate with %j is refused.", async (change, errors) => {
    const by = await operator();
    const type = await tariff(by);
    const body = { vehicle_type: type.id, distance_km: 5, ...MOSCOW, ...change };
    const answer = await post(path, body, { token: by.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
  });

  test("An estimate is refused when the body is not an object.", async () => {
    const { status, body } = await post(path, [], { token: (await client()).token });
    expect([status, body]).toEqual([
      400,
      { non_field_errors: ["Недопустимые данные. Ожидался dictionary, но был получен list."] },
    ]);
  });

  test("An estimate is refused for an unknown tariff.", async () => {
    const facts = { vehicleTypeId: 999_999, distance: 100, ...MOSCOW };
    expect(await estimate(jobContext().ctx, facts)).toBeNull();
  });
});
