/**
 * Delivery under faults: clients of both dialects write, lose their sockets, reconnect and retry while the object is
 * evicted. Seeded: a failure names its seed, and the same seed fails again.
 */
import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { type Person, person } from "../harness/api.ts";
import { seededRandom } from "../harness/random.ts";
import { archiveOf, type EventRoomHandle, journalOf, makeRoom, until } from "../harness/rooms.ts";
import { connect, connectNative, type Socket } from "../harness/socket.ts";

interface Seen {
  readonly seq: number;
  readonly text: string;
}

/** A client as it should be written: it retries what was not acknowledged, and resumes from its last position. */
class NativeClient {
  readonly view: Seen[] = [];
  readonly acked = new Map<string, number>();
  readonly unacked = new Map<string, string>();
  #socket: Socket | null = null;
  #epoch = "";
  #position = 0;
  #said = 0;

  constructor(
    readonly name: string,
    readonly room: EventRoomHandle,
    readonly token: string,
  ) {}

  async comeBack(): Promise<void> {
    const query = this.#epoch ? `?epoch=${this.#epoch}&since=${this.#position}` : "?since=0";
    this.#socket = await connectNative(`${this.room.path}${query}`, this.token);
    const welcome = await this.#socket.next((frame) => frame.t === "welcome");
    if (!welcome.recovered) throw new Error(`${this.name} had to reload at ${this.#position}`);
    this.#epoch = welcome.epoch;
    for (const ref of this.unacked.keys()) this.#send(ref);
  }

  leave(): void {
    this.read();
    this.#socket?.close();
    // Frames that arrive from here on are lost, as when a phone loses its network.
    this.#socket = null;
  }

  say(): void {
    const ref = `${this.name}.${this.#said++}`;
    this.unacked.set(ref, ref);
    this.#send(ref);
  }

  /** An ack that was lost in the network. */
  repeat(random: () => number): void {
    const refs = [...this.acked.keys(), ...this.unacked.keys()];
    const ref = refs[Math.floor(random() * refs.length)];
    if (ref) this.#send(ref);
  }

  #send(ref: string): void {
    this.#socket?.send({ t: "say", ref, kind: "message", body: { text: ref } });
  }

  read(): void {
    for (const frame of this.#socket?.frames.splice(0) ?? []) {
      if (frame.t === "ack") {
        const before = this.acked.get(frame.ref);
        if (before !== undefined && before !== frame.seq)
          throw new Error(`${frame.ref}: ${before}, then ${frame.seq}`);
        this.acked.set(frame.ref, frame.seq);
        this.unacked.delete(frame.ref);
      } else if (frame.t === "entry") {
        this.view.push({ seq: frame.seq, text: frame.body.text });
        this.#position = frame.seq;
      } else throw new Error(`${this.name} got the error ${JSON.stringify(frame)}`);
    }
  }

  get away(): boolean {
    return this.#socket === null;
  }
}

/** A client of the documented dialect: no acks, no positions. It reads only what is sent while it is connected. */
class DocumentedClient {
  readonly view: string[] = [];
  readonly sent: string[] = [];

  #socket: Socket | null = null;

  constructor(
    readonly name: string,
    readonly room: EventRoomHandle,
    readonly token: string,
  ) {}

  async comeBack(): Promise<void> {
    this.#socket = await connect(`${this.room.path}?token=${this.token}`);
  }

  say(): void {
    const message = `${this.name}.${this.sent.length}`;
    this.sent.push(message);
    this.#socket?.send({ message });
  }

