/** The dev server as `npm run dev` starts it, with a port and a state of its own; it can die and come back. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface DevServer {
  readonly origin: string;
  /** At once, in the middle of whatever it does. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Kills it and forgets its state. */
  remove(): Promise<void>;
}

export async function startDevServer(): Promise<DevServer> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const state = mkdtempSync(join(tmpdir(), "caravan-whole-"));
  const env = { ...process.env, PORT: String(port), CARAVAN_STATE: state };
  let running: ChildProcess | null = null;

  const restart = async () => {
    // A group of its own: when it is killed, all of it is.
    const started = spawn(process.execPath, ["scripts/dev.mjs"], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    running = started;
    let complaints = "";
    started.stderr?.on("data", (words) => {
      complaints = `${complaints}${words}`.slice(-4000);
    });
    const ended = new Promise<never>((_, reject) => {
      started.once("exit", () => {
        if (running === started) running = null;
        reject(new Error(`the server ended: ${complaints}`));
      });
    });
    ended.catch(() => {});
    await Promise.race([answers(origin), ended]);
  };
  const kill = async () => {
    const dying = running;
    running = null;
    if (!dying?.pid) return;
    const gone = new Promise((resolve) => dying.once("exit", resolve));
    process.kill(-dying.pid, "SIGKILL");
    await gone;
  };
  const remove = async () => {
    await kill();
    rmSync(state, { recursive: true, force: true });
  };
  try {
    await restart();
  } catch (error) {
    await remove();
    throw error;
  }
  return { origin, kill, restart, remove };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function answers(origin: string): Promise<void> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; ) {
    const status = await fetch(`${origin}/health/`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`nobody answers at ${origin}`);
}
