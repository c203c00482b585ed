// `npm run bench -- --rows`: the rows that actions write, with everything that follows from them. The tests in
// `test/budgets/` keep budgets of the same; here they are counted on the Worker as it is deployed.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { Crowd, send } from "./clients.mjs";
import { countingFront, countsOf } from "./counting.mjs";
import { walk } from "./live.mjs";
import { table } from "./measure.mjs";
import { startProduct } from "./platform.mjs";
import { DRIVER, eventDraft, keyOf, orderDraft, PAIRS, POST, pairsChat, seed, signIn } from "./world.mjs";

const TIMES = 20;
/** What follows from an action is over when nothing was counted for so long, ms: archives pause for less. */
const QUIET = 12_000;

/** Counts a list of actions; returns what to print. */
export async function countRows(progress) {
  const folder = mkdtempSync(join(tmpdir(), "caravan-rows-"));
  const product = await startProduct({ folder, front: countingFront, port: 0 });
  try {
    await seed(product.database);
    const token = await signIn(product.origin);
    const rows = [["an action, of twenty a second apart", "D1 rows", "object rows", "alarms", "D1 calls"]];
    for (const [name, prepare] of Object.entries(actions(product, token))) {
      progress(name);
      const { act, undo } = await prepare();
      await quiet(product);
      await countsOf(product, { reset: true });
      for (let time = 0; time < TIMES; time++) await Promise.all([act(time), setTimeout(1000)]);
      const { d1Rows, objectRows, alarms, trips } = await quiet(product);
      rows.push([name, ...[d1Rows, objectRows, alarms, trips].map((count) => (count / TIMES).toFixed(2))]);
      await undo?.();
    }
    return `\n${table(rows)}\n`;
  } finally {
    await product.stop();
  }
}

/** Waits until nothing is counted any more; returns the counts. */
async function quiet(product) {
  let counts = await countsOf(product);
  for (let calm = 0; calm < QUIET; calm += 1000) {
    await setTimeout(1000);
    const now = await countsOf(product);
    if (JSON.stringify(now) !== JSON.stringify(counts)) calm = 0;
    counts = now;
  }
  return counts;
}

function actions({ origin }, token) {
  const ws = origin.replace("http", "ws");
  const target = (path, userId) => ({
    url: `${ws}${path}`,
    protocols: ["caravan.v1", `auth.${keyOf(userId)}`],
  });
  const post = (path, body, options) => async () => ({
    act: () => send("POST", `${origin}${path}`, { status: 201, body: body(), ...options }),
  });
  const crowd = (targets, speak) => async () => {
    const people = await Crowd.open(targets);
    return {
      act: (time) => people.receives(1, "ack", () => speak(people, `rows-${targets[0].url}-${time}`)),
      undo: () => people.close(),
    };
  };
  const [pair] = PAIRS;
  const chat = `/ws/chat/${pairsChat(0)}/`;
  return {
    "chat message, both listen": crowd(
      pair.map((userId) => target(chat, userId)),
      (people, ref) => people.say(ref),
    ),
    "point of a track": crowd([target("/ws/location/", 1)], (people, ref) => people.report(ref, walk(1))),
    "frame of 50 points": crowd([target("/ws/location/", 2)], (people, ref) => people.report(ref, walk(50))),
    "driver's position by REST": async () => ({
      act: () =>
        send("POST", `${origin}/api/v1/location/update/`, {
          key: keyOf(DRIVER),
          body: { latitude: 55.75 + Math.random() / 100, longitude: 37.61 },
        }),
    }),
    "event with 3 participants": post("/api/events/", eventDraft, { token }),
    "order, placed": post("/api/v1/orders/", () => orderDraft(3), { key: keyOf(3) }),
    "car post": post("/api/v1/carposts/", () => POST, { token }),
  };
}
