import { createCaravan } from "@caravan/client";

const url = "http://127.0.0.1:8787";
const [client, driver, operator] = [1, 2, 3].map(() => createCaravan({ url }));
await client.signIn({ login: "client1", password: "password123" });
await driver.signIn({ login: "driver1", password: "password123" });
await operator.signIn({ login: "operator1", password: "password123" });

// The driver's app: on duty, it reports places, hears of offers, and takes the first one.
const { tow_trucks } = await driver.api.POST("/api/v1/driver/duty/", { body: { on_duty: true } });
const truck = driver.live.room(`truck:${tow_trucks[0].id}`);
await truck.points([{ latitude: 55.7726, longitude: 37.6325, at: Date.now() }]);
driver.live.own.on("entry", async () => {
  const { results } = await driver.api.GET("/api/v1/offers/");
  if (results.length === 0) return;
  const path = { uuid: results[0].order };
  await driver.api.POST("/api/v1/orders/{uuid}/offer/accept/", { params: { path } });
});

// The client's app: orders, and follows the order in its room.
const vehicles = await client.api.GET("/api/v1/vehicles/");
const order = await client.api.POST("/api/v1/orders/", {
  body: {
    vehicle: vehicles.results[0].id,
    vehicle_type: 1,
    pickup_address: "Krasnye Vorota",
    pickup_latitude: 55.769,
    pickup_longitude: 37.649,
    delivery_address: "Taganskaya",
    delivery_latitude: 55.7423,
    delivery_longitude: 37.6535,
  },
});
const path = { uuid: order.id };
const room = client.live.room(`order:${order.id}`);
const assigned = new Promise((resolve) => {
  room.on("entry", ({ kind, body }) => {
    if (kind === "status") console.log("order", body.status);
    if (body.status === "ASSIGNED") resolve();
  });
});
await room.ready();

// The operator confirms, and the closest truck gets the offer.
const body = { status: "CONFIRMED" };
await operator.api.PATCH("/api/v1/orders/{uuid}/update-status/", { params: { path }, body });
await operator.api.POST("/api/v1/orders/{uuid}/dispatch/", { params: { path } });
await assigned;

await client.api.POST("/api/v1/orders/{uuid}/cancel/", { params: { path } });
for (const caravan of [client, driver, operator]) caravan.close();
