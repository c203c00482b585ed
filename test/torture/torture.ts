/**
 * Attacks the delivery promise: acknowledged entries are in the history exactly once, every client sees every entry once, in
 * order, without a gap, and D1 equals the journals in the end. Seeded: the same seed makes the same faults.
 */

import { seededRandom } from "../harness/random.ts";
import type { Violations } from "./clients/client.ts";
import { NativeClient } from "./clients/native.ts";
import { PhoneClient } from "./clients/phone.ts";
import { RawClient } from "./clients/raw.ts";
import { TrackClient } from "./clients/track.ts";
import { evict, LULLS, lull, PATIENCE, settle, wait } from "./faults.ts";
import { pairUp, startChat, type TestedChat } from "./people.ts";
import { verifyDelivery } from "./verify.ts";
import { World } from "./world.ts";

export interface Plan {
  readonly seed: number;
  /** Pairs of friends, each with a chat; every pair has all three kinds of client. */
  readonly chats: number;
  /** Messages that must be acknowledged in all, and points. */
  readonly messages: number;
  readonly points: number;
  readonly evictions: number;
  readonly kills: number;
  /** Two versions of the Worker share the state, as during a deploy; each kill changes the one that objects run. */
  readonly twoVersions?: boolean;
  /** Is called now and then with the progress. */
  readonly progress?: (words: string) => void;
}

export interface Report {
  readonly messages: number;
  readonly points: number;
  readonly entries: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly failures: number;
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** One client's frames a second stay below the room's limit, repeats included. */
const TICK = 60;

/** Runs a plan against a new server and returns what was lost, duplicated and reordered. */
export async function torture(plan: Plan): Promise<Report> {
  const startedAt = Date.now();
  const random = seededRandom(plan.seed);
  const violations: Violations = { lost: 0, duplicated: 0, reordered: 0, failures: 0, notes: [] };
  const faults: Record<string, number> = {
    evictions: 0,
    "objects aborted": 0,
    kills: 0,
    "connections dropped": 0,
    "slow readers": 0,
    "archive refused": 0,
  };
  const world = await World.start(plan.twoVersions);
  try {
    const chats: TestedChat[] = [];
    const tracks: TrackClient[] = [];
    for (let n = 0; n < plan.chats; n++) {
      const [one, other] = await pairUp(world, n);
      const chat = await startChat(world, one, other);
      const path = `/ws/chat/${chat}/`;
      const { origin } = world;
      chats.push({
        chat,
        clients: [
          NativeClient.in(path, `n${n}`, origin, one.access, violations, random),
          new RawClient(path, `r${n}`, origin, other.key, violations, random),
          new PhoneClient(
            `chat:${chat}`,
            `p${n}`,
            origin,
            n % 2 ? one.access : other.key,
            violations,
            random,
          ),
        ],
      });
      if (tracks.length * 3 <= n) tracks.push(new TrackClient(origin, one, violations));
    }
    const clients = chats.flatMap(({ clients }) => clients);
    for (const client of [...clients, ...tracks]) client.start();
    await run(plan, world, chats, tracks, random, faults, violations);
    await settle(world, chats, tracks);
    for (const client of [...clients, ...tracks]) client.stop();
    const entries = await verifyDelivery(world, chats, tracks, violations);
    const acked = clients.reduce((sum, { acked }) => sum + acked.size, 0);
    return {
      messages: acked,
      points: tracks.reduce((sum, { acked }) => sum + acked.size, 0),
      entries,
      faults,
      ...violations,
      seconds: Math.round((Date.now() - startedAt) / 1000),
    };
  } finally {
    await world.remove();
  }
}

async function run(
  plan: Plan,
  world: World,
  chats: readonly TestedChat[],
  tracks: readonly TrackClient[],
  random: () => number,
  faults: Record<string, number>,
  violations: Violations,
): Promise<void> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const note = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const clients = chats.flatMap(({ clients }) => clients);
  const done = () => clients.reduce((sum, { acked }) => sum + acked.size, 0);
  const reported = () => tracks.reduce((sum, { acked }) => sum + acked.size, 0);
  let said = 0;
  let evictions = 0;
  let kills = 0;
  let refusing = false;
  let turns = 0;
  let lulls = 0;
  while (
    done() < plan.messages ||
    reported() < plan.points ||
    evictions < plan.evictions ||
    kills < plan.kills
  ) {
    const progress = Math.min(1, done() / plan.messages);
    if (++turns % 100 === 0)
      plan.progress?.(`${done()} messages, ${reported()} points, ${evictions} evictions, ${kills} kills`);
    for (const client of clients) {
      if (client.isOpen && client.unacked.size < 20 && random() < 0.9) client.say(`${client.name}#${said++}`);
      client.repeat(PATIENCE);
    }
    for (const track of tracks) track.report(PATIENCE);
    if (kills < plan.kills && progress >= (kills + 1) / (plan.kills + 1)) {
      kills++;
      note("kills");
      await world.kill();
      await world.start();
      refusing = false;
    } else if (evictions < plan.evictions && progress >= evictions / plan.evictions) {
      evictions++;
      const close = random() < 0.5;
      note(close ? "objects aborted" : "evictions");
      await evict(world, pick(chats), tracks, random, close);
    }
    if (lulls < LULLS && progress >= (lulls + 0.5) / LULLS) {
      lulls++;
      note("lulls");
      await lull(chats, violations);
    }
    if (random() < 0.3) {
      pick(clients).drop();
      note("connections dropped");
    }
    if (random() < 0.1) {
      pick(clients).sleep(200 + random() * 1000);
      note("slow readers");
    }
    if (random() < 0.03) {
      for (const table of ["chat_pages", "track_chunks"])
        await world.order(refusing ? "accept" : "refuse", { table });
      refusing = !refusing;
      if (refusing) note("archive refused");
    }
    await wait(TICK);
  }
}
