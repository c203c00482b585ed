// What every chapter of the tour uses: printing steps, requests to the server, and sockets.
import WebSocket from "ws";

const port = process.env.PORT ?? 8787;
export const origin = `http://127.0.0.1:${port}`;

/** Different in every run, so that names which contain it are new. */
export const stamp = Date.now().toString(36);
export const PASSWORD = "a-long-ride";

/** How long anything may take, in ms. */
const PATIENCE = 10_000;

/** The smallest real JPEG: one grey pixel. */
export const JPEG = Buffer.from(
  "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AKp//2Q==",
  "base64",
);

let step = 0;

export function chapter(title) {
  console.log(`\n  ${title}`);
}

export function tell(words) {
  step += 1;
  console.log(`  ${String(step).padStart(2)}  ${words}`);
}

export function fail(error) {
  console.error(`\n   ✗  After step ${step}: ${error.message}`);
  process.exit(1);
}

/** Sends a request. `by` is the Authorization header: `Bearer …` or `Token …`. A form is sent as it is, any other body as JSON. */
export async function call(method, path, { body, by, headers = {} } = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(new URL(path, origin), {
    method,
    redirect: "manual",
    headers: {
      ...(isForm ? {} : { "content-type": "application/json" }),
      ...(by ? { authorization: by } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  }).catch(() => {
    throw new Error(`no server answers on ${origin}: start one with npm run dev`);
  });
  const words = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: /^[{[]/.test(words) ? JSON.parse(words) : words,
  };
}

/** Sends a request and returns the body of its answer; throws for a status of 300 or more. */
export async function ask(method, path, options) {
  const { status, body } = await call(method, path, options);
  if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

export async function letters(address) {
  return (await fetch(`${origin}/dev/outbox.json?to=${encodeURIComponent(address)}`)).json();
}

/** Runs the cron job of each minute now. */
export async function strikeClock() {
  await fetch(`${origin}/cdn-cgi/local/scheduled?cron=${encodeURIComponent("* * * * *")}`);
}

/** Repeats a request until its answer is truthy; throws after ten seconds. */
export async function until(question) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error("the expected answer did not come within ten seconds");
    await rest(200);
  }
}

export function rest(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A socket in the native dialect. */
export function openNative(path, token) {
  return open(path, { protocols: ["caravan.v1", ...(token ? [`auth.${token}`] : [])] });
}

/** Opens a socket whose frames are queued. A refusal before the upgrade throws an error with its `status`. */
export function open(path, { protocols = [], headers = {} } = {}) {
  const socket = new WebSocket(origin.replace("http", "ws") + path, protocols, { headers });
  const frames = [];
  let wake = () => {};
  socket.on("message", (data) => {
    frames.push(JSON.parse(data));
    wake();
  });
  const peer = {
    closed: new Promise((resolve) => socket.once("close", resolve)),
    /** Returns the next frame that fits; earlier ones stay in the queue. */
    async next(fits = () => true) {
      const deadline = Date.now() + PATIENCE;
      for (;;) {
        const index = frames.findIndex(fits);
        if (index >= 0) return frames.splice(index, 1)[0];
        if (Date.now() > deadline) throw new Error(`no such frame came on ${path}`);
        await new Promise((resolve) => {
          wake = resolve;
          setTimeout(resolve, 250);
        });
      }
    },
    entry: (kind) => peer.next((frame) => frame.t === "entry" && (!kind || frame.kind === kind)),
    send: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    close: () => socket.close(),
    /** Ends the connection without a Close frame, as when a phone loses its network. */
    breakOff: () => socket.terminate(),
  };
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(peer));
    socket.once("unexpected-response", (_request, { statusCode: status }) =>
      reject(Object.assign(new Error(`the socket ${path} was refused with ${status}`), { status })),
    );
    socket.once("error", reject);
  });
}
