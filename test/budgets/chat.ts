/** Budgets of chats. */
import { moveOldText } from "../../src/modules/chat/text/moving.ts";
import { chatters, native, say } from "../chat/friends.ts";
import type { Clock } from "../harness/clock.ts";
import { jobContext } from "../harness/job-context.ts";
import type { Socket } from "../harness/socket.ts";
import { type Budget, perAction } from "./budget.ts";

/** Says something and waits for the ack and for the other's socket. */
async function tell(from: Socket, to: Socket | null, ref: string): Promise<void> {
  from.send(say(ref, `message ${ref}`));
  await from.next(({ t, ref: acked }) => t === "ack" && acked === ref);
  await to?.next(({ t, ref: sent }) => t === "entry" && sent === ref);
}

/** Messages in a month of a quiet chat. */
const MONTHLY = 24;

/** The text so far is moved to the bucket: what that deletes is part of what a message costs. */
async function aged(): Promise<void> {
  await moveOldText(jobContext({ now: () => Date.now() + 150 * 24 * 3600_000 }).ctx);
}

/** Both friends in their chat, after its first message. */
async function talking(clock: Clock): Promise<[Socket, Socket]> {
  const pair = await chatters();
  const both: [Socket, Socket] = [await native(pair, pair.one), await native(pair, pair.other)];
  await tell(...both, "first");
  await clock.advance(2000);
  return both;
}

export const chatBudgets: readonly Budget[] = [
  {
    action: "A chat message that both receive",
    async measure(clock) {
      const [one, other] = await talking(clock);
      return perAction(clock, MONTHLY, async () => {
        for (let n = 0; n < MONTHLY; n++) {
          await tell(one, other, `r${n}`);
          // Told by the tests' clock, as a ping that the platform answers would not be.
          if (n % 5 === 4) for (const socket of [one, other]) socket.send({ t: "ping", n });
          await clock.advance(8_000);
        }
        await aged();
      });
    },
  },
  {
    action: "A chat message at 40 a second",
    async measure(clock) {
      const [one, other] = await talking(clock);
      return perAction(clock, 200, async () => {
        for (let n = 0; n < 200; n++) {
          await tell(one, other, `r${n}`);
          await clock.advance(25);
        }
        await aged();
      });
    },
  },
  {
    action: "A chat message whose receiver is away",
    async measure(clock) {
      const pair = await chatters();
      const one = await native(pair, pair.one);
      await tell(one, null, "first");
      return perAction(clock, MONTHLY, async () => {
        for (let n = 0; n < MONTHLY; n++) {
          await tell(one, null, `r${n}`);
          await clock.advance(8_000);
        }
        await aged();
      });
    },
  },
  {
    action: "A read mark in a chat",
    async measure(clock) {
      const [one, other] = await talking(clock);
      for (let n = 0; n < 4; n++) await tell(one, other, `r${n}`);
      await clock.advance(8_000);
      return perAction(clock, 4, async () => {
        for (let seq = 1; seq <= 4; seq++) {
          other.send({ t: "read", seq });
          await one.next((frame) => frame.t === "read" && frame.seq === seq);
          await clock.advance(8_000);
        }
      });
    },
  },
];
