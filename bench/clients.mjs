// The load: requests over keep-alive connections, and sockets that only count their frames.
import { Agent, request } from "node:http";
import { WebSocket } from "ws";

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Sends one request and returns the text of its answer. Any status but the expected one is an error. */
export function send(method, url, { status = 200, body, token, key } = {}) {
  const payload = body === undefined ? "" : JSON.stringify(body);
  const headers = {
    ...(payload ? { "content-type": "application/json", "content-length": Buffer.byteLength(payload) } : {}),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
    ...(key ? { authorization: `Token ${key}` } : {}),
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
  #members = [];
  #next = 0;
  #received = { ack: 0, entry: 0 };
  #awaited = null;

  /**
   * Opens a socket for each target and waits for every welcome. A target is a URL and its sub-protocols; with a `room` the
   * socket subscribes to that room and writes there.
   */
  static async open(targets) {
    const crowd = new Crowd();
    for (let from = 0; from < targets.length; from += ABREAST)
      await Promise.all(targets.slice(from, from + ABREAST).map((target) => crowd.#join(target)));
    return crowd;
  }

  #join({ url, protocols, room }) {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols, { perMessageDeflate: false });
      socket.once("error", reject);
      socket.once("close", (code) => {
        const early = new Error(`the socket ${url} was closed with ${code}`);
        reject(early);
        this.#awaited?.fail(early);
      });
      const inside = () => {
        socket.on("message", this.#receive);
        this.#members.push({ socket, room });
        resolve();
      };
      socket.once("message", () => {
        if (room === undefined) return inside();
        socket.once("message", inside);
        socket.send(JSON.stringify({ t: "subscribe", room }));
      });
    });
  }

  /** Tells an `{"t":"ack"…` from an `{"t":"entry"…` by its seventh letter: parsing every frame would be most of the work. */
  #receive = (frame) => {
    const kind = frame[6] === LETTER_A ? "ack" : "entry";
    this.#received[kind] += 1;
    if (this.#awaited?.kind === kind && this.#received[kind] >= this.#awaited.count) this.#awaited.done();
  };

  /** Calls `cause` and waits until `count` frames of a kind have arrived since. */
  async receives(count, kind, cause) {
    this.#received = { ack: 0, entry: 0 };
    let timer;
    const received = new Promise((done, fail) => {
      this.#awaited = { count, kind, done, fail };
      timer = setTimeout(() => fail(new Error(`got ${this.#received[kind]} of ${count} frames`)), PATIENCE);
    });
    try {
      await Promise.all([received, cause()]);
    } finally {
      clearTimeout(timer);
      this.#awaited = null;
    }
  }

  say(ref) {
    this.#send({ t: "say", ref, kind: "message", body: { text: "See you at the bridge" } });
  }

  report(ref, points) {
    this.#send({ t: "points", ref, points });
  }

  /** Sends each frame on the next socket, so that none exceeds its limit of frames a second. */
  #send(frame) {
    const { socket, room } = this.#members[this.#next++ % this.#members.length];
    socket.send(JSON.stringify(room === undefined ? frame : { ...frame, room }));
  }

  async close() {
    const gone = this.#members.map(({ socket }) => new Promise((resolve) => socket.once("close", resolve)));
    for (const { socket } of this.#members) socket.close();
    await Promise.all(gone);
  }
}

const LETTER_A = "a".charCodeAt(0);
