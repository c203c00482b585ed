// `npm run bench -- --tracking`: a hundred thousand points of two hundred people through their sockets, and what lists and
// tracks cost with ten thousand of them and with all.
import { Crowd, send } from "./clients.mjs";
import { walk } from "./live.mjs";
import { median, percentile, table } from "./measure.mjs";
import { keyOf, PEOPLE } from "./world.mjs";

/** The number of points in a frame, and in the first person's track. */
const FRAME = 100;
const TRACK = 5000;
/** Points of each other person for the two readings: together ten thousand, and a hundred thousand. */
const EACH = [25, 478];
const READS = 40;
const PATIENCE = 60_000;

/** Runs the measurement and returns the text to print. */
export async function loadTracks(product, progress) {
  const people = await Promise.all(
    Array.from({ length: PEOPLE }, async (_, index) => ({
      crowd: await Crowd.open([targetOf(product, index + 1)]),
      index,
    })),
  );
  const acks = [];
  const readings = [];
  const startedAt = performance.now();
  await fill(people.slice(0, 1), TRACK, acks);
  let sent = 0;
  let spent = 0;
  for (const each of EACH) {
    progress(`${TRACK + each * (PEOPLE - 1)} points`);
    await fill(people.slice(1), each - sent, acks);
    sent = each;
    await archived(product, TRACK + each * (PEOPLE - 1));
    const from = performance.now();
    readings.push(await read(product));
    spent += performance.now() - from;
  }
  const seconds = (performance.now() - startedAt - spent) / 1000;
  await Promise.all(people.map(({ crowd }) => crowd.close()));
  return words(readings, acks, seconds);
}

function targetOf(product, userId) {
  const url = `${product.origin.replace("http", "ws")}/ws/location/`;
  return { url, protocols: ["caravan.v1", `auth.${keyOf(userId)}`] };
}

/** Sends `points` points for each person at the same time, frame after frame; adds the ms until each ack to `acks`. */
async function fill(people, points, acks) {
  const report = async ({ crowd, index }) => {
    for (let left = points; left > 0; left -= FRAME) {
      const from = performance.now();
      const batch = walk(Math.min(left, FRAME), index);
      await crowd.receives(1, "ack", () => crowd.report(`${batch[0].at}`, batch));
      acks.push(performance.now() - from);
    }
  };
  await Promise.all(people.map(report));
}

/** Waits until the database has all points. */
async function archived({ database }, points) {
  for (const startedAt = performance.now(); performance.now() - startedAt < PATIENCE; ) {
    const { count } = await database
      .prepare("SELECT coalesce(sum(count), 0) AS count FROM track_chunks")
      .first();
    if (count === points) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`there are no ${points} points after ${PATIENCE / 1000} s`);
}

const NEAR = "near=52.2,21&radius=500";
const LISTS = {
  "everybody's latest place": "latest/",
  "the latest near a place": `latest/?${NEAR}`,
  "a hundred own reports": "?limit=100",
  "own reports near a place": `?${NEAR}&limit=100`,
  "a track of 5,000": "my_track/",
};

/** Returns the ms of each list's requests, made in turns so that other load on the machine affects all of them. */
async function read(product) {
  const times = Object.fromEntries(Object.keys(LISTS).map((name) => [name, []]));
  for (let turn = 0; turn < READS; turn++) {
    for (const [name, path] of Object.entries(LISTS)) {
      const from = performance.now();
      await send("GET", `${product.origin}/api/v1/location-reports/${path}`, { key: keyOf(1) });
      times[name].push(performance.now() - from);
    }
  }
  return times;
}

function words([few, many], acks, seconds) {
  const fixed = (number) => number.toFixed(2);
  const rows = Object.keys(LISTS).map((name) => [
    name,
    ...[few, many].flatMap((times) => [median(times[name]), percentile(times[name], 0.99)]).map(fixed),
    fixed(median(many[name]) / median(few[name])),
  ]);
  const head = ["", "10,000: p50 ms", "p99 ms", "100,000: p50 ms", "p99 ms", "ratio"];
  return `
${table([head, ...rows])}

100,000 points of ${PEOPLE} people, ${FRAME} a frame, were in the database after ${seconds.toFixed(1)} s;
a frame waited ${fixed(median(acks))} ms for its ack, p99 ${fixed(percentile(acks, 0.99))} ms
`;
}
