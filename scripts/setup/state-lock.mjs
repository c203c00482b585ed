// A lock file so that only one server uses a state: two servers on one database lose each other's writes.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Takes the lock of a state folder. Returns null when this process has it now, or its holder: `{ pid, port }`.
 * A lock whose processes have all ended is taken over.
 */
export function takeLock(state, port) {
  mkdirSync(state, { recursive: true });
  const file = lockFile(state);
  for (;;) {
    try {
      writeFileSync(file, words({ pids: [process.pid], port }), { flag: "wx" });
      return null;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const text = read(file);
    const holder = parse(text);
    const pid = holder?.pids.find(isServer);
    if (pid !== undefined) return { pid, port: holder.port };
    // Its processes have ended. Another start may take it over at the same moment, so only the lock that was read is removed.
    const mine = `${file}.${process.pid}`;
    try {
      renameSync(file, mine);
      if (read(mine) !== text) linkSync(mine, file);
      unlinkSync(mine);
    } catch (error) {
      if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
    }
  }
}

/** Adds the server's own process to the lock: if this process is killed, the server lives on and still writes. */
export function shareLock(state, port, pid) {
  writeFileSync(lockFile(state), words({ pids: [process.pid, pid], port }));
}

/** Removes the lock, if this process has it. */
export function releaseLock(state) {
  if (parse(read(lockFile(state)))?.pids.includes(process.pid)) rmSync(lockFile(state), { force: true });
}

const lockFile = (state) => join(state, "server.lock");
const words = (holder) => `${JSON.stringify(holder)}\n`;

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function parse(text) {
  try {
    const { pids, port } = JSON.parse(text);
    return Array.isArray(pids) ? { pids: pids.filter(Number.isInteger), port } : null;
  } catch {
    return null;
  }
}

/** Whether this process is a Caravan server. Process ids are reused, so on Linux the command is checked too. */
function isServer(pid) {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return false;
  }
  const command = read(`/proc/${pid}/cmdline`);
  return command === "" ? process.platform !== "linux" : /dev\.mjs|wrangler/.test(command);
}
