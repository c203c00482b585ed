/** Budgets of people's points. */
import { expect } from "vitest";
import { type Person, person, post } from "../harness/api.ts";
import type { Clock } from "../harness/clock.ts";
import { tokenUntil } from "../harness/rooms.ts";
import { connectNative, type Socket } from "../harness/socket.ts";
import { type Budget, perAction } from "./budget.ts";
import { quiet } from "./cost.ts";

/** A person who walks north, a metre a second, far from any task. */
class Walker {
  #steps = 0;
  readonly #socket: Socket;
  readonly #token: string;

  private constructor(socket: Socket, token: string) {
    this.#socket = socket;
    this.#token = token;
  }

  static async start(clock: Clock): Promise<Walker> {
    const someone: Person = await person("walker");
    const token = await tokenUntil(someone, Date.now() + 24 * 3600_000);
    const walker = new Walker(await connectNative("/ws/location/", token), token);
    await walker.send(1);
    // What other tests have left in their rooms is over by then.
    await clock.advance(120_000);
    return walker;
  }

  /** The points of the last seconds. */
  #points(count: number) {
    const now = Date.now();
    return Array.from({ length: count }, (_, index) => {
      this.#steps += 1;
      const at = new Date(now - (count - 1 - index) * 1000).toISOString();
      return { latitude: -48 + this.#steps / 100_000, longitude: -123, at, accuracy: 5 };
    });
  }

  /** Sends a frame with the points of the last seconds, and waits for its ack. */
  async send(count: number): Promise<void> {
    const points = this.#points(count);
    const ref = `walk ${this.#steps}`;
    this.#socket.send({ t: "points", ref, points });
    await this.#socket.next(({ t, ref: acked }) => t === "ack" && acked === ref);
  }

  /** The same by REST. */
  async post(count: number): Promise<void> {
    const body = { points: this.#points(count) };
    const { status } = await post("/api/v1/location-reports/batch/", body, { token: this.#token });
    expect(status).toBe(201);
  }
}

const BY = { send: "by socket", post: "by REST" } as const;

export const trackingBudgets: readonly Budget[] = [
  ...(["send", "post"] as const).flatMap((way): Budget[] => [
    {
      action: `A point ${BY[way]}, one a second over ten minutes,`,
      async measure(clock) {
        const walker = await Walker.start(clock);
        return perAction(clock, 600, async () => {
          for (let second = 0; second < 600; second++) {
            await walker[way](1);
            await clock.advance(1000);
          }
        });
      },
    },
    {
      action: `A batch of 50 points ${BY[way]}`,
      async measure(clock) {
        const walker = await Walker.start(clock);
        return perAction(clock, 12, async () => {
          for (let frame = 0; frame < 12; frame++) {
            await clock.advance(50_000);
            await walker[way](50);
            // The archive has real time to finish: it does not take the seconds that the clock jumps.
            await quiet(50);
          }
        });
      },
    },
  ]),
];
