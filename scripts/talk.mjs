// `npm run talk -- /ws/chat/1/ [--as client1:password123] [--since 0] [--plain]`: a socket in the terminal. Prints
// incoming frames, sends what is typed, and resumes after a broken connection without missing or repeating a message.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import WebSocket from "ws";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    as: { type: "string" },
    token: { type: "string" },
    since: { type: "string" },
    plain: { type: "boolean" },
  },
});
const { plain } = values;
const [place] = positionals;
if (!place) {
  fail(
    "Usage: npm run talk -- <path or ws://…> [--as <name>:<password> | --token <token>] [--since <seq>] [--plain]\n" +
      "Speaks caravan.v1, or with --plain the frames that the older apps document. A line that begins with { goes\n" +
      "as it is, any other as a message.",
  );
}
const url = new URL(place, `ws://127.0.0.1:${process.env.PORT ?? 8787}`);
if (values.since) url.searchParams.set("since", values.since);
const token = values.as ? await signIn(values.as) : values.token;

/** Messages that are not acknowledged yet, by ref. */
const unsure = new Map();
let socket = null;
let pinging = null;
let wasOpen = false;
connect();

createInterface({ input: process.stdin })
  .on("line", say)
  .on("close", () => process.exit(0));

async function signIn(words) {
  const [username, ...password] = words.split(":");
  const response = await fetch(new URL("/api/auth/signin/", url.href.replace(/^ws/, "http")), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password: password.join(":") }),
  }).catch(() => fail(`No server answers on ${url.host}. Start one with npm run dev.`));
  if (!response.ok) fail(`${username} could not be signed in: ${await response.text()}`);
  return (await response.json()).access;
}

function connect() {
  const scheme = token?.includes(".") ? "Bearer" : "Token";
  const headers = plain && token ? { authorization: `${scheme} ${token}` } : {};
  const protocols = plain ? [] : ["caravan.v1", ...(token ? [`auth.${token}`] : [])];
  socket = new WebSocket(url, protocols, { headers });
  socket.on("open", () => {
    wasOpen = true;
    console.error(`— open: ${url.pathname}`);
    for (const frame of unsure.values()) socket.send(frame);
  });
  socket.on("message", (data) => {
    if (plain) return console.log(String(data));
    const frame = JSON.parse(data);
    if (frame.t !== "pong") console.log(String(data));
    note(frame);
  });
  socket.on("error", ({ message }) => console.error(`— ${message}`));
  socket.on("close", (code, reason) => {
    clearInterval(pinging);
    console.error(`— closed with ${code} ${reason}`);
    // Codes from 4000 mean that the client should not reconnect.
    if (!wasOpen || code >= 4000) process.exit(1);
    setTimeout(connect, 1000);
  });
}

function say(line) {
  if (plain || line.startsWith("{")) return send(line);
  const ref = crypto.randomUUID();
  unsure.set(ref, JSON.stringify({ t: "say", ref, kind: "message", body: { text: line } }));
  send(unsure.get(ref));
}

function send(words) {
  if (socket.readyState === WebSocket.OPEN) socket.send(words);
}

/** Keeps the position to resume from, and forgets acknowledged messages. */
function note({ t, epoch, seq, ref, room, limits }) {
  if (t === "welcome") {
    // A client that is silent for longer than the server allows does not count as present.
    clearInterval(pinging);
    pinging = setInterval(() => send('{"t":"ping"}'), limits.ping * 1000);
    url.searchParams.set("epoch", epoch);
    if (!url.searchParams.has("since")) url.searchParams.set("since", seq);
  }
  if (t === "entry" && !room) url.searchParams.set("since", seq);
  if (t === "ack" || t === "error") unsure.delete(ref);
}

function fail(words) {
  console.error(words);
  process.exit(1);
}
