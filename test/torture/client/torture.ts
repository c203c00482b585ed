/**
 * Attacks the client's promise over real lines to a real server: cut, stalled and silent lines, a killed server, ended
 * processes, and clocks that jump. Everything said must be in the room once and in the order in which each person said
 * it, and everybody must hear everything once, in order, and without a reload. Seeded.
 */
import { seededRandom } from "../../harness/random.ts";
import { journalOf } from "../journal.ts";
import { type Person, pairUp, startChat } from "../people.ts";
import type { World } from "../world.ts";
import { Line } from "./line.ts";
import { type Heard, Member } from "./member.ts";

export interface ClientPlan {
  readonly seed: number;
  /** Chats of two people each. */
  readonly chats: number;
  /** Messages that everybody together says. */
  readonly messages: number;
  readonly kills: number;
  readonly progress?: (words: string) => void;
}

export interface ClientReport {
  readonly messages: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
  readonly notes: readonly string[];
  readonly seconds: number;
}

interface Chat {
  readonly id: number;
  readonly key: string;
  readonly members: readonly Member[];
}

const TICK = 40;
/** How often each comes in a dozen. */
const FAULTS = [
  ...Array<"cut lines">(4).fill("cut lines"),
  ...Array<"late acknowledgements">(3).fill("late acknowledgements"),
  ...Array<"clock jumps">(2).fill("clock jumps"),
  ...Array<"ended processes">(2).fill("ended processes"),
  "silent lines",
] as const;
type Fault = (typeof FAULTS)[number];
const HOUR = 3_600_000;
/** ms for each message, and ms after which a run that does not settle is a failure. */
const PACE = 250;
const PATIENCE = 60_000;

export async function tortureClient(world: World, plan: ClientPlan): Promise<ClientReport> {
  const begun = performance.now();
  const random = seededRandom(plan.seed);
  const line = await Line.to(world.origin);
  const clock = jumpingClock();
  const chats: Chat[] = [];
  try {
    for (let n = 0; n < plan.chats; n++) chats.push(await startMembers(world, line, n, random));
    const faults = await attack(world, line, clock, chats, plan, random);
    await settle(chats, plan);
    return await verify(world, chats, faults, begun);
  } finally {
    clock.restore();
    for (const { members } of chats) for (const { caravan } of members) caravan.close();
    await line.close();
  }
}

async function startMembers(world: World, line: Line, n: number, random: () => number): Promise<Chat> {
  const people = await pairUp(world, 1000 + n);
  const id = await startChat(world, ...people);
  const members = people.map((person, side) => {
    const member = new Member(`m${n}.${side}`, `chat:${id}`, line.origin, random);
    return { member, person, usesKey: (n + side) % 2 === 0 };
  });
  for (const { member, person, usesKey } of members) await signIn(member, person, usesKey);
  // Whoever enters later than others speak is told to load what was said before.
  for (const { member } of members) await member.ready();
  return { id, key: people[0].key, members: members.map(({ member }) => member) };
}

/** Half of them by a session key, half by a pair of tokens. */
async function signIn({ caravan }: Member, { key, email }: Person, usesKey: boolean): Promise<void> {
  if (usesKey) await caravan.session.set({ token: key });
  else await caravan.signIn({ login: email, password: "a password for torture" });
}

/** `Date.now` of this process, which can be set wrong. */
function jumpingClock() {
  const real = Date.now;
  let offset = 0;
  Date.now = () => real() + offset;
  return {
    jump: (milliseconds: number) => {
      offset = milliseconds;
    },
    restore: () => {
      Date.now = real;
    },
  };
}

