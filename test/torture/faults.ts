/** Faults on the server's side, and waiting until clients have caught up. */

import type { Violations } from "./clients/client.ts";
import { PhoneClient } from "./clients/phone.ts";
import { RawClient } from "./clients/raw.ts";
import type { TrackClient } from "./clients/track.ts";
import type { TestedChat } from "./people.ts";
import type { World } from "./world.ts";

/** How long an unacknowledged message waits before it is sent again, ms. */
export const PATIENCE = 1500;

/** Resolves after this many ms. */
export const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Evicts a room of a random kind: a chat, an inbox or a track. */
export async function evict(
  world: World,
  { chat, clients }: TestedChat,
  tracks: readonly TrackClient[],
  random: () => number,
  close: boolean,
): Promise<void> {
  const track = tracks[Math.floor(random() * tracks.length)];
  const choices = [
    { className: "ChatRoom", name: `chat:${chat}` },
    { className: "ChatRoom", name: `chat:${chat}` },
    { className: "UserRoom", name: `user:${track?.person.id}` },
    { className: "InboxRoom", name: await inboxOf(world, clients, chat) },
  ];
  const choice = choices[Math.floor(random() * choices.length)];
  await world.order("evict", { ...choice, close }).catch(() => {
    // Not in memory: nothing to evict.
  });
}

async function inboxOf(world: World, clients: TestedChat["clients"], chat: number): Promise<string> {
  const phone = clients.find((client) => client instanceof PhoneClient);
  const number = Number(phone?.name.slice(1));
  const [row] = await world.query<{ one: number; other: number }>(
    "SELECT initiator_id AS one, receiver_id AS other FROM chats WHERE id = ?",
    chat,
  );
  return `inbox:${number % 2 ? row?.one : row?.other}`;
}

/** Waits until everything is acknowledged and every client has seen all of it. */
export async function settle(
  world: World,
  chats: readonly TestedChat[],
  tracks: readonly TrackClient[],
): Promise<void> {
  const clients = chats.flatMap(({ clients }) => clients);
  for (const table of ["chat_pages", "track_chunks"]) await world.order("accept", { table });
  const deadline = Date.now() + 60_000;
  const pending = () => [...clients, ...tracks].some(({ unacked }) => unacked.size > 0);
  while (pending() && Date.now() < deadline) {
    for (const client of clients) client.repeat(PATIENCE);
    for (const track of tracks) track.report(PATIENCE, false);
    await wait(200);
    // Raw messages have no refs: those in flight when a connection broke are not waited for.
    for (const client of clients)
      if (client instanceof RawClient && Date.now() > deadline - 50_000) client.unacked.clear();
  }
  // A push that was lost between two objects is repeated after a while.
  const patience = Date.now() + 30_000;
  while (chats.some(isBehind) && Date.now() < patience) await wait(200);
  await wait(1500);
}

/** How often all clients pause: a lost last push is noticed only when no other follows it. */
export const LULLS = 3;

/** Pauses all clients until everything in flight has arrived, including pushes lost between two objects. */
export async function lull(chats: readonly TestedChat[], violations: Violations): Promise<void> {
  const patience = Date.now() + 30_000;
  while (chats.some(isBehind) && Date.now() < patience) {
    for (const client of chats.flatMap(({ clients }) => clients)) client.repeat(PATIENCE);
    await wait(200);
  }
  for (const { chat } of chats.filter(isBehind)) {
    violations.lost += 1;
    violations.notes.push(`chat ${chat}: not every client caught up during a pause`);
  }
}

/** Whether one client has seen fewer entries than another. */
function isBehind({ clients }: TestedChat): boolean {
  const seen = clients.filter((client) => !(client instanceof RawClient)).map(({ view }) => view.length);
  return new Set(seen).size > 1;
}
