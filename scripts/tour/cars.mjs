// A car with a picture, as the shipped Rideshare client does it: a cookie, flat routes, a form upload, and an edit with
// a picture.
import assert from "node:assert/strict";
import { ask, call, chapter, JPEG, origin, PASSWORD, stamp, strikeClock, tell, until } from "./kit.mjs";

const DETAILS = [
  "model",
  "engine",
  "fuel",
  "body",
  "transmission",
  "color",
  "emission_standard",
  "gear_number",
  "seat_number",
  "milleage",
  "power",
];

export async function aCar() {
  chapter("A car with a picture");
  const email = `seller-${stamp}@example.com`;
  const person = { name: "Tour Driver", email, password: PASSWORD };
  await ask("POST", "/api/register", { body: person });
  const signedIn = await call("POST", "/api/login", { body: person });
  const cookie = signedIn.headers
    .getSetCookie()
    .find((each) => each.startsWith("jwt="))
    .split(";")[0];
  const headers = { cookie };

  const details = Object.fromEntries(DETAILS.map((field) => [field, "any"]));
  const car = { ...details, car_name: "Caravan", year: "2024", price: "1 200,50 €", contact: email };
  const { id } = await ask("POST", "/api/add-carpost", { body: car, headers });
  const announced = { file_name: "car.jpg", file_type: "image/jpeg", car_post_id: id };
  const started = await ask("POST", "/api/upload/direct/start", { body: announced, headers });
  const form = new FormData();
  for (const [name, value] of Object.entries(started.fields)) form.append(name, value);
  form.append("file", new Blob([JPEG], { type: "image/jpeg" }), "car.jpg");
  assert.equal((await call("POST", started.url, { body: form, headers })).status, 204);
  await ask("POST", "/api/upload/direct/finish", { body: { file_id: started.id }, headers });
  tell("Posted a car and uploaded its picture by the upload form.");

  const picture = async () => (await ask("GET", `/api/get-image-by-post-id/${id}`, { headers })).url;
  const first = await picture();
  const part = await fetch(first, { headers: { range: "bytes=0-2" } });
  assert.equal(part.status, 206);
  assert.deepEqual(Buffer.from(await part.arrayBuffer()), JPEG.subarray(0, 3));
  const again = await fetch(first, { headers: { "if-none-match": part.headers.get("etag") } });
  assert.equal(again.status, 304);
  tell("Read it back: three bytes by Range, and nothing at all by If-None-Match.");

  const edit = new FormData();
  edit.append("price", "1100");
  edit.append("image", "[object FileList]");
  edit.append("image", new Blob([JPEG], { type: "image/jpeg" }), "other.jpg");
  await ask("PUT", `/api/update-ridepost/${id}`, { body: edit, headers });
  assert.notEqual(await picture(), first);
  tell("Edited the price and the picture in one form: the picture has a new address.");

  await ask("DELETE", "/api/delete-ridepost", { body: { car_post_id: id }, headers });
  await strikeClock();
  await until(async () => (await fetch(new URL(first, origin))).status === 404);
  await ask("DELETE", "/api/user-delete", { headers });
  tell("Deleted the car post: its pictures are deleted from the bucket too.");
}
