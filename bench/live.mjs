// Workloads over sockets besides events: points of tracks, and chats of two, in their own rooms and through a person's own socket.
import { setTimeout } from "node:timers/promises";
import { Crowd } from "./clients.mjs";
import { keyOf, PAIRS, PEOPLE, pairsChat } from "./world.mjs";

const DAY = 24 * 3600_000;
/** What first entries cause is over after this long, ms. */
const ARCHIVED = 3000;
/** Enough sockets for one person that none exceeds its limit of frames a second. */
const SOCKETS = 40;

/** Returns makers of workloads by name, as `workloads` does. */
export function liveWorkloads({ product, bare, fresh }) {
  const track = (userId) => target("/ws/location/", userId, `track-${userId}`);
  const everybody = Array.from({ length: PEOPLE }, (_, index) => track(index + 1));
  const oneTrack = Array(SOCKETS).fill(track(1));
  const talkers = PAIRS.flatMap((pair, index) => pair.map((userId) => [userId, pairsChat(index)]));

  return {
    "point → ack, one track": () => both(oneTrack, 1, report([walker()], 1)),
    "50 points a frame → ack, one track": () => both(oneTrack, 1, report([walker()], 50), { scale: 50 }),
    "point → ack, 200 tracks": () => both(everybody, 1, report(walkers(), 1), { begins: PEOPLE }),
    "200 points at once → acks, 200 tracks": () =>
      both(everybody, PEOPLE, report(walkers(), 1), { scale: PEOPLE, begins: PEOPLE }),
    "say → ack, a chat of two": () =>
      both(
        talkers.map(([userId, id]) => target(`/ws/chat/${id}/`, userId, `chat-${id}`)),
        1,
        (crowd) => crowd.say(fresh()),
      ),
    "say → ack through /ws/me/": () =>
      both(
        talkers.map(([userId, id]) => target("/ws/me/", userId, `me-${id}`, `chat:${id}`)),
        1,
        (crowd) => crowd.say(fresh()),
      ),
  };

  /** Reports the next points of each walk, in the order of the sockets. Both sides walk the same ways, each alone. */
  function report(walks, points) {
    const turns = new Map();
    return (crowd) => {
      const turn = turns.get(crowd) ?? 0;
      turns.set(crowd, turn + 1);
      crowd.report(fresh(), walks[turn % walks.length](points));
    };
  }

  /** Returns the product's URL and the bare room's that corresponds to it. */
  function target(path, userId, name, room) {
    const origin = (host) => host.origin.replace("http", "ws");
    const protocols = ["caravan.v1", `auth.${keyOf(userId)}`];
    return {
      product: { url: `${origin(product)}${path}`, protocols, room },
      bare: { url: `${origin(bare)}/room/${name}` },
    };
  }

  /**
   * Sends `times` frames and waits for as many acks. `begins`: so many rooms have stored and archived their first entry
   * before; otherwise a short run is about nothing else.
   */
  async function both(targets, times, send, { scale = 1, begins = 0 } = {}) {
    const here = await Crowd.open(targets.map((each) => each.product));
    const there = await Crowd.open(targets.map((each) => each.bare));
    const burst =
      (crowd, frames = times) =>
      () =>
        crowd.receives(frames, "ack", () => {
          for (let frame = 0; frame < frames; frame++) send(crowd);
        });
    if (begins > 0) {
      await Promise.all([here, there].map((crowd) => burst(crowd, begins)()));
      await setTimeout(ARCHIVED);
    }
    const work = { product: burst(here), bare: burst(there) };
    return { work, scale, undo: () => Promise.all([here.close(), there.close()]) };
  }
}

/** Ms between two points. */
const STEP = 1000;

/** One walk for each person. */
const walkers = () => Array.from({ length: PEOPLE }, (_, person) => walker(person));

/**
 * A slow walk: returns a function that gives its next points, a second apart, as a phone sends them. Each person walks
 * elsewhere; those who walk again go on where all have been, so that nobody is in two places at one time.
 */
export function walker(person = 0) {
  let steps = walked;
  return (count) => {
    const points = next(count, steps, person);
    steps += count;
    walked = Math.max(walked, steps);
    return points;
  };
}
let walked = 0;

/** The next points of a walk that all share. */
export function walk(count, person = 0) {
  const points = next(count, walked, person);
  walked += count;
  return points;
}

function next(count, from, person) {
  return Array.from({ length: count }, (_, index) => {
    const steps = from + index + 1;
    const at = new Date(BEGAN + steps * STEP).toISOString();
    // Back and forth, a metre at a time.
    return {
      latitude: 52.2 + Math.sin(steps / 1000) / 100,
      longitude: 21 + person / 20,
      at,
      accuracy: 5,
      speed: 1,
      heading: 0,
    };
  });
}
const BEGAN = Date.now() - 20 * DAY;
