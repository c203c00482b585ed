/**
 * Webhooks to a receiver that fails at random, while the server is killed again and again: every change that was
 * acknowledged to its client reaches the receiver at least once, under one id, in the order of its subject.
 */
import { setTimeout as wait } from "node:timers/promises";
import { World } from "../world.ts";
import { type Arrival, Receiver } from "./receiver.ts";

export interface WebhookPlan {
  readonly seed: number;
  /** Changes in all. */
  readonly events: number;
  /** Things that are changed: the changes of one wait for each other. */
  readonly subjects: number;
  readonly kills: number;
  readonly progress?: (words: string) => void;
}

export interface WebhookReport {
  readonly changes: number;
  readonly requests: number;
  readonly kills: number;
  readonly lost: number;
  readonly reordered: number;
  readonly unstable: number;
  readonly forged: number;
  readonly seconds: number;
  /** What went wrong. */
  readonly notes: readonly string[];
}

/** Clients that make changes at once. */
const ABREAST = 8;
/** Twenty attempts, most of them soon: nothing may be given up. */
const RETRIES = [...Array(12).fill("0.02"), ...Array(8).fill("0.2")].join(",");
/** Milliseconds without any arrival, after which what is missing counts as lost. */
const PATIENCE = 30_000;

export async function webhooks(plan: WebhookPlan): Promise<WebhookReport> {
  const begun = performance.now();
  const chance = random(plan.seed);
  const world = await World.start(false, { OUTBOUND_LOOPBACK: "on", WEBHOOK_RETRIES: RETRIES });
  const receiver = new Receiver(chance);
  try {
    const token = await staff(world);
    const url = await receiver.listen();
    const made = await must(
      world,
      "POST",
      "/api/v1/webhooks/endpoints/",
      { url, types: ["event.created", "event.updated"] },
      token,
    );
    receiver.secret = String(made.secret);
    const subjects = await changeAll(world, plan, token, chance);
    await arrived(world, receiver, subjects, plan.progress);
    const seconds = Math.round((performance.now() - begun) / 1000);
    return { ...verify(receiver, subjects), changes: plan.events, kills: plan.kills, seconds };
  } finally {
    receiver.close();
    await world.remove();
  }
}

/** Makes the changes, and kills the server meanwhile. Returns the subjects with the number of their last step. */
async function changeAll(
  world: World,
  { events, subjects, kills, progress }: WebhookPlan,
  token: string,
  chance: () => number,
): Promise<ReadonlyMap<string, number>> {
  const steps = new Map<string, number>();
  const each = Math.ceil(events / subjects);
  let done = 0;
  let left = subjects;
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const last = Math.min(each, events - (subjects - left - 1) * each);
      if (last <= 0) return;
      const event = draft(1);
      const { id } = await must(world, "POST", "/api/events/", event, token);
      for (let step = 2; step <= last; step++) {
        await must(world, "PUT", `/api/event/${id}/`, { name: `step ${step}` }, token);
        done += 1;
      }
      steps.set(String(id), last);
    }
  };
  const clients = Promise.all(Array.from({ length: ABREAST }, client));
  for (let kill = 1; kill <= kills; kill++) {
    const at = (events * (kill - chance() / 2)) / (kills + 1);
    while (done < at) await wait(20);
    await world.kill();
    await world.start();
    progress?.(`killed after ${done} changes`);
  }
  await clients;
  progress?.(`${events} changes are made`);
  return steps;
}

/** Waits until every step was accepted, or nothing arrives any more. A killed server may have forgotten to wake a sender. */
async function arrived(
  world: World,
  { arrivals }: Receiver,
  subjects: ReadonlyMap<string, number>,
  progress: WebhookPlan["progress"],
): Promise<void> {
  await world.order("minute");
  const wanted = [...subjects.values()].reduce((sum, last) => sum + last, 0);
  let [count, since] = [0, performance.now()];
  let told = performance.now();
  while (performance.now() - since < PATIENCE) {
    const accepted = new Set(arrivals.filter((each) => each.accepted).map(({ id }) => id)).size;
    if (accepted >= wanted) return void (await wait(500));
    if (accepted > count) [count, since] = [accepted, performance.now()];
    if (performance.now() - told > 10_000) {
      told = performance.now();
      progress?.(`${accepted} of ${wanted} are accepted`);
    }
    await wait(200);
  }
}

