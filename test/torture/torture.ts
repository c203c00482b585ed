/**
 * The promise, attacked: what was acknowledged is in history exactly once; everybody sees every entry once, in the same
 * order, without a gap; and D1 equals the journals after the dust settles. Seeded: the same seed makes the same faults.
 */
import WebSocket from "ws";
import { NativeClient, PhoneClient, RawClient, type Seen, type Verdicts } from "./clients.ts";
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
  /** Hears now and then how far it is. */
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
  readonly notes: readonly string[];
  readonly seconds: number;
}

/** mulberry32: small, even enough, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Person {
  readonly id: number;
  readonly key: string;
  readonly email: string;
}

interface FrameHandler {
  readonly chat: number;
  readonly clients: readonly (NativeClient | PhoneClient | RawClient)[];
}

/** How long an unacknowledged message waits before it is sent again, ms. */
const PATIENCE = 1500;
/** One client's frames a second stay below the room's limit, repeats included. */
const TICK = 60;

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function torture(plan: Plan): Promise<Report> {
  const startedAt = Date.now();
  const dice = random(plan.seed);
  const verdicts: Verdicts = { lost: 0, duplicated: 0, reordered: 0, notes: [] };
  const faults: Record<string, number> = {
    evictions: 0,
    "objects aborted": 0,
    kills: 0,
    "connections dropped": 0,
    "slow readers": 0,
    "archive refused": 0,
  };
  const world = await World.start();
  try {
    const talks: FrameHandler[] = [];
    const tracks: TrackClient[] = [];
    for (let n = 0; n < plan.chats; n++) {
      const [one, other] = await pairUp(world, n);
      const chat = await startChat(world, one, other);
      const path = `/ws/chat/${chat}/`;
      const { origin } = world;
      talks.push({
        chat,
        clients: [
          NativeClient.in(path, `n${n}`, origin, one.key, verdicts, dice),
          new RawClient(path, `r${n}`, origin, other.key, verdicts, dice),
          new PhoneClient(`chat:${chat}`, `p${n}`, origin, n % 2 ? one.key : other.key, verdicts, dice),
        ],
      });
      if (tracks.length * 3 <= n) tracks.push(new TrackClient(origin, one, verdicts));
    }
    const clients = talks.flatMap((talk) => talk.clients);
    for (const client of [...clients, ...tracks]) client.start();
    await run(plan, world, talks, tracks, dice, faults, verdicts);
    await settle(world, talks, tracks);
    for (const client of [...clients, ...tracks]) client.stop();
    const entries = await judge(world, talks, tracks, verdicts);
    const acked = clients.reduce((sum, { acked }) => sum + acked.size, 0);
    return {
      messages: acked,
      points: tracks.reduce((sum, { acked }) => sum + acked.size, 0),
      entries,
      faults,
      ...verdicts,
      seconds: Math.round((Date.now() - startedAt) / 1000),
    };
  } finally {
    await world.remove();
  }
}

async function run(
  plan: Plan,
  world: World,
  talks: readonly FrameHandler[],
  tracks: readonly TrackClient[],
  dice: () => number,
  faults: Record<string, number>,
  verdicts: Verdicts,
): Promise<void> {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(dice() * from.length)] as T;
  const note = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const clients = talks.flatMap((talk) => talk.clients);
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
      if (client.isOpen && client.unacked.size < 20 && dice() < 0.9) client.say(`${client.name}#${said++}`);
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
      const close = dice() < 0.5;
      note(close ? "objects aborted" : "evictions");
      await evict(world, pick(talks), tracks, dice, close);
    }
    if (lulls < LULLS && progress >= (lulls + 0.5) / LULLS) {
      lulls++;
      note("lulls");
      await lull(talks, verdicts);
    }
    if (dice() < 0.3) {
      pick(clients).drop();
      note("connections dropped");
    }
    if (dice() < 0.1) {
      pick(clients).sleep(200 + dice() * 1000);
      note("slow readers");
    }
    if (dice() < 0.03) {
      for (const table of ["chat_messages", "location_reports"])
        await world.order(refusing ? "accept" : "refuse", { table });
      refusing = !refusing;
      if (refusing) note("archive refused");
    }
    await wait(TICK);
  }
}

/** Rooms of every kind that is under test: the chat itself, a person's own, a track. */
async function evict(
  world: World,
  { chat, clients }: FrameHandler,
  tracks: readonly TrackClient[],
  dice: () => number,
  close: boolean,
): Promise<void> {
  const track = tracks[Math.floor(dice() * tracks.length)];
  const choices = [
    { className: "ChatRoom", name: `chat:${chat}` },
    { className: "ChatRoom", name: `chat:${chat}` },
    { className: "UserRoom", name: `user:${track?.person.id}` },
    { className: "InboxRoom", name: await inboxOf(world, clients, chat) },
  ];
  const choice = choices[Math.floor(dice() * choices.length)];
  await world.order("evict", { ...choice, close }).catch(() => {
    // Not in memory just now: nothing to throw out.
  });
}

