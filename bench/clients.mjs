// The load: requests over kept connections, and sockets that only count what they hear.
import { Agent, request } from "node:http";
import { WebSocket } from "ws";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** One request, its answer read to the end. Any status but the expected one is an error. */
export function send(method, url, { status = 200, body, token } = {}) {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    ...(payload ? { "content-type": "application/json", "content-length": Buffer.byteLength(payload) } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const words = Buffer.concat(chunks).toString();
        if (response.statusCode === status) resolve(words);
        else reject(new Error(`${method} ${url} answered ${response.statusCode}: ${words.slice(0, 300)}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

export function closeConnections() {
  agent.destroy();
}

const PATIENCE = 15_000;
/** Sockets that open at the same time. */
const ABREAST = 50;

/** Sockets whose frames are counted together. */
export class Crowd {
  #sockets = [];
  #next = 0;
  #heard = { ack: 0, entry: 0 };
  #awaited = null;

  /** Opens a socket at each address and waits until every one is welcome. */
  static async gather(urls, protocols) {
    const crowd = new Crowd();
    for (let from = 0; from < urls.length; from += ABREAST)
      await Promise.all(urls.slice(from, from + ABREAST).map((url) => crowd.#join(url, protocols)));
    return crowd;
  }

  #join(url, protocols) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
      socket.once("error", reject);
      socket.once("close", (code) => {
        const early = new Error(`the socket ${url} was closed with ${code}`);
        reject(early);
        this.#awaited?.fail(early);
      });
      socket.once("message", () => {
        socket.on("message", this.#hear);
        this.#sockets.push(socket);
        resolve();
      });
    });
  }

  /** Tells an `{"t":"ack"…` from an `{"t":"entry"…` by its seventh letter: reading them whole would be most of the work. */
  #hear = (frame) => {
    const kind = frame[6] === LETTER_A ? "ack" : "entry";
    this.#heard[kind] += 1;
    if (this.#awaited?.kind === kind && this.#heard[kind] >= this.#awaited.count) this.#awaited.done();
  };

  /** Does something and waits until so many frames of a kind have been heard since. */
  async hears(count, kind, cause) {
    this.#heard = { ack: 0, entry: 0 };
    let timer;
    const heard = new Promise((done, fail) => {
      this.#awaited = { count, kind, done, fail };
      timer = setTimeout(() => fail(new Error(`heard ${this.#heard[kind]} of ${count} frames`)), PATIENCE);
    });
    try {
      await Promise.all([heard, cause()]);
    } finally {
      clearTimeout(timer);
      this.#awaited = null;
    }
  }

  /** Says something, each time on the next socket: none passes its limit of frames a second. */
  say(ref) {
    const socket = this.#sockets[this.#next++ % this.#sockets.length];
    socket.send(JSON.stringify({ t: "say", ref, kind: "message", body: { text: "See you at the bridge" } }));
  }

  async disperse() {
    const gone = this.#sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    for (const socket of this.#sockets) socket.close();
    await Promise.all(gone);
  }
}

const LETTER_A = "a".charCodeAt(0);
