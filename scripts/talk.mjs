// `npm run talk -- /ws/chat/1/ [--as client1:password123] [--since 0] [--plain]`: a socket in the terminal. Prints
// incoming frames, sends what is typed, and resumes after a broken connection without missing or repeating a message.
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import WebSocket from "ws";
import { Live } from "../client/src/live/index.ts";

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
const token = values.as ? await signIn(values.as) : values.token;

if (plain) talkPlainly();
else talk();

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

/** Speaks caravan.v1 with the client: it reconnects, resumes, and sends unacknowledged messages again. */
function talk() {
  let wasOpen = false;
  const live = new Live({
    url: url.origin.replace(/^ws/, "http"),
    path: url.pathname + url.search,
    ...(values.since ? { since: Number(values.since) } : {}),
    anonymous: true,
    credentials: { token: () => token ?? null, renew: () => null },
    socket(address, protocols) {
      const socket = open(address, protocols);
      // The client has listeners as properties; these print.
      socket.on("open", () => {
        wasOpen = true;
        console.error(`— open: ${url.pathname}`);
      });
      socket.on("close", (code, reason) => {
        console.error(`— closed with ${code} ${reason}`);
        if (!wasOpen) process.exit(1);
      });
      return socket;
    },
  });
  live.onFrame((direction, frame) => {
    if (direction === "in" && frame.t !== "pong") console.log(JSON.stringify(frame));
  });
  live.onState((state) => state === "refused" && fail(`— ${live.error?.message}`));
  live.connect();
  readLines((line) => {
    if (line.startsWith("{")) return live.sendFrame(JSON.parse(line));
    live.own.message(line).catch((error) => console.error(`— not sent: ${error.message}`));
  });
}

/** Speaks what the older apps document: every line goes as it is. */
function talkPlainly() {
  if (values.since) url.searchParams.set("since", values.since);
  const scheme = token?.includes(".") ? "Bearer" : "Token";
  const socket = open(url.href, [], token ? { authorization: `${scheme} ${token}` } : {});
  socket.on("open", () => console.error(`— open: ${url.pathname}`));
  socket.on("message", (data) => console.log(String(data)));
  socket.on("close", (code, reason) => fail(`— closed with ${code} ${reason}`));
  readLines((line) => socket.send(line));
}

function open(address, protocols, headers = {}) {
  const socket = new WebSocket(address, protocols, { headers });
  socket.on("error", ({ message }) => console.error(`— ${message}`));
  return socket;
}

function readLines(run) {
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      try {
        run(line);
      } catch (error) {
        console.error(`— ${error.message}`);
      }
    })
    .on("close", () => process.exit(0));
}

function fail(words) {
  console.error(words);
  process.exit(1);
}