async function attack(
  world: World,
  line: Line,
  clock: ReturnType<typeof jumpingClock>,
  chats: readonly Chat[],
  plan: ClientPlan,
  random: () => number,
): Promise<Record<string, number>> {
  const members = chats.flatMap(({ members }) => members);
  const faults: Record<string, number> = {};
  const note = (fault: string) => {
    faults[fault] = (faults[fault] ?? 0) + 1;
  };
  const pick = () => members[Math.floor(random() * members.length)] as Member;
  const said = () => members.reduce((sum, { said }) => sum + said.length, 0);
  const nextFault = bagOf(random);
  let kills = 0;
  const deadline = performance.now() + PATIENCE + plan.messages * PACE;
  const goesOn = () => performance.now() < deadline && (said() < plan.messages || kills < plan.kills);
  for (let turn = 0; goesOn(); turn++) {
    for (const member of members) if (member.unsent < 30 && random() < 0.6) member.say();
    if (random() < 0.25) {
      const fault = nextFault();
      note(fault);
      if (fault === "cut lines") line.cut();
      else if (fault === "late acknowledgements") line.stall(100 + random() * 1500);
      else if (fault === "clock jumps") clock.jump((random() - 0.5) * 48 * HOUR);
      else if (fault === "ended processes") await pick().restart();
      else {
        line.silence();
        // A phone is told when it is looked at again; otherwise silence has to be noticed.
        if (random() < 0.7) for (const { caravan } of members) caravan.live.wake();
      }
    }
    if (kills < plan.kills && said() >= (plan.messages * (kills + 1)) / (plan.kills + 1)) {
      kills += 1;
      note("kills");
      await world.kill();
      for (const member of members) member.say();
      await world.start();
    }
    if (turn % 100 === 99) plan.progress?.(`${said()} messages said`);
    await wait(TICK);
  }
  return faults;
}

/** Faults in a random order, in which a short run meets every kind. */
function bagOf(random: () => number): () => Fault {
  let bag: Fault[] = [];
  return () => {
    if (bag.length === 0) bag = [...FAULTS];
    return bag.splice(Math.floor(random() * bag.length), 1)[0] as Fault;
  };
}

/** Waits until everything is acknowledged and everybody has heard everything. */
async function settle(chats: readonly Chat[], plan: ClientPlan): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  const isDone = ({ members }: Chat) => {
    const said = members.reduce((sum, { said }) => sum + said.length, 0);
    return members.every(({ unsent, heard }) => unsent === 0 && heard.length >= said);
  };
  while (!chats.every(isDone) && performance.now() < deadline) await wait(50);
  plan.progress?.("settled");
}

async function verify(
  world: World,
  chats: readonly Chat[],
  faults: Record<string, number>,
  begun: number,
): Promise<ClientReport> {
  const report = { messages: 0, lost: 0, doubled: 0, reordered: 0, notes: [] as string[] };
  const note = (kind: "lost" | "doubled" | "reordered", words: string) => {
    report[kind] += 1;
    if (report.notes.length < 20) report.notes.push(words);
  };
  for (const { id, key, members } of chats) {
    const journal = await journalOf(world, `/ws/chat/${id}/`, ["caravan.v1", `auth.${key}`]);
    const texts = journal.map(({ text }) => text);
    for (const text of texts.filter((text, index) => texts.indexOf(text) !== index))
      note("doubled", `${text} is stored twice`);
    for (const member of members) {
      report.messages += member.said.length;
      compare(member, journal, note);
    }
  }
  return { ...report, faults, seconds: Math.round((performance.now() - begun) / 1000) };
}

function compare(
  { name, said, heard, acked, faults }: Member,
  journal: readonly Heard[],
  note: (kind: "lost" | "doubled" | "reordered", words: string) => void,
): void {
  const stored = new Set(journal.map(({ text }) => text));
  for (const text of said) {
    if (!stored.has(text)) note("lost", `${text} is not stored`);
    if (!acked.has(text)) note("lost", `${text} was never acknowledged`);
  }
  for (const [text, seq] of acked)
    if (journal[seq - 1]?.text !== text) note("lost", `${text} was acknowledged at ${seq}`);
  const mine = journal.map(({ text }) => text).filter((text) => text.startsWith(`${name}#`));
  if (mine.join() !== said.filter((text) => stored.has(text)).join())
    note("reordered", `what ${name} said is stored in another order`);
  if (heard.length < journal.length) note("lost", `${name} heard ${heard.length} of ${journal.length}`);
  if (heard.length > journal.length) note("doubled", `${name} heard ${heard.length} of ${journal.length}`);
  heard.forEach(({ seq, text }, index) => {
    if (seq !== index + 1 || journal[index]?.text !== text)
      note("reordered", `${name} heard ${text} at ${seq}`);
  });
  for (const fault of faults) note("lost", fault);
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
