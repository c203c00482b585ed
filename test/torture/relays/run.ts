/**
 * A big room: thousands of sockets of one event through relays, one of which is aborted midway. Prints what was lost,
 * doubled or out of order, the room's calls a message, and what a message and a socket cost.
 */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { WebSocket } from "ws";
import { startProduct } from "../../../bench/platform.mjs";

import { freePort } from "../world.ts";
import type { CrowdReport, Order } from "./crowd.ts";

export interface BigRoom {
  readonly sockets: number;
  /** `RELAY_SOCKETS`. */
  readonly each: number;
  readonly messages: number;
  readonly progress: (words: string) => void;
}

const CROWDS = 2;
const ABREAST = 25;
const PATIENCE = 120_000;

/** Counts the room's calls of its relays. */
const front = {
  type: "ESModule",
  path: join(import.meta.dirname, "../../../dist/bench/front.js"),
  contents: `import worker, { Relay } from "./index.js";
    export * from "./index.js";
    const { push } = Object.getPrototypeOf(Relay.prototype);
    const relays = new Map();
    let pushes = 0;
    Relay.prototype.push = async function (pushed) {
      pushes += 1;
      const report = await push.call(this, pushed);
      relays.set(this.ctx.id.name, report?.sockets ?? 0);
      return report;
    };
    export default {
      ...worker,
      fetch: (request, env, context) => new URL(request.url).pathname === "/pushes"
        ? Response.json({ pushes, relays: Object.fromEntries(relays) })
        : worker.fetch(request, env, context),
    };`,
};

interface Pushes {
  readonly pushes: number;
  readonly relays: Readonly<Record<string, number>>;
}

