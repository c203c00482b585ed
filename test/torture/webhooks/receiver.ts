/** A receiver of webhooks that fails at random, on a port of its own, and remembers everything that reached it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** One request. `accepted`: it was answered with a 2xx, whether or not the answer arrived. */
export interface Arrival {
  readonly id: string;
  readonly body: string;
  readonly accepted: boolean;
}

/** What happens to a request, and how often of a hundred. */
const FATES = [
  [55, "accept"],
  [15, "fail"],
  [8, "lose the answer"],
  [8, "break off"],
  [7, "ask for time"],
  [4, "redirect"],
  [3, "be slow"],
] as const;
type Fate = (typeof FATES)[number][1];

export class Receiver {
  readonly arrivals: Arrival[] = [];
  /** Requests whose signature was wrong. */
  forged = 0;
  secret = "";
  readonly #server: Server;
  readonly #chance: () => number;

  constructor(chance: () => number) {
    this.#chance = chance;
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      // The server was killed while it sent.
      return;
    }
    const body = Buffer.concat(pieces).toString();
    const fate = this.#fate();
    this.arrivals.push({
      id: String(request.headers["webhook-id"]),
      body,
      accepted: fate === "accept" || fate === "lose the answer" || fate === "be slow",
    });
    try {
      new Webhook(this.secret).verify(body, request.headers as Record<string, string>);
    } catch {
      this.forged += 1;
    }
    this.#answer(fate, response);
  }

  #answer(fate: Fate, response: ServerResponse): void {
    switch (fate) {
      case "accept":
        return void response.writeHead(204).end();
      case "fail":
        return void response.writeHead(500).end("no");
      case "ask for time":
        return void response.writeHead(429, { "Retry-After": "0" }).end();
      case "redirect":
        return void response.writeHead(302, { Location: "/elsewhere" }).end();
      case "be slow":
        return void setTimeout(() => response.writeHead(200).end("at last"), 60);
      case "lose the answer":
      case "break off":
        return void response.socket?.destroy();
      default:
        fate satisfies never;
    }
  }

  #fate(): Fate {
    let rest = this.#chance() * 100;
    for (const [share, fate] of FATES) {
      rest -= share;
      if (rest < 0) return fate;
    }
    return "accept";
  }
}