  read(): void {
    for (const frame of this.#socket?.frames.splice(0) ?? []) this.view.push(frame.message);
  }
}

/** Whether all of `part` is in `whole`, in the same order, each once. */
function isPartOf(part: readonly string[], whole: readonly string[]): boolean {
  let from = 0;
  return part.every((each) => {
    from = whole.indexOf(each, from) + 1;
    return from > 0;
  });
}

interface Trial {
  readonly seed: number;
  readonly steps: number;
  /** Evictions close every socket, as a deploy does: the documented dialect can't resume what it missed. */
  readonly deploys: boolean;
}

async function torture({ seed, steps, deploys }: Trial, people: readonly Person[]): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const room = await makeRoom(pick(people));
  const natives = people.flatMap(({ token }, index) => [
    new NativeClient(`n${index}`, room, token),
    new NativeClient(`m${index}`, room, token),
  ]);
  for (const client of natives) await client.comeBack();
  const old = people.map(({ token }, index) => new DocumentedClient(`d${index}`, room, token));
  for (const client of old) await client.comeBack();

  const deploy = async () => {
    for (const client of [...natives, ...old]) client.read();
    await evictDurableObject(room.stub, { webSockets: "close" }).catch(() => {});
    for (const client of natives) client.leave();
    for (const client of old) await client.comeBack();
  };

  for (let step = 0; step < steps; step++) {
    const chance = random();
    const client = pick(natives);
    if (deploys && random() < 0.03) await deploy();
    if (chance < 0.45) client.say();
    else if (chance < 0.6) pick(old).say();
    else if (chance < 0.7) client.repeat(random);
    else if (chance < 0.8) client.leave();
    else if (chance < 0.9) {
      if (client.away) await client.comeBack();
    } else if (chance < 0.95) await evictDurableObject(room.stub).catch(() => {});
    else
      await room.stub.publish(room.name, {
        kind: "notice",
        ref: `s${step}`,
        body: { text: `s${step}`, action: "x" },
      });
    if (random() < 0.3) await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 8)));
    for (const each of natives) each.read();
  }

  // Every client reconnects, and every frame is acknowledged.
  for (const client of natives) if (client.away) await client.comeBack();
  await until(() => {
    for (const client of natives) client.read();
    return natives.every(({ unacked }) => unacked.size === 0);
  });
  for (const client of natives) client.repeat(random);
  const { seq: head } = await room.stub.publish(room.name, {
    kind: "notice",
    ref: "end",
    body: { text: "end", action: "x" },
  });
  await until(() => {
    for (const client of [...natives, ...old]) client.read();
    return (
      natives.every(({ view }) => view.at(-1)?.seq === head) && old.every(({ view }) => view.at(-1) === "end")
    );
  });

  const journal = await journalOf(room);
  const texts = journal.map(({ body }) => JSON.parse(body).text as string);
  expect(journal.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  const whole = journal.map(({ seq }, index) => ({ seq, text: texts[index] }));
  for (const client of natives) {
    expect(client.view).toEqual(whole);
    for (const [ref, seq] of client.acked) expect(journal[seq - 1]?.ref).toBe(ref);
  }
  const refs = journal.flatMap(({ ref }) => (ref === null ? [] : [ref]));
  expect(new Set(refs).size).toBe(refs.length);
  for (const client of old) {
    const stored = texts.filter((text) => text.startsWith(`${client.name}.`));
    // The first entry is older than the clients.
    expect(deploys ? isPartOf(client.view, texts) : client.view).toEqual(deploys || texts.slice(1));
    expect(deploys ? isPartOf(stored, client.sent) : stored).toEqual(deploys || client.sent);
  }
  await until(async () => (await archiveOf(room)).length === head, 15_000);
  expect((await archiveOf(room)).map(({ seq, body }) => [seq, body])).toEqual(
    journal.map(({ seq, body }) => [seq, body]),
  );
}

test.each<Trial>([
  { seed: 1, steps: 300, deploys: false },
  { seed: 20_261_121, steps: 300, deploys: false },
  { seed: 42, steps: 300, deploys: true },
  { seed: 7777, steps: 600, deploys: true },
])("Nothing is lost, doubled or out of order (%o).", { timeout: 60_000, retry: 0 }, async (trial) => {
  await torture(trial, [await person(), await person(), await person()]);
});