/** Runs the trial; returns its figures, of which `lost`, `doubled`, `gaps` and `reloads` have to be 0. */
export async function bigRoom({ sockets, each, messages, progress }: BigRoom) {
  const folder = mkdtempSync(join(tmpdir(), "caravan-relays-"));
  const settings = {
    PASSWORD_COST: "1024/8/1",
    RELAY_SOCKETS: String(each),
    RATE_EVENT_ENTRIES: "1000000/60",
  };
  const product = await startProduct({ port: await freePort(), folder, front }, settings);
  const crowds = Array.from({ length: CROWDS }, () =>
    fork(join(import.meta.dirname, "crowd.ts"), { stdio: ["ignore", "inherit", "inherit", "ipc"] }),
  );
  try {
    const { token, uuid, id } = await eventIn(product.origin);
    const url = `${product.origin.replace("http", "ws")}/ws/events/${uuid}/`;
    const memory = product.memory();
    const openedAt = performance.now();
    await Promise.all(
      crowds.map((crowd) => ask(crowd, { open: Math.ceil(sockets / CROWDS), url, abreast: ABREAST })),
    );
    progress(`${sockets} sockets opened in ${seconds(openedAt)} s`);
    const writer = await Writer.open(url, token);
    await writer.say(1);
    const pushes = async () => (await (await fetch(`${product.origin}/pushes`)).json()) as Pushes;
    const reports = async () => Promise.all(crowds.map((crowd) => ask<CrowdReport>(crowd, { report: true })));
    const everybodyHas = async (position: number) => {
      const end = Date.now() + PATIENCE;
      while (Math.min(...(await reports()).map(({ least }) => least)) < position) {
        if (Date.now() > end) return;
        await wait(50);
      }
    };
    await everybodyHas(writer.head);
    const before = { ...(await pushes()), cpu: product.cpu() };
    const half = Math.ceil(messages / 2);
    const saidAt = performance.now();
    for (let message = 0; message < half; message++) {
      await writer.say(1);
      await everybodyHas(writer.head);
    }
    const after = { ...(await pushes()), cpu: product.cpu() };
    progress(`${half} messages reached everybody, one after another, in ${seconds(saidAt)} s`);
    const relays = Object.entries(after.relays).filter(([, count]) => count > 0);
    // Relays sit beside an unread flow: the writer does not wait for anybody now.
    const [victim] = relays[Math.floor(relays.length / 2)] ?? [""];
    for (let message = 0; message < messages - half; message++) {
      await writer.say(1);
      if (message === Math.floor((messages - half) / 3) && victim)
        await product.miniflare.unsafeEvictDurableObject("bench", "Relay", {
          name: victim,
          webSockets: "close",
        });
    }
    progress(`${messages - half} more in a flow, ${victim} aborted among them`);
    await everybodyHas(writer.head);
    const last = await reports();
    const sum = (key: keyof CrowdReport) => last.reduce((total, report) => total + report[key], 0);
    const stored = await product.database
      .prepare("SELECT count(*) AS count FROM event_entries WHERE event_id = ?")
      .bind(id)
      .first<{ count: number }>();
    const cpu = after.cpu - before.cpu;
    return {
      sockets,
      relays: relays.length,
      "sockets in relays": relays.reduce((total, [, count]) => total + count, 0),
      entries: writer.head,
      "entries in D1": stored?.count ?? 0,
      received: sum("received"),
      lost: sockets * writer.head - (sum("received") - sum("doubled")),
      doubled: sum("doubled"),
      gaps: sum("gaps"),
      reloads: sum("reloads"),
      "came back": sum("cameBack"),
      "handshakes tried again": sum("refused"),
      "acknowledged twice under two positions": writer.contradictions,
      "calls of relays a message": (after.pushes - before.pushes) / half,
      "server's CPU a message, ms": cpu / half,
      "server's CPU a message and socket, µs": (cpu * 1000) / half / sockets,
      "memory a socket, KiB": (product.memory() - memory) / sockets / 1024,
    };
  } finally {
    for (const crowd of crowds) crowd.kill("SIGKILL");
    await product.miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A signed-in client that repeats what was not acknowledged. */
class Writer {
  readonly #url: string;
  readonly #token: string;
  #socket: WebSocket | null = null;
  #said = 0;
  readonly #positions = new Map<string, number>();
  head = 0;
  contradictions = 0;
  #acknowledged: () => void = () => {};

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async open(url: string, token: string): Promise<Writer> {
    const writer = new Writer(url, token);
    await writer.#open();
    return writer;
  }

  async say(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const ref = `w${this.#said++}`;
      for (let tries = 0; !this.#positions.has(ref); tries++) {
        if (tries > 100) throw new Error(`${ref} was never acknowledged`);
        if (this.#socket?.readyState !== WebSocket.OPEN) await this.#open();
        const heard = new Promise<void>((resolve) => {
          this.#acknowledged = resolve;
        });
        this.#socket?.send(JSON.stringify({ t: "say", ref, kind: "message", body: { text: ref } }));
        await Promise.race([heard, wait(2000)]);
      }
    }
  }

  async #open(): Promise<void> {
    const protocols = ["caravan.v1", `auth.${this.#token}`];
    const socket = new WebSocket(this.#url, protocols, { perMessageDeflate: false });
    await new Promise<void>((resolve) => {
      socket.once("error", () => resolve());
      socket.once("message", () => resolve());
    });
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data)) as { t: string; ref: string; seq: number };
      if (frame.t !== "ack") return;
      if ((this.#positions.get(frame.ref) ?? frame.seq) !== frame.seq) this.contradictions += 1;
      this.#positions.set(frame.ref, frame.seq);
      this.head = Math.max(this.head, frame.seq);
      this.#acknowledged();
    });
    this.#socket = socket;
  }
}

async function eventIn(origin: string) {
  const post = async (path: string, body: object, token?: string) => {
    const headers = {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    };
    const answer = await fetch(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, never>;
  };
  const email = "crowd@example.com";
  const password = "a password for a crowd";
  await post("/api/v1/users/", { email, password, first_name: "Анна", last_name: "Мария" });
  const { access } = await post("/api/v1/auth/login/", { phone: email, password });
  const event = {
    name: "Concert",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
    participants: [],
  };
  const { id: uuid } = await post("/api/events/", event, access);
  const answer = await fetch(`${origin}/api/v1/events/`, { headers: { authorization: `Bearer ${access}` } });
  const [row] = ((await answer.json()) as { results: { id: number }[] }).results;
  return { token: String(access), uuid: String(uuid), id: row?.id ?? 0 };
}

function ask<Answer>(crowd: ChildProcess, order: Order): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a crowd ended with ${code}`));
    crowd.once("exit", ended);
    crowd.once("message", (answer) => {
      crowd.off("exit", ended);
      resolve(answer as Answer);
    });
    crowd.send(order);
  });
}

const seconds = (since: number) => ((performance.now() - since) / 1000).toFixed(1);
