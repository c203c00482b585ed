/** Placing an order: its answer, price, notice and refusals. */
import { beforeAll, describe, expect, test } from "vitest";
import { get, post, rows } from "../../harness/api.ts";
import {
  carOf,
  newOrder,
  noticesOf,
  ORDERS,
  place,
  ROUTE,
  roomUpdatesOf,
  type Scene,
  scene,
  stateOf,
  tariffRow,
} from "../scene.ts";

let there: Scene;
beforeAll(async () => {
  there = await scene();
});

describe("placing an order", () => {
  test("A placed order is answered as it was sent, with id, status and the server's price.", async () => {
    const body = newOrder(there, { priority: "HIGH", scheduled_time: "2031-01-01T10:00:00+03:00" });
    const answer = await post(ORDERS, body, { token: there.client.token });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      ...ROUTE,
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      status: "PENDING",
      vehicle: there.vehicle,
      vehicle_type: there.tariff,
      description: "Не заводится двигатель",
      priority: "HIGH",
      estimated_price: "2500.00",
      final_price: null,
      scheduled_time: "2031-01-01T07:00:00.000Z",
    });
  });

  test("Placing an order notifies its client and nobody else.", async () => {
    const own = await scene();
    const id = await place(own);
    expect(await noticesOf(own.client.id)).toEqual([
      {
        type: "ORDER_CREATED",
        title: "Заказ создан",
        message: `Заказ ${id} успешно отправлен в обработку.`,
        about: `order:${id}`,
      },
    ]);
    expect(await noticesOf(own.driver.id)).toEqual([]);
    expect(await noticesOf(own.operator.id)).toEqual([]);
    expect(await roomUpdatesOf(id)).toMatchObject([
      { kind: "status", body: { status: "PENDING", order: id } },
    ]);
  });

  test("The price of an order is that of the straight-line distance.", async () => {
    const tariff = await tariffRow(12_000);
    const id = await place({ ...there, tariff });
    // 1.59 km at 120.00 each, and 2500.00.
    expect((await stateOf(id)).estimated_price).toBe(250_000 + 159 * 120);
  });

  test("Price, status and truck in a new order's body are ignored.", async () => {
    const forged = {
      estimated_price: "1.00",
      final_price: "1.00",
      status: "COMPLETED",
      tow_truck: there.truck,
      client: there.driver.id,
      completed_at: "2020-01-01T00:00:00Z",
    };
    const id = await place(there, forged);
    expect(await stateOf(id)).toMatchObject({
      status: "PENDING",
      estimated_price: 250_000,
      final_price: null,
      tow_truck_id: null,
      completed_at: null,
      client_id: there.client.id,
    });
  });

  test("A vehicle may be named by the integer that its uuid stands for.", async () => {
    const [{ id: free } = { id: 0 }] = await rows<{ id: number }>(
      "SELECT abs(random()) % 1000000000 + 7 AS id",
    );
    const id = `00000000-0000-0000-0000-${free.toString(16).padStart(12, "0")}`;
    const car = await carOf(there.client);
    await rows("UPDATE client_vehicles SET id = ? WHERE id = ?", id, car);
    const { status, body } = await post(ORDERS, newOrder(there, { vehicle: free }), {
      token: there.client.token,
    });
    expect([status, body.vehicle]).toEqual([201, id]);
  });

  const BAD: [string, object, object][] = [
    ["no car", { vehicle: undefined }, { vehicle: ["Обязательное поле."] }],
    ["a car that is no uuid", { vehicle: "1" }, { vehicle: ["Значение “1” не является верным UUID-ом."] }],
    [
      "a tariff that is not there",
      { vehicle_type: 99_999_999 },
      { vehicle_type: ['Недопустимый первичный ключ "99999999" - объект не существует.'] },
    ],
    ["no address", { pickup_address: " " }, { pickup_address: ["Это поле не может быть пустым."] }],
    [
      "a latitude beyond the pole",
      { pickup_latitude: 9999 },
      { pickup_latitude: ["Убедитесь, что это значение меньше либо равно 90."] },
    ],
    [
      "a longitude beyond the line",
      { delivery_longitude: -180.5 },
      { delivery_longitude: ["Убедитесь, что это значение больше либо равно -180."] },
    ],
    [
      "a latitude in words",
      { pickup_latitude: "north" },
      { pickup_latitude: ["Требуется численное значение."] },
    ],
    [
      "no such priority",
      { priority: "ASAP" },
      { priority: ["Значения ASAP нет среди допустимых вариантов."] },
    ],
    [
      "a time that is none",
      { scheduled_time: "tomorrow" },
      {
        scheduled_time: [
          "Неправильный формат datetime. Используйте один из этих форматов:  YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
        ],
      },
    ],
    [
      "a time that has gone by",
      { scheduled_time: "2020-01-01T10:00:00Z" },
      { scheduled_time: ["Время не может быть в прошлом."] },
    ],
  ];
  test.each(BAD)("A new order with %s is refused.", async (_, changes, errors) => {
    const answer = await post(ORDERS, newOrder(there, changes), { token: there.client.token });
    expect([answer.status, answer.body]).toEqual([400, errors]);
  });

  test("Somebody else's vehicle is refused in the same words as an unknown one.", async () => {
    const refused = { vehicle: ["Можно выбрать только собственное ТС."] };
    for (const vehicle of [await carOf(there.driver), crypto.randomUUID()]) {
      const answer = await post(ORDERS, newOrder(there, { vehicle }), { token: there.client.token });
      expect([answer.status, answer.body]).toEqual([400, refused]);
    }
  });

  test("The path of new orders accepts only POST.", async () => {
    const answer = await get(ORDERS, { token: there.client.token });
    expect([answer.status, answer.body]).toEqual([405, { detail: 'Метод "GET" не разрешен.' }]);
  });
});
