// `npm run storm [-- clients]`: everybody comes back at once after a deploy. The server is stopped and started again on
// its state, so that every isolate and every object is cold; then all clients resume where they were. Prints how often the
// database was asked, how many rows were written, and how long clients waited for their welcome.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { WebSocket } from "ws";
import { signAccess } from "../src/modules/identity/sessions/tokens.ts";
import { Keyring } from "../src/platform/crypto/digest.ts";
import { countingFront, countsOf } from "./counting.mjs";
import { build, startProduct } from "./platform.mjs";

const SECRET = "a secret for measuring, nothing else";
/** People of one event's room; the others open their own socket. */
const ROOM = 100;
const HOUR = 3600_000;

/** Runs the storm; returns what was counted and how long clients waited, in ms. */
export async function storm(clients = 2000) {
  const folder = mkdtempSync(join(tmpdir(), "caravan-storm-"));
  const place = { folder, front: countingFront, port: 0 };
  const start = () => startProduct(place, { PASSWORD_COST: "1024/8/1", RATE_REGISTRATION: "1000000/60" });
  let server = await start();
  try {
    const visits = await invite(server, clients);
    const sockets = [];
    for (let from = 0; from < clients; from += ROOM)
      sockets.push(
        ...(await Promise.all(visits.slice(from, from + ROOM).map((visit) => open(server, visit)))),
      );
    await setTimeout(3000);
    const first = await counted(server);
    // The deploy: all sockets break, all isolates and objects are new.
    await server.miniflare.dispose();
    for (const { socket } of sockets) socket.terminate();
    server = await start();
    await counted(server);
    const begun = performance.now();
    const back = await Promise.all(
      visits.map((visit, index) => open(server, visit, sockets[index].position)),
    );
    const seconds = (performance.now() - begun) / 1000;
    // What is deferred until after the answer counts, too.
    await setTimeout(2000);
    const storm = await counted(server);
    const waits = back.map(({ wait }) => wait).sort((one, other) => one - other);
    const recovered = back.filter((each) => each.recovered).length;
    for (const { socket } of back) socket.terminate();
    const at = (share) => Math.round(waits[Math.min(clients - 1, Math.floor(clients * share))]);
    return { clients, recovered, ...storm, seconds, p50: at(0.5), p99: at(0.99), first };
  } finally {
    await server.miniflare.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What was counted since the last call. */
const counted = (server) => countsOf(server, { reset: true });

/** Signs people in: half of them will be in rooms of events, a hundred in each, half on their own sockets. */
async function invite({ origin, database }, count) {
  const now = Date.now();
  const people = Array.from({ length: count }, (_, index) => ({
    id: 1000 + index,
    session: crypto.randomUUID(),
  }));
  const all = JSON.stringify(people);
  await database
    .prepare(
      `INSERT INTO users (id, username, username_key, created_at, updated_at)
       SELECT value ->> 'id', 'storm' || (value ->> 'id'), 'storm' || (value ->> 'id'), 1, 1 FROM json_each(?)`,
    )
    .bind(all)
    .run();
  await database
    .prepare(
      `INSERT INTO sessions (id, user_id, door, access_seconds, refresh_seconds, refresh_expires_at, expires_at, address, user_agent, created_at, last_seen_at)
       SELECT value ->> 'session', value ->> 'id', 'alphabet', 86400, 86400, ?2, ?2, '', '', ?3, ?3 FROM json_each(?1)`,
    )
    .bind(all, now + 48 * HOUR, now - HOUR)
    .run();
  const ctx = { runtime: { keys: new Keyring(SECRET) } };
  const tokens = await Promise.all(
    people.map(({ id, session }) =>
      signAccess(
        ctx,
        { id: session, signedInAt: now - HOUR, endsAt: now + 48 * HOUR, asOf: now },
        { id, userType: "CLIENT", isStaff: false },
        86_400,
      ),
    ),
  );
  const rooms = await Promise.all(
    Array.from({ length: Math.ceil(count / 2 / ROOM) }, () => eventOf(origin, tokens[0])),
  );
  return tokens.map((token, index) => ({
    token,
    path: index % 2 === 0 ? "/ws/me/" : `/ws/events/${rooms[Math.floor(index / 2 / ROOM)]}/`,
  }));
}

async function eventOf(origin, token) {
  const answer = await fetch(`${origin}/api/events/`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({
      name: "Storm",
      starting_time: "2031-01-01T10:00Z",
      end_time: "2031-01-01T11:00Z",
      location: "Bridge",
      participants: [],
    }),
  });
  if (answer.status !== 201) throw new Error(`event: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).id;
}

/** Opens a socket, from a position when one is given, and waits for its welcome. */
function open({ origin }, { path, token }, position) {
  const query = position ? `?epoch=${position.epoch}&since=${position.seq}` : "";
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(
      `${origin.replace("http", "ws")}${path}${query}`,
      ["caravan.v1", `auth.${token}`],
      {
        perMessageDeflate: false,
        handshakeTimeout: 120_000,
      },
    );
    socket.once("error", reject);
    socket.once("message", (data) => {
      const { t, epoch, seq, recovered } = JSON.parse(String(data));
      if (t !== "welcome") return reject(new Error(`no welcome, but ${data}`));
      socket.on("error", () => {});
      resolve({ socket, position: { epoch, seq }, recovered, wait: performance.now() - begun });
    });
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await build();
  console.log(JSON.stringify(await storm(Number(process.argv[2] ?? 2000)), null, 2));
}
