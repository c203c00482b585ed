/** Budgets of sockets in an isolate that has just started, as all are after a deploy. */
import { type Person, person } from "../harness/api.ts";
import type { Clock } from "../harness/clock.ts";
import { makeRoom, tokenUntil } from "../harness/rooms.ts";
import { connectNative } from "../harness/socket.ts";
import { type Budget, perAction } from "./budget.ts";

const PEOPLE = 8;

/** People with tokens that outlive the clock's jumps, and the room of an event. */
async function crowd() {
  const people = await Promise.all(Array.from({ length: PEOPLE }, () => person("crowd")));
  const room = await makeRoom(people[0] as Person);
  const tokens = await Promise.all(people.map((each) => tokenUntil(each, Date.now() + 48 * 3600_000)));
  return { path: room.path, tokens };
}

async function open(path: string, token: string) {
  const socket = await connectNative(path, token);
  const welcome = await socket.next(({ t }) => t === "welcome");
  return { socket, since: `?epoch=${welcome.epoch}&since=${welcome.seq}` };
}

type Opened = Awaited<ReturnType<typeof open>>;

/** People who were in the room before; then all their sockets are closed and two hours pass. */
async function returning(clock: Clock) {
  const { path, tokens } = await crowd();
  const opened: Opened[] = await Promise.all(tokens.map((token) => open(path, token)));
  await clock.advance(2 * 3600_000);
  for (const { socket } of opened) socket.close();
  return { path, tokens, opened };
}

export const socketBudgets: readonly Budget[] = [
  {
    action: "A socket opened in a cold isolate",
    async measure(clock) {
      const { path, tokens } = await returning(clock);
      return perAction(clock, PEOPLE, () =>
        clock.cold(async () => {
          for (const token of tokens) await open(path, token);
        }),
      );
    },
  },
  {
    action: "A socket resumed in a cold isolate",
    async measure(clock) {
      const { path, tokens, opened } = await returning(clock);
      return perAction(clock, PEOPLE, () =>
        clock.cold(async () => {
          for (const [index, { since }] of opened.entries())
            await open(`${path}${since}`, tokens[index] ?? "");
        }),
      );
    },
  },
];
