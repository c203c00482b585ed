/** The development server as a person runs it: a process of its own, on a port and a state of its own, that can be stopped and killed. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
/** A start takes seconds; on a machine that does much else at once, many. */
const PATIENCE = 90_000;

/** A development server in a process of its own, on a new state. `start` waits until it answers, `remove` stops it and deletes the state. */
export class Server {
  readonly origin: string;
  readonly state = mkdtempSync(join(tmpdir(), "caravan-whole-"));
  readonly #port: number;
  #process: ChildProcess | null = null;
  #said = "";

  private constructor(port: number) {
    this.#port = port;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** A fresh server, ready to answer. Its state has an empty database, or with `nothing` not even that. */
  static async start({ nothing = false } = {}): Promise<Server> {
    const server = new Server(await freePort());
    if (!nothing) cpSync(migratedState(), server.state, { recursive: true });
    await server.start();
    return server;
  }

  /** Starts it again with the state it has. */
  async start(): Promise<void> {
    const started = launch(this.#port, this.state);
    this.#process = started;
    this.#said = "";
    let tell = () => {};
    const ready = new Promise<void>((resolve) => {
      tell = resolve;
    });
    for (const stream of [started.stdout, started.stderr])
      stream?.on("data", (chunk) => {
        this.#said += chunk;
        if (this.#said.includes("Caravan is at")) tell();
      });
    const failed = new Promise<never>((_, reject) => {
      started.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.#said}`)));
      setTimeout(() => reject(new Error(`the server is not ready:\n${this.#said}`)), PATIENCE).unref();
    });
    failed.catch(() => {});
    try {
      await Promise.race([ready, failed]);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** The output since its last start. */
  get said(): string {
    return this.#said;
  }

  /** SIGTERM to `npm run dev`'s process alone, as a supervisor would; answers its exit code. */
  async stop(): Promise<number | null> {
    const group = this.#process;
    if (!group?.pid) return null;
    const ended = new Promise<number | null>((resolve) => group.once("exit", resolve));
    group.kill("SIGTERM");
    return ended;
  }

  /** SIGKILL to the server and everything that it started, in the middle of whatever they do. */
  async kill(): Promise<void> {
    const group = this.#process;
    if (!group?.pid || this.#living().length === 0) return;
    process.kill(-group.pid, "SIGKILL");
    await until(() => this.#living().length === 0, "the killed server is still there");
  }

  /** Command lines of what is left of it. */
  left(): string[] {
    return this.#living();
  }

  /** A second server on the same state, and on the same port unless another is asked for; answers how it ended. */
  async rival(port = this.#port): Promise<{ code: number | null; said: string }> {
    const rival = launch(port, this.state);
    let said = "";
    for (const stream of [rival.stdout, rival.stderr])
      stream?.on("data", (chunk) => {
        said += chunk;
      });
    const code = await new Promise<number | null>((resolve) => rival.once("close", resolve));
    return { code, said };
  }

  /** One statement on its database while it is stopped. */
  sql(command: string): Record<string, unknown>[] {
    const place = ["d1", "execute", "DB", "--local", "--persist-to", this.state, "--json"];
    const bin = join(ROOT, "node_modules/wrangler/bin/wrangler.js");
    const words = execFileSync(process.execPath, [bin, ...place, "--command", command], {
      cwd: ROOT,
      env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return JSON.parse(words.slice(words.indexOf("[")))[0]?.results ?? [];
  }

  /** Kills it and forgets its state. */
  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.state, { recursive: true, force: true });
  }

  /** Processes of its group that are not only waiting to be counted out. */
  #living(): string[] {
    const group = this.#process?.pid;
    if (!group) return [];
    return execFileSync("ps", ["-eo", "pgid=,stat=,args="], { encoding: "utf8" })
      .split("\n")
      .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
      .filter((found) => Number(found?.[1]) === group && !found?.[2]?.startsWith("Z"))
      .map((found) => found?.[3] ?? "");
  }
}

/** A state with all migrations applied, made once for each set of them: applying takes seconds. */
function migratedState(): string {
  const folder = join(ROOT, "migrations");
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".sql")))
    hash.update(name).update(readFileSync(join(folder, name)));
  const made = join(ROOT, "node_modules/.cache/caravan", `migrated-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(made)) return made;
  const making = `${made}-${process.pid}`;
  try {
    execFileSync(process.execPath, [join(ROOT, "scripts/migrate.mjs"), making], {
      cwd: ROOT,
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" },
      stdio: "pipe",
    });
    renameSync(making, made);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    // Another run may have made it meanwhile.
    if (!existsSync(made)) throw error;
  }
  return made;
}

function launch(port: number, state: string): ChildProcess {
  // `detached` makes it the head of a process group: a kill of the group reaches all that it starts.
  return spawn(process.execPath, [join(ROOT, "scripts/dev.mjs")], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(port), CARAVAN_STATE: state },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
}

/** Returns a port that nothing listens on. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (typeof address !== "object" || !address) throw new Error("no port is free");
  return address.port;
}

/** Asks until it is so. */
export async function until(
  holds: () => unknown | Promise<unknown>,
  otherwise: string,
  patience = 20_000,
): Promise<void> {
  const deadline = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(otherwise);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
