// One tow job from the order to the rating: a client, a driver and an operator, their sockets, and a stranger with a link.
import assert from "node:assert/strict";
import { ask, call, chapter, openNative, PASSWORD, stamp, tell } from "./kit.mjs";
import { aPush } from "./pushes.mjs";
import { aTicket } from "./support.mjs";

/** A new place in every run, so that no truck of an earlier run is near. */
const CAR = { latitude: 54 + Math.random() * 4, longitude: 40 + Math.random() * 15 };
const GARAGE = { latitude: CAR.latitude + 0.05, longitude: CAR.longitude + 0.05 };
const TARIFF = 1;

/** Returns a point on the route from the car to the garage; `part` from 0 to 1. */
const onTheWay = (part) => ({
  latitude: CAR.latitude + part * (GARAGE.latitude - CAR.latitude),
  longitude: CAR.longitude + part * (GARAGE.longitude - CAR.longitude),
});

export async function aTowJob() {
  chapter("A car that won't start");
  const client = await register("CLIENT", "Вера");
  const driver = await register("DRIVER", "Глеб");
  const operator = await signIn({ phone: "+79001234569", password: "password123" });
  const truck = await ask("POST", "/api/v1/tow-trucks/", {
    body: {
      license_plate: `T${stamp}`,
      model: "ГАЗон Next",
      capacity: 5,
      status: "AVAILABLE",
      vehicle_types: [TARIFF],
      driver: driver.id,
    },
    by: operator.by,
  });
  await ask("POST", "/api/v1/location/update/", { body: onTheWay(-0.2), by: driver.by });
  tell(
    "A client and a driver registered by phone; the operator gave the driver a truck, and it reported its position.",
  );

  const order = await placeOrder(client);
  const path = `/api/v1/orders/${order.id}`;
  const hers = await openNative(`/ws/orders/${order.id}/location/`, client.token);
  const his = await openNative("/ws/me/", driver.token);
  await dispatch({ order, path, operator, driver, hers, his });
  await drive({ path, truck, client, driver, hers });
  await settle({ path, client, driver, operator });
  const { status } = await ask("GET", `/api/v1/tow-trucks/${truck.id}/`, { by: driver.by });
  assert.equal(status, "AVAILABLE");
  await ask("PATCH", `/api/v1/tow-trucks/${truck.id}/`, { body: { status: "MAINTENANCE" }, by: operator.by });
  await aTicket(client, operator, order.id);
  await aPush(await register("CLIENT", "Нина"), operator);
}

async function register(userType, firstName) {
  const phone = `+7916${String(Math.floor(Math.random() * 1e7)).padStart(7, "0")}`;
  const secret = { password: PASSWORD, password_confirm: PASSWORD };
  const body = { phone, ...secret, user_type: userType, first_name: firstName, last_name: "Турист" };
  return toPerson(await ask("POST", "/api/v1/auth/register/", { body }));
}

async function signIn(body) {
  return toPerson(await ask("POST", "/api/v1/auth/login/", { body }));
}

const toPerson = ({ user, access }) => ({ id: user.id, token: access, by: `Bearer ${access}` });

async function placeOrder({ by }) {
  const car = { make: "Lada", model: "Niva", year: 2021, license_plate: `C${stamp}` };
  const { id: vehicle } = await ask("POST", "/api/v1/vehicles/", { body: car, by });
  const wish = { vehicle_type: TARIFF, distance_km: 6.5, ...GARAGE };
  const { price, currency } = await ask("POST", "/api/v1/pricing/estimate/", { body: wish, by });
  const order = await ask("POST", "/api/v1/orders/", {
    body: {
      vehicle,
      vehicle_type: TARIFF,
      pickup_address: "У моста",
      pickup_latitude: CAR.latitude,
      pickup_longitude: CAR.longitude,
      delivery_address: "Гараж",
      delivery_latitude: GARAGE.latitude,
      delivery_longitude: GARAGE.longitude,
      final_price: "1.00",
    },
    by,
  });
  assert.deepEqual([order.status, order.final_price], ["PENDING", null]);
  tell(
    `The client added a car, asked for the price (${price} ${currency}) and ordered; a price in her request was ignored.`,
  );
  return order;
}