interface Step {
  readonly id: string;
  readonly step: number;
}

function verify({ arrivals, forged }: Receiver, subjects: ReadonlyMap<string, number>) {
  const notes: string[] = [];
  const bodies = new Map<string, string>();
  let unstable = 0;
  for (const { id, body } of arrivals) {
    if ((bodies.get(id) ?? body) !== body) unstable += 1;
    bodies.set(id, body);
  }
  let [lost, reordered] = [0, 0];
  const bySubject = Map.groupBy(arrivals, ({ body }) => String(JSON.parse(body).data.uuid));
  for (const [subject, last] of subjects) {
    const steps = firstAccepted(bySubject.get(subject) ?? []);
    const seen = new Map<number, string>();
    for (const { id, step } of steps) {
      // One change is one event, however often it is sent.
      if (seen.has(step)) unstable += 1;
      seen.set(step, id);
    }
    for (let step = 1; step <= last; step++)
      if (!seen.has(step)) {
        lost += 1;
        notes.push(`${subject}: step ${step} of ${last} never came`);
      }
    const order = steps.map(({ step }) => step);
    if (order.some((step, index) => index > 0 && step < (order[index - 1] ?? 0))) {
      reordered += 1;
      notes.push(`${subject}: ${order.join(" ")}`);
    }
  }
  if (unstable > 0) notes.push(`${unstable} ids or bodies changed`);
  if (forged > 0) notes.push(`${forged} signatures were wrong`);
  return { requests: arrivals.length, lost, reordered, unstable, forged, notes: notes.slice(0, 20) };
}

/** The steps in the order in which each was accepted for the first time. */
function firstAccepted(arrivals: readonly Arrival[]): Step[] {
  const ids = new Set<string>();
  const steps: Step[] = [];
  for (const { id, body, accepted } of arrivals) {
    if (!accepted || ids.has(id)) continue;
    ids.add(id);
    steps.push({ id, step: Number(/\d+/.exec(JSON.parse(body).data.name)?.[0]) });
  }
  return steps;
}

const draft = (step: number) => ({
  name: `step ${step}`,
  starting_time: "2031-01-01T10:00Z",
  end_time: "2031-01-01T11:00Z",
  location: "Bridge",
  participants: [],
});

/** A request that is repeated until it is answered: the server may be dead at the moment. */
async function must(
  world: World,
  method: string,
  path: string,
  body: object,
  token: string,
): Promise<Record<string, unknown>> {
  // A repeated POST makes nothing twice.
  const key = crypto.randomUUID();
  const headers = {
    "content-type": "application/json",
    authorization: `Bearer ${token}`,
    "idempotency-key": key,
  };
  for (let tries = 0; ; tries++) {
    try {
      const answer = await fetch(world.origin + path, { method, headers, body: JSON.stringify(body) });
      if (answer.status < 300) return (await answer.json()) as Record<string, unknown>;
      if (answer.status < 500 && answer.status !== 409)
        throw new Error(`${path}: ${answer.status} ${await answer.text()}`, { cause: "refused" });
    } catch (error) {
      if (Object(error).cause === "refused" || tries > 400) throw error;
    }
    await wait(50);
  }
}

/** The token of a member of staff. */
async function staff(world: World): Promise<string> {
  const person = { username: "hooks", email: "hooks@example.com", password: "a password for torture" };
  await world.call("/api/auth/signup/", person);
  await world.query("UPDATE users SET is_staff = 1 WHERE username = 'hooks'");
  const answer = await world.call("/api/auth/signin/", person);
  return ((await answer.json()) as { access: string }).access;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