async function inboxOf(world: World, clients: FrameHandler["clients"], chat: number): Promise<string> {
  const phone = clients.find((client) => client instanceof PhoneClient);
  const number = Number(phone?.name.slice(1));
  const [row] = await world.query<{ one: number; other: number }>(
    "SELECT initiator_id AS one, receiver_id AS other FROM chats WHERE id = ?",
    chat,
  );
  return `inbox:${number % 2 ? row?.one : row?.other}`;
}

/** Everything is sent and acknowledged, and everybody has seen all of it. */
async function settle(
  world: World,
  talks: readonly FrameHandler[],
  tracks: readonly TrackClient[],
): Promise<void> {
  const clients = talks.flatMap((talk) => talk.clients);
  for (const table of ["chat_messages", "location_reports"]) await world.order("accept", { table });
  const deadline = Date.now() + 60_000;
  const pending = () => [...clients, ...tracks].some(({ unacked }) => unacked.size > 0);
  while (pending() && Date.now() < deadline) {
    for (const client of clients) client.repeat(PATIENCE);
    for (const track of tracks) track.report(PATIENCE, false);
    await wait(200);
    // Raw words have no refs: what was on its way when a connection broke is not waited for.
    for (const client of clients)
      if (client instanceof RawClient && Date.now() > deadline - 50_000) client.unacked.clear();
  }
  // What was lost between two objects is told again after a while.
  const patience = Date.now() + 30_000;
  while (talks.some(isBehind) && Date.now() < patience) await wait(200);
  await wait(1500);
}

/** How often everybody falls silent: a last word that was lost on its way shows only when no other follows it. */
const LULLS = 3;

/** Nobody says anything; what is on its way arrives, and so does what was lost between two objects. */
async function lull(talks: readonly FrameHandler[], verdicts: Verdicts): Promise<void> {
  const patience = Date.now() + 30_000;
  while (talks.some(isBehind) && Date.now() < patience) {
    for (const client of talks.flatMap(({ clients }) => clients)) client.repeat(PATIENCE);
    await wait(200);
  }
  for (const { chat } of talks.filter(isBehind)) {
    verdicts.lost += 1;
    verdicts.notes.push(`chat ${chat}: a lull did not bring everybody to the same place`);
  }
}

/** Whether somebody has not seen yet what somebody else has. */
function isBehind({ clients }: FrameHandler): boolean {
  const seen = clients.filter((client) => !(client instanceof RawClient)).map(({ view }) => view.length);
  return new Set(seen).size > 1;
}

/** Compares what everybody saw, what was acknowledged, the journals and D1. Answers how many entries there are. */
async function judge(
  world: World,
  talks: readonly FrameHandler[],
  tracks: readonly TrackClient[],
  verdicts: Verdicts,
): Promise<number> {
  const note = (kind: "lost" | "duplicated" | "reordered", words: string) => {
    verdicts[kind] += 1;
    if (verdicts.notes.length < 20) verdicts.notes.push(words);
  };
  let entries = 0;
  for (const { chat, clients } of talks) {
    const journal = await journalOf(world, chat, clients);
    entries += journal.length;
    const bySeq = new Map(journal.map(({ seq, text }) => [seq, text]));
    const texts = new Map<string, number>();
    for (const { seq, text } of journal) {
      if (texts.has(text)) note("duplicated", `chat ${chat}: ${text} at ${texts.get(text)} and ${seq}`);
      texts.set(text, seq);
    }
    journal.forEach(({ seq }, index) => {
      if (seq !== index + 1) note("lost", `chat ${chat}: ${seq} stands at ${index + 1}`);
    });
    for (const client of clients) {
      for (const [ref, seq] of client.acked)
        if (bySeq.get(seq) !== ref) note("lost", `chat ${chat}: ${ref} was acknowledged at ${seq}`);
      for (const { seq, text } of client.view)
        if (bySeq.get(seq) !== text) note("reordered", `${client.name} saw ${text} at ${seq}`);
      if (client instanceof RawClient) continue;
      if (client.view.length !== journal.length)
        note("lost", `${client.name} saw ${client.view.length} of ${journal.length}`);
    }
    await archived(world, chat, journal, note);
  }
  for (const track of tracks) await trackArchived(world, track, note);
  return entries;
}

/** The whole journal, read by a newcomer from the start. */
async function journalOf(world: World, chat: number, clients: FrameHandler["clients"]): Promise<Seen[]> {
  const native = clients.find((client) => client instanceof NativeClient);
  const socket = new WebSocket(
    `${world.origin.replace("http", "ws")}/ws/chat/${chat}/?since=0`,
    native?.protocols ?? [],
  );
  const seen: Seen[] = [];
  let head = Number.POSITIVE_INFINITY;
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject);
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.t === "welcome") head = frame.seq;
      if (frame.t === "entry") seen.push({ seq: frame.seq, text: frame.body.text });
      if (seen.length >= head) resolve();
    });
  });
  socket.close();
  return seen;
}