/** Confirmed, offered, accepted. */
async function dispatch({ order, path, operator, driver, hers, his }) {
  await ask("PATCH", `${path}/update-status/`, { body: { status: "CONFIRMED" }, by: operator.by });
  assert.equal((await hers.entry("status")).body.status, "CONFIRMED");
  const { offer } = await ask("POST", `${path}/dispatch/`, { by: operator.by });
  const notice = await his.next((frame) => frame.body?.about === `order:${order.id}`);
  const { results } = await ask("GET", "/api/v1/offers/", { by: driver.by });
  assert.deepEqual([results.length, results[0].order], [1, order.id]);
  tell(
    `The operator confirmed and searched for trucks; the driver, ${offer.distance} m away, read: "${notice.body.message}"`,
  );

  await ask("POST", `${path}/offer/accept/`, { by: driver.by });
  assert.equal((await hers.entry("status")).body.status, "ASSIGNED");
  const late = await call("POST", `${path}/offer/accept/`, { by: driver.by });
  assert.equal(late.status, 409);
  tell("The driver accepted it, once; the client's socket got the assignment.");
}

/** Arrived, started with the client's code, and watched by the client and by everybody with the link. */
async function drive({ path, truck, client, driver, hers }) {
  const { url } = await ask("POST", `${path}/share/`, { body: { shows_name: true }, by: client.by });
  assert.equal((await fetch(url)).status, 200);
  const token = url.split("/").at(-1);
  const stranger = await openNative(`/ws/track/${token}`);
  tell("The client made a public link; somebody without an account opened its map.");

  await ask("POST", `${path}/arrived/`, { by: driver.by });
  await hers.entry("arrived");
  const guess = await call("POST", `${path}/start/`, { body: { code: "no" }, by: driver.by });
  assert.equal(guess.status, 400);
  const { start_code: code } = await ask("GET", `${path}/`, { by: client.by });
  await ask("POST", `${path}/start/`, { body: { code }, by: driver.by });
  assert.equal((await hers.entry("status")).body.status, "IN_PROGRESS");
  tell("The driver arrived; a wrong code was refused; with the client's code the work began.");

  const wheel = await openNative(`/ws/tow-trucks/${truck.id}/location/`, driver.token);
  const seen = [];
  for (const part of [0.3, 0.6, 0.9]) {
    wheel.send({ t: "points", ref: `p${part}`, points: [onTheWay(part)] });
    await wheel.next((frame) => frame.ref === `p${part}` && frame.t === "ack");
    const { latitude } = onTheWay(part);
    const isThere = (frame) => frame.kind === "position" && frame.body.latitude === latitude;
    seen.push((await hers.next(isThere)).body);
    await stranger.next(isThere);
  }
  assert.ok(seen.every((place, index) => index === 0 || place.eta_seconds < seen[index - 1].eta_seconds));
  const shared = await sharedWhen(token, ({ truck }) => truck?.latitude === onTheWay(0.9).latitude);
  assert.deepEqual([shared.first_name, "pickup_address" in shared], ["Вера", false]);
  const minutes = seen.map((place) => Math.ceil(place.eta_seconds / 60)).join(", ");
  tell(`He drove; the client and the stranger saw the truck move, with ${minutes} minutes to go.`);

  await ask("PATCH", `${path}/update-status/`, { body: { status: "COMPLETED" }, by: driver.by });
  assert.equal((await hers.entry("status")).body.status, "COMPLETED");
  tell("Delivered: the order is completed and the truck free.");
}

/** The shared order as soon as it is so: in a flow of positions the database is up to ten seconds behind the sockets. */
async function sharedWhen(token, isSo) {
  const last = Date.now() + 15_000;
  while (true) {
    const shared = await ask("GET", `/api/v1/track/${token}/`);
    if (isSo(shared) || Date.now() > last) {
      assert.ok(isSo(shared), "the shared order stayed behind");
      return shared;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function settle({ path, client, driver, operator }) {
  const { estimated_price: amount } = await ask("GET", `${path}/`, { by: client.by });
  const body = { amount, payment_method: "CARD", status: "COMPLETED" };
  const payment = await ask("POST", `${path}/payments/`, { body, by: client.by });
  assert.deepEqual([payment.status, payment.paid_at], ["PENDING", null]);
  const settling = { body: { status: "COMPLETED" } };
  const place = `${path}/payments/${payment.id}/`;
  assert.equal((await call("PATCH", place, { ...settling, by: driver.by })).status, 403);
  const settled = await ask("PATCH", place, { ...settling, by: operator.by });
  assert.ok(settled.paid_at);
  tell(`The client paid ${amount}: PENDING, whatever her request says, until the operator confirmed it.`);

  const stars = { body: { driver_rating: 5, service_rating: 4, comment: "Быстро" }, by: client.by };
  assert.equal((await call("POST", `${path}/rating/`, stars)).status, 201);
  assert.equal((await call("POST", `${path}/rating/`, stars)).status, 400);
  const { avg_rating: average } = await ask("GET", "/api/v1/dashboard/stats/", { by: driver.by });
  assert.equal(average, 5);
  tell("She rated the job, once; the driver has his first five stars.");
}
