/** A line between clients and the server that can be cut, stalled, or go silent without being closed. */
import { connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "../world.ts";

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  /** It carries a WebSocket. */
  isLive: boolean;
}

export class Line {
  readonly origin: string;
  readonly #port: number;
  readonly #target: number;
  readonly #pairs = new Set<Pair>();
  #listener: Server | null = null;

  private constructor(port: number, target: number) {
    this.#port = port;
    this.#target = target;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** A line to a server on this machine. */
  static async to(origin: string): Promise<Line> {
    const line = new Line(await freePort(), Number(new URL(origin).port));
    const listener = createServer((client) => line.#open(client));
    line.#listener = listener;
    await new Promise<void>((ready) => listener.listen(line.#port, "127.0.0.1", ready));
    return line;
  }

  /** Ends every connection without a word, as in a tunnel. Returns how many. */
  cut(): number {
    return this.#end([...this.#pairs]);
  }

  /** The same for WebSockets alone. */
  cutLive(): number {
    return this.#end([...this.#pairs].filter(({ isLive }) => isLive));
  }

  #end(pairs: readonly Pair[]): number {
    for (const { client, server } of pairs) {
      client.destroy();
      server.destroy();
    }
    return pairs.length;
  }

  /** What the server says arrives this much later, all at once: acknowledgements come late. */
  stall(milliseconds: number): void {
    for (const { server } of this.#pairs) {
      server.pause();
      setTimeout(() => server.resume(), milliseconds);
    }
  }

  /** Nothing passes on the present connections any more, and neither side is told. */
  silence(): void {
    for (const { client, server } of this.#pairs) {
      client.removeAllListeners("data");
      server.removeAllListeners("data");
      client.resume();
      server.resume();
    }
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((closed) => this.#listener?.close(closed));
  }

  #open(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    const pair = { client, server, isLive: false };
    client.on("data", (bytes) => {
      // A connection that carried requests may become a WebSocket.
      pair.isLive ||= bytes.toString("latin1").toLowerCase().includes("upgrade: websocket");
    });
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.setNoDelay(true);
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", end);
      from.on("close", end);
    }
  }
}
