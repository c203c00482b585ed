/** A first app, made of the package alone: two people sign up, chat, send a picture, and follow an order. */
import { createCaravan, type Entry, type Progress } from "@caravan/client";

declare const process: { env: Record<string, string | undefined> };
const url = process.env.CARAVAN_URL ?? "http://127.0.0.1:8787";
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function signUp(first_name: string) {
  const caravan = createCaravan({ url, locale: "en" });
  const phone = `+7916${String(Math.floor(Math.random() * 1e7)).padStart(7, "0")}`;
  const person = { first_name, last_name: "Sample", user_type: "CLIENT", phone } as const;
  const secret = { password: "a-long-ride", password_confirm: "a-long-ride" };
  return {
    caravan,
    ...(await caravan.signUp({ ...person, ...secret, email: `${phone.slice(1)}@example.com` })),
  };
}

// Two people become friends, and say ten messages each while the line may break.
const [ann, bob] = [await signUp("Ann"), await signUp("Bob")];
const { api, live } = ann.caravan;
const request = await api.POST("/api/v1/friends/", { body: { to_user: bob.id } });
await bob.caravan.api.POST("/api/v1/friends/{id}/accept/", { params: { path: { id: request.id } } });
const chat = await api.POST("/api/v1/chats/start/", { body: { email: bob.email } });
const rooms = [live, bob.caravan.live].map((live) => live.room(`chat:${chat.id}`));
const heard: Entry[][] = rooms.map(() => []);
for (const [side, room] of rooms.entries()) room.on("entry", (entry) => heard[side]?.push(entry));
let losses = 0;
live.onState((state) => state === "waiting" && losses++);
await Promise.all(rooms.map((room) => room.ready()));
for (let n = 1; n <= 10; n++) {
  for (const room of rooms) void room.message(`Message ${n}`);
  await pause(100);
}
while (heard.some((entries) => entries.length < 20)) await pause(20);
const [annsChat, bobsChat] = heard.map((entries) =>
  entries.map(({ by, body }) => `${by} ${body.text}`).join(),
);
console.log(`the line was lost: ${losses > 0}; both heard the same: ${annsChat === bobsChat}`);

// Ann shows her face.
const face =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const file = new Blob([Uint8Array.from(atob(face), (letter) => letter.charCodeAt(0))], { type: "image/png" });
const onProgress = ({ loaded, total }: Progress) =>
  console.log(`${Math.round((100 * loaded) / total)}% sent`);
const sending = { method: "PATCH", file, name: "me.png", field: "avatar", onProgress } as const;
const { avatar } = await ann.caravan.upload("/api/v1/auth/profile/", sending);
console.log("picture:", (await fetch(avatar ?? "")).headers.get("content-type"));

// She orders a truck and follows the order: an operator confirms it, then she changes her mind.
const operator = createCaravan({ url });
await operator.signIn({ login: "operator1", password: "password123" });
const car = { make: "Lada", model: "Niva", year: 2020, license_plate: `A${Date.now() % 1e6}` };
const { id: vehicle } = await api.POST("/api/v1/vehicles/", { body: car });
const pickup = { pickup_address: "Old bridge", pickup_latitude: 55.75, pickup_longitude: 37.61 };
const delivery = { delivery_address: "Garage", delivery_latitude: 55.8, delivery_longitude: 37.7 };
const order = await api.POST("/api/v1/orders/", {
  body: { vehicle, vehicle_type: 1, ...pickup, ...delivery },
});
const params = { path: { uuid: order.id } };
const confirm = { params, body: { status: "CONFIRMED" } } as const;
live.room(`order:${order.id}`).on("entry", async ({ kind, body: { status } }) => {
  if (kind === "status") console.log("order:", status);
  if (status === "CONFIRMED") await api.POST("/api/v1/orders/{uuid}/cancel/", { params });
  if (status === "CANCELLED") for (const { caravan } of [ann, bob]) caravan.close();
});
await live.room(`order:${order.id}`).ready();
await operator.api.PATCH("/api/v1/orders/{uuid}/update-status/", confirm);