type Note = (kind: "lost" | "duplicated", words: string) => void;

/** A batch a second and up to a minute of patience with a database that refused: then D1 must hold what the journal holds. */
async function archived(world: World, chat: number, journal: readonly Seen[], note: Note): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const rows = await world.query<Seen>(
      "SELECT seq, text FROM chat_messages WHERE chat_id = ? ORDER BY seq",
      chat,
    );
    const same =
      rows.length === journal.length &&
      rows.every(({ seq, text }, n) => journal[n]?.seq === seq && journal[n]?.text === text);
    if (same) return;
    if (Date.now() > deadline)
      return note("lost", `chat ${chat}: D1 has ${rows.length} of ${journal.length}`);
    await wait(500);
  }
}

async function trackArchived(world: World, track: TrackClient, note: Note): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const rows = await world.query<{ seq: number; count: number }>(
      "SELECT seq, count(*) AS count FROM location_reports WHERE user_id = ? GROUP BY seq",
      track.person.id,
    );
    const counts = new Map(rows.map(({ seq, count }) => [seq, count]));
    const missing = [...track.acked].filter(([, seq]) => !counts.has(seq));
    const twice = rows.filter(({ count }) => count > track.batch);
    for (const { seq } of twice) note("duplicated", `${track.name}: point ${seq}`);
    if (missing.length === 0) return;
    if (Date.now() > deadline)
      return note("lost", `${track.name}: ${missing.length} acknowledged points are not in D1`);
    await wait(500);
  }
}

/** A tracker in `caravan.v1`: batches of points, repeated until they are acknowledged. */
class TrackClient {
  readonly acked = new Map<string, number>();
  readonly unacked = new Map<string, number>();
  readonly batch = 3;
  readonly name: string;
  #socket: WebSocket | null = null;
  #wanted = false;
  #sent = 0;

  readonly origin: string;
  readonly person: Person;
  readonly verdicts: Verdicts;

  constructor(origin: string, person: Person, verdicts: Verdicts) {
    this.origin = origin;
    this.person = person;
    this.verdicts = verdicts;
    this.name = `t${person.id}`;
  }

  start(): void {
    this.#wanted = true;
    const protocols = ["caravan.v1", `auth.${this.person.key}`];
    const socket = new WebSocket(`${this.origin.replace("http", "ws")}/ws/location/`, protocols);
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on(
      "close",
      () => this.#wanted && this.#socket === socket && setTimeout(() => this.#wanted && this.start(), 150),
    );
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (frame.t !== "ack") return;
      const before = this.acked.get(frame.ref);
      if (before !== undefined && before !== frame.seq) this.verdicts.duplicated += 1;
      this.acked.set(frame.ref, frame.seq);
      this.unacked.delete(frame.ref);
    });
  }

  stop(): void {
    this.#wanted = false;
    this.#socket?.terminate();
  }

  report(patience: number, anew = true): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    if (anew && this.unacked.size < 10) this.#send(`${this.name}#${this.#sent++}`);
    for (const [ref, at] of this.unacked) if (Date.now() - at > patience) this.#send(ref);
  }

  #send(ref: string): void {
    this.unacked.set(ref, Date.now());
    const n = Number(ref.slice(ref.indexOf("#") + 1));
    const points = Array.from({ length: this.batch }, (_, index) => ({
      latitude: 50 + n * 1e-5,
      longitude: 20 + index * 1e-5,
    }));
    this.#socket?.send(JSON.stringify({ t: "points", ref, points }));
  }
}

async function pairUp(world: World, n: number): Promise<[Person, Person]> {
  const people = [];
  for (const side of ["one", "other"]) {
    const email = `${side}.${n}@example.com`;
    const password = "a password for torture";
    const form = { email, password, first_name: "Анна", last_name: "Мария" };
    await expect(world.call("/api/v1/users/", form), 201);
    const answer = await expect(world.call("/api/v1/auth/token/login/", { email, password }), 200);
    const { auth_token: key } = (await answer.json()) as { auth_token: string };
    const [row] = await world.query<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
    people.push({ id: row?.id ?? 0, key, email });
  }
  const [one, other] = people as [Person, Person];
  const request = await expect(world.call("/api/v1/friends/", { to_user: other.id }, one.key), 201);
  const { id } = (await request.json()) as { id: number };
  await expect(world.call(`/api/v1/friends/${id}/accept/`, {}, other.key), 200);
  return [one, other];
}

async function startChat(world: World, one: Person, other: Person): Promise<number> {
  const answer = await expect(world.call("/api/v1/chats/start/", { email: other.email }, one.key), 200);
  return ((await answer.json()) as { id: number }).id;
}

async function expect(answering: Promise<Response>, status: number): Promise<Response> {
  const answer = await answering;
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
