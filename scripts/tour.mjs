// `npm run tour`: plays the product against the running development server, over real HTTP and a real socket, and says
// what it does. It ends with an error when anything is not as told.
import assert from "node:assert/strict";

const port = process.env.PORT ?? 8787;
const origin = `http://127.0.0.1:${port}`;
const sockets = origin.replace("http", "ws");
const stamp = Date.now().toString(36);
let step = 0;

/** The smallest real JPEG: one grey pixel. */
const JPEG = Uint8Array.from(
  atob(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q==",
  ),
  (character) => character.charCodeAt(0),
);

await main().catch((error) => {
  console.error(`\n  ✗ ${error.message}`);
  process.exit(1);
});

async function main() {
  chapter("One account for every app");
  const name = `tourist-${stamp}`;
  const email = `${name}@example.com`;
  const registered = await call("POST", "/api/auth/registration/", {
    username: name,
    email,
    password1: "a-long-ride",
    password2: "a-long-ride",
  });
  assert.equal(registered.status, 201);
  tell(`Registered ${name} at Eurorace's door; its key works at once.`);
  const [letter] = await letters(email);
  assert.match(letter.subject, /Confirm/);
  assert.equal((await fetch(letter.links[0])).status, 200);
  tell("Read the letter in the outbox and followed its link: the address is confirmed.");
  const signedIn = await call("POST", "/api/auth/signin/", { username: name, password: "a-long-ride" });
  const token = signedIn.body.access;
  tell("Signed the same person in at AlphaBet's door.");
  const client = await call("POST", "/api/v1/auth/login/", {
    phone: "+79001234567",
    password: "password123",
  });
  assert.equal(client.status, 200);
  tell(
    `Signed the sample client in by phone at Tow Truck's door: ${client.body.user.first_name}, ${client.body.user.user_type_label}.`,
  );

  chapter("An event, live");
  const start = new Date(Date.now() + 20 * 60_000);
  const event = {
    name: `Evening ride ${stamp}`,
    starting_time: start.toISOString(),
    end_time: new Date(start.getTime() + 3600_000).toISOString(),
    location: "Old bridge",
    participants: [name, "driver1"],
  };
  const key = { "idempotency-key": `tour-${stamp}` };
  const created = await call("POST", "/api/events/", event, token, key);
  assert.equal(created.status, 201);
  const again = await call("POST", "/api/events/", event, token, key);
  assert.equal(again.body.id, created.body.id);
  const { id } = created.body;
  tell(`Created "${event.name}" with two participants; the repeated request made no second one.`);

  const watcher = await open(`/ws/events/${id}/`);
  const phone = await open(`/ws/events/${id}/?since=0`, ["caravan.v1", `auth.${token}`]);
  const welcome = await phone.next((frame) => frame.t === "welcome");
  const first = await phone.next((frame) => frame.t === "entry");
  assert.equal(first.body.action, "created");
  tell(`Opened two sockets. The native one was told what it had missed: ${first.body.text}`);

  const moved = await call("PUT", `/api/event/${id}/`, { location: "New bridge" }, token);
  assert.equal(moved.status, 200);
  assert.deepEqual(await watcher.next(), { message: `Event "${event.name}" has been updated.` });
  const updated = await phone.next((frame) => frame.t === "entry");
  tell("Moved it to the new bridge: both sockets heard it, each in its own dialect.");

  phone.send({ t: "say", ref: "hello", kind: "message", body: { text: "See you there" } });
  const ack = await phone.next((frame) => frame.t === "ack");
  assert.deepEqual(await watcher.next(), { message: "See you there" });
  tell(`Said hello: acknowledged as entry ${ack.seq}, durable before anybody heard it.`);

  phone.close();
  await call("PUT", `/api/event/${id}/`, { name: `${event.name}, with tea` }, token);
  const back = await open(`/ws/events/${id}/?epoch=${welcome.epoch}&since=${updated.seq}`, [
    "caravan.v1",
    `auth.${token}`,
  ]);
  assert.equal((await back.next((frame) => frame.t === "welcome")).recovered, true);
  const missed = [
    await back.next((frame) => frame.t === "entry"),
    await back.next((frame) => frame.t === "entry"),
  ];
  assert.deepEqual(
    missed.map((entry) => entry.seq),
    [updated.seq + 1, updated.seq + 2],
  );
  tell("Lost the connection, came back, and got exactly what was missed, in order.");

  chapter("Letters and the clock");
  await fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`);
  const subjects = await until(async () => {
    const found = (await letters(email)).map((each) => each.subject);
    return found.includes("Event Reminder") && found;
  });
  assert.equal(subjects.filter((subject) => subject === "Event Reminder").length, 1);
  tell(`The clock struck; letters so far: ${subjects.length}, among them one reminder.`);
  for (const subject of subjects) console.log(`       · ${subject}`);

  await cars(stamp);

  chapter("Leaving");
  const devices = await call("GET", "/api/v1/auth/sessions/", undefined, token);
  tell(`${name} is signed in on ${devices.body.length} devices.`);
  const refused = await call("POST", "/api/auth/signin/", { username: name, password: "wrong" });
  assert.equal(refused.status, 401);
  await call("DELETE", `/api/event/${id}/`, undefined, token);
  assert.equal(await back.closed, 4004);
  tell("Deleted the event: its sockets were told, then closed with 4004.");
  assert.equal((await call("DELETE", "/api/v1/auth/profile/", undefined, token)).status, 204);
  assert.equal((await call("GET", "/api/v1/auth/sessions/", undefined, token)).status, 401);
  tell("Deleted the account: its tokens no longer open anything.");
  console.log("\n  Everything was as told.\n");
  process.exit(0);
}

/** The Rideshare app as its shipped client speaks: a cookie, flat verbs, a form upload, an edit with a picture in it. */
async function cars(stamp) {
  chapter("A car with a picture");
  const email = `driver-${stamp}@example.com`;
  await call("POST", "/api/register", { name: "Tour Driver", email, password: "a-long-ride" });
  const signedIn = await fetch(`${origin}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email, password: "a-long-ride" }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .find((each) => each.startsWith("jwt="))
    .split(";")[0];
  const post = (path, body) => call("POST", path, body, null, { cookie });

  const car = Object.fromEntries(
    [
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
    ].map((field) => [field, "any"]),
  );
  const added = await post("/api/add-carpost", {
    ...car,
    car_name: "Caravan",
    year: "2024",
    price: "1 200,50 €",
    contact: email,
  });
  assert.equal(added.status, 200);
  const started = await post("/api/upload/direct/start", {
    file_name: "car.jpg",
    file_type: "image/jpeg",
    car_post_id: added.body.id,
  });
  const form = new FormData();
  for (const [name, value] of Object.entries(started.body.fields)) form.append(name, value);
  form.append("file", new Blob([JPEG], { type: "image/jpeg" }), "car.jpg");
  const url = new URL(started.body.url, origin);
  assert.equal((await fetch(url, { method: "POST", headers: { cookie }, body: form })).status, 204);
  assert.equal((await post("/api/upload/direct/finish", { file_id: started.body.id })).status, 200);
  tell("Posted a car and uploaded its picture by the form door.");

  const picture = async () =>
    (await call("GET", `/api/get-image-by-post-id/${added.body.id}`, undefined, null, { cookie })).body.url;
  const first = await picture();
  const part = await fetch(first, { headers: { range: "bytes=0-2" } });
  assert.equal(part.status, 206);
  assert.deepEqual(new Uint8Array(await part.arrayBuffer()), JPEG.slice(0, 3));
  const again = await fetch(first, { headers: { "if-none-match": part.headers.get("etag") } });
  assert.equal(again.status, 304);
  tell("Read it back: three bytes by Range, and nothing at all by If-None-Match.");

  const edit = new FormData();
  edit.append("price", "1100");
  edit.append("image", "[object FileList]");
  edit.append("image", new Blob([JPEG], { type: "image/jpeg" }), "other.jpg");
  const edited = await fetch(`${origin}/api/update-ridepost/${added.body.id}`, {
    method: "PUT",
    headers: { cookie },
    body: edit,
  });
  assert.equal(edited.status, 200);
  assert.notEqual(await picture(), first);
  tell("Edited the price and the picture in one form: the picture has a new address.");

  assert.equal(
    (await call("DELETE", "/api/delete-ridepost", { car_post_id: added.body.id }, null, { cookie })).status,
    200,
  );
  await fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`);
  await until(async () => (await fetch(first)).status === 404);
  assert.equal((await call("DELETE", "/api/user-delete", undefined, null, { cookie })).status, 200);
  tell("Withdrew the car: its pictures are gone from the bucket, too.");
}

function chapter(title) {
  console.log(`\n  ${title}`);
}

function tell(words) {
  step += 1;
  console.log(`  ${String(step).padStart(2)}  ${words}`);
}

async function call(method, path, body, token, headers = {}) {
  const response = await fetch(origin + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`no server answers on ${origin}: start one with npm run dev`);
  });
  const words = await response.text();
  return {
    status: response.status,
    body: words.startsWith("{") || words.startsWith("[") ? JSON.parse(words) : words,
  };
}

async function letters(address) {
  return (await fetch(`${origin}/dev/outbox.json?to=${encodeURIComponent(address)}`)).json();
}

/** Asks until the answer is truthy, for ten seconds at most. */
async function until(question) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error("what should have happened did not, within ten seconds");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** A socket with its frames in a queue. */
function open(path, protocols = []) {
  const socket = new WebSocket(sockets + path, protocols);
  const frames = [];
  let wake = () => {};
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(data));
    wake();
  });
  const closed = new Promise((resolve) =>
    socket.addEventListener("close", ({ code }) => resolve(code), { once: true }),
  );
  const next = async (fits = () => true) => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const index = frames.findIndex(fits);
      if (index >= 0) return frames.splice(index, 1)[0];
      if (Date.now() > deadline) throw new Error(`no such frame came on ${path}`);
      await new Promise((resolve) => {
        wake = resolve;
        setTimeout(resolve, 250);
      });
    }
  };
  const peer = {
    next,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    close: () => socket.close(),
  };
  return new Promise((resolve, reject) => {
    socket.addEventListener("open", () => resolve(peer), { once: true });
    socket.addEventListener("error", () => reject(new Error(`the socket ${path} was refused`)), {
      once: true,
    });
  });
}
