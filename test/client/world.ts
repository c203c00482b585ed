/** A line between the client and a server that the test plays, with timers that pass when it says so. */
import * as v from "valibot";
import type { ClientFrame, ServerFrame } from "../../client/src/live/frames.ts";
import { Live } from "../../client/src/live/live.ts";
import type { LiveOptions, SocketLike } from "../../client/src/live/options.ts";
import type { RoomListener } from "../../client/src/live/room.ts";
import { ClientFrame as ServersClientFrame } from "../../src/platform/realtime/socket/frames.ts";

/** Timers that run when `pass` reaches them. */
export class Timers {
  #now = 0;
  #due: { at: number; run: () => void }[] = [];

  readonly after = (milliseconds: number, run: () => void) => {
    const timer = { at: this.#now + milliseconds, run };
    this.#due.push(timer);
    return () => {
      this.#due = this.#due.filter((each) => each !== timer);
    };
  };

  get count(): number {
    return this.#due.length;
  }

  /** Lets time pass, and everything run that falls due meanwhile, in order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    for (;;) {
      const next = this.#due.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
      if (!next) break;
      this.#now = next.at;
      this.#due = this.#due.filter((each) => each !== next);
      next.run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets everything go on that waits for promises only. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** The client's end of a socket, whose server is the test. */
export class FakeSocket implements SocketLike {
  readonly url: string;
  readonly protocols: readonly string[];
  readonly sent: ClientFrame[] = [];
  closedWith: number | null = null;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;

  constructor(url: string, protocols: readonly string[]) {
    this.url = url;
    this.protocols = protocols;
  }

  send(text: string): void {
    // What the server would not take is a fault of the client, whatever the test is about.
    this.sent.push(v.parse(ServersClientFrame, JSON.parse(text)));
  }

  close(code = 1000): void {
    this.closedWith = code;
  }

  /** The client gets a frame. */
  hear(frame: ServerFrame): void {
    this.onmessage?.({ data: JSON.stringify(frame) } as never);
  }

  /** The server, or the network, ends it. */
  end(code = 1006): void {
    this.onclose?.({ code } as never);
  }

  /** Frames of one kind that the client has sent. */
  of<Kind extends ClientFrame["t"]>(kind: Kind): Extract<ClientFrame, { t: Kind }>[] {
    return this.sent.filter((frame): frame is Extract<ClientFrame, { t: Kind }> => frame.t === kind);
  }
}

export const LIMITS = { frame: 16_384, rate: 50, page: 300, rooms: 50, ping: 25, silence: 60 };

export const welcome = (more: Partial<Extract<ServerFrame, { t: "welcome" }>> = {}): ServerFrame => ({
  t: "welcome",
  epoch: "m1",
  seq: 0,
  ttl: null,
  recovered: true,
  limits: LIMITS,
  ...more,
});

export const entry = (room: string | undefined, seq: number, ref?: string): ServerFrame => ({
  t: "entry",
  ...(room === undefined ? {} : { room }),
  seq,
  kind: "message",
  at: "2026-11-29T00:00:00.000Z",
  by: 1,
  ...(ref === undefined ? {} : { ref }),
  body: { text: `entry ${seq}` },
});

/** A live connection on a fake line. */
export function world(options: LiveOptions = {}) {
  const timers = new Timers();
  const sockets: FakeSocket[] = [];
  const live = new Live({
    url: "https://api.example.com",
    credentials: { token: () => "key", renew: () => "key" },
    socket: (url, protocols) => {
      const socket = new FakeSocket(url, protocols);
      sockets.push(socket);
      return socket;
    },
    after: timers.after,
    random: () => 1,
    ...options,
  });
  const here = {
    live,
    timers,
    sockets,
    pass: (milliseconds: number) => timers.pass(milliseconds),
    /** The newest socket. */
    get socket(): FakeSocket {
      const socket = sockets.at(-1);
      if (!socket) throw new Error("no socket was opened");
      return socket;
    },
    /** Connects and is welcomed. */
    async up(more: Parameters<typeof welcome>[0] = {}): Promise<void> {
      live.connect();
      await settle();
      here.socket.hear(welcome(more));
      await settle();
    },
    /** Lets time pass on a line that answers. */
    async passAlive(milliseconds: number): Promise<void> {
      for (let left = milliseconds; left > 0; left -= 10_000) {
        await timers.pass(Math.min(10_000, left));
        here.socket.hear({ t: "pong" });
      }
    },
    /** Lets time pass until the next socket is opened; returns how much that was, ms, in steps of a tenth of a second. */
    async nextSocket(): Promise<number> {
      const before = sockets.length;
      for (let waited = 0; waited < 120_000; waited += 100) {
        if (sockets.length > before) return waited;
        await timers.pass(100);
      }
      throw new Error("no socket was opened within two minutes");
    },
    /** Answers the newest question for a room. */
    open(room: string, seq: number, more: Partial<Extract<ServerFrame, { t: "subscribed" }>> = {}): void {
      const asked = here.socket.of("subscribe").filter((frame) => frame.room === room);
      const ref = asked.at(-1)?.ref;
      here.socket.hear({ t: "subscribed", ref, room, epoch: "e1", seq, recovered: true, ...more });
    },
    /** Acknowledges the newest entry that was sent. */
    ack(seq: number): string {
      const frame = here.socket.sent.filter((frame) => frame.t === "say" || frame.t === "points").at(-1);
      if (!frame) throw new Error("nothing was said");
      here.socket.hear({ t: "ack", ref: frame.ref, seq, at: "2026-11-29T00:00:00.000Z" });
      return frame.ref;
    },
  };
  return here;
}

/** A listener that notes what it hears. */
export function ears() {
  const heard = {
    seqs: [] as number[],
    reloads: [] as string[],
    latest: [] as unknown[],
    typing: [] as number[],
    presence: [] as (readonly number[])[],
    reads: [] as unknown[],
    pending: [] as number[],
    states: [] as string[],
  };
  const listener: RoomListener = {
    entry: ({ seq }) => void heard.seqs.push(seq),
    reload: (why) => void heard.reloads.push(why),
    latest: ({ body }) => void heard.latest.push(body),
    typing: (by) => void heard.typing.push(by),
    presence: (users) => void heard.presence.push(users),
    read: (mark) => void heard.reads.push(mark),
    pending: (pending) => void heard.pending.push(pending.length),
    state: (state) => void heard.states.push(state),
  };
  return { heard, listener };
}
