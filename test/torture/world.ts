/** The server under torture: a process of its own that can be killed with SIGKILL and started again on the same state. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SERVER = join(import.meta.dirname, "server.mjs");

interface Message {
  readonly ready?: true;
  readonly id?: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** A server in a process of its own, with orders to evict objects, refuse rows and query D1. */
export class World {
  readonly origin: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "caravan-torture-"));
  readonly #waiting = new Map<number, (message: Message) => void>();
  #child: ChildProcess | null = null;
  #asked = 0;
  #generation = 0;
  readonly #twoVersions: boolean;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(port: number, twoVersions: boolean, settings: Readonly<Record<string, string>>) {
    this.#port = port;
    this.#twoVersions = twoVersions;
    this.#settings = settings;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** `twoVersions`: an older version of the Worker serves, too, and objects run it in every second life of the server. */
  static async start(twoVersions = false, settings: Readonly<Record<string, string>> = {}): Promise<World> {
    const world = new World(await freePort(), twoVersions, settings);
    await world.start();
    return world;
  }

  async start(): Promise<void> {
    const generation = this.#twoVersions ? [String(this.#generation++)] : [];
    const child = fork(SERVER, [String(this.#port), this.#folder, ...generation], {
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      env: { ...process.env, TORTURE_SETTINGS: JSON.stringify(this.#settings) },
    });
    this.#child = child;
    await new Promise<void>((ready, failed) => {
      child.once("exit", (code) => failed(new Error(`the server ended with ${code}`)));
      child.on("message", (message: Message) => {
        if (message.ready) return ready();
        this.#waiting.get(message.id ?? 0)?.(message);
        this.#waiting.delete(message.id ?? 0);
      });
    });
  }

  /** SIGKILL to the process and all that it started, whatever they are doing. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child?.pid) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    process.kill(-child.pid, "SIGKILL");
    await ended;
    for (const answer of this.#waiting.values()) answer({ error: "killed" });
    this.#waiting.clear();
    // The port is free once the last of its children is gone.
    await new Promise((wait) => setTimeout(wait, 300));
  }

  async order<Answer = unknown>(order: string, details: object = {}): Promise<Answer> {
    const id = ++this.#asked;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#child?.send({ id, order, ...details });
    const { answer, error } = await answered;
    if (error !== undefined) throw new Error(`${order}: ${error}`);
    return answer as Answer;
  }

  query<Row>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return this.order<Row[]>("query", { sql, values });
  }

  async call(path: string, body?: unknown, key?: string): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      redirect: "manual",
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
      headers: {
        "content-type": "application/json",
        ...(key ? { authorization: `Token ${key}` } : {}),
      },
    });
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port is free");
  return address.port;
}
