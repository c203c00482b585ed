// A racer with Eurorace's app: live positions, a late batch, the track, and a task with a photo.
import assert from "node:assert/strict";
import {
  ask,
  call,
  chapter,
  JPEG,
  letters,
  open,
  openNative,
  PASSWORD,
  rest,
  stamp,
  tell,
  until,
} from "./kit.mjs";

const START = { latitude: 52.2297, longitude: 21.0122 };
const LIVE = 20;
const LATE = 50;
const reports = "/api/location-reports";

/** Returns a place `steps` times about seventy metres east of the start. */
const along = (steps) => ({ ...START, longitude: START.longitude + steps / 1000 });

export async function aTrack() {
  chapter("On the road");
  const username = `racer-${stamp}`;
  const email = `${username}@example.com`;
  const form = { username, email, password1: PASSWORD, password2: PASSWORD };
  const { key } = await ask("POST", "/api/auth/registration/", { body: form });
  const by = `Token ${key}`;
  const { pk: id } = await ask("GET", "/api/auth/user/", { by });
  const [letter] = await letters(email);
  assert.equal((await fetch(letter.links[0])).status, 200);
  tell(`Registered ${username} with Eurorace and followed the mailed link.`);

  const live = await open("/ws/location/", { protocols: ["Token", key] });
  for (let point = 0; point < LIVE; point++) {
    live.send({ type: "location_update", ...along(point) });
    await rest(100);
  }
  for (let point = 0; point < LIVE; point++)
    assert.deepEqual(await live.next(), { type: "location_saved", success: true });
  tell(`Reported ${LIVE} positions in two seconds on ws/location/: each was answered location_saved.`);

  const native = await openNative("/ws/location/", key);
  const points = Array.from({ length: LATE }, (_, index) => ({
    ...along(index - LATE),
    at: new Date(Date.now() - (LATE + 10 - index) * 60_000).toISOString(),
  }));
  native.send({ t: "points", ref: "late", points });
  assert.equal((await native.next((frame) => frame.t === "ack")).ref, "late");
  tell(`After a tunnel: ${LATE} older points with their own times went in one frame of caravan.v1.`);

  const ofMine = ({ user }) => user === id;
  const latest = await until(async () => (await ask("GET", `${reports}/latest/`, { by })).find(ofMine));
  assert.equal(latest.location.longitude, along(LIVE - 1).longitude);
  tell("latest/ shows the newest place; the late batch did not move it back.");

  const track = await ask("GET", `${reports}/my_track/`, { by });
  assert.equal(track.total_points, LIVE + LATE);
  const times = track.coordinates.map(({ timestamp }) => Date.parse(timestamp));
  assert.deepEqual(times, times.toSorted());
  assert.equal(track.coordinates[0].longitude, points[0].longitude);
  const gpx = await ask("GET", `${reports}/my_track/?format=gpx`, { by });
  assert.equal(gpx.match(/<trkpt /g).length, LIVE + LATE);
  tell(`my_track/ has all ${track.total_points} points in the order of their times, and the same as GPX.`);

  await aTask(by, live);
  assert.equal((await call("DELETE", "/api/v1/auth/profile/", { by })).status, 204);
  assert.equal(await live.closed, 4001);
  tell("Deleted the account; the open sockets closed with 4001.");
}

async function aTask(by, live) {
  const admin = { username: "admin", password: "caravan-admin-1" };
  const staff = `Token ${(await ask("POST", "/api/auth/login/", { body: admin })).key}`;
  const place = along(LIVE + 5);
  const task = { title: `Arch ${stamp}`, description: "A photo of the arch.", location: place, radius: 50 };
  const { id } = await ask("POST", "/api/tasks/", { body: task, by: staff });
  assert.deepEqual(await live.next(), { type: "task_assigned", task_id: id, title: task.title });
  live.send({ type: "location_update", ...place });
  assert.equal((await live.next((frame) => frame.type === "task_arrived")).task_id, id);
  tell("Staff created a task with a geofence; the racer was notified of it, and again on arrival.");

  const form = new FormData();
  form.append("photo", new Blob([JPEG], { type: "image/jpeg" }), "arch.jpg");
  form.append("latitude", String(place.latitude));
  form.append("longitude", String(place.longitude));
  const photo = await ask("POST", `/api/tasks/${id}/upload_photo/`, { body: form, by });
  assert.equal((await fetch(photo.url)).status, 200);
  const done = await live.next((frame) => frame.type === "task_status_updated");
  assert.deepEqual([done.task_id, done.status], [id, "completed"]);
  const completed = await ask("GET", "/api/tasks/completed/", { by });
  assert.ok(completed.some((each) => each.id === id && each.user_status === "completed"));
  await ask("DELETE", `/api/tasks/${id}/`, { by: staff });
  tell("Sent the photo from there: the task is completed, and the socket got the change.");
}
