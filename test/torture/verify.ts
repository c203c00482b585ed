/** Compares what clients saw and what was acknowledged with the journals and D1. */
import type { Seen, Violations } from "./clients/client.ts";
import { NativeClient } from "./clients/native.ts";
import { RawClient } from "./clients/raw.ts";
import { batchOf, type TrackClient } from "./clients/track.ts";
import { wait } from "./faults.ts";
import { journalOf } from "./journal.ts";
import type { TestedChat } from "./people.ts";
import type { World } from "./world.ts";

/** Compares what clients saw, what was acknowledged, the journals and D1. Returns the number of entries. */
export async function verifyDelivery(
  world: World,
  chats: readonly TestedChat[],
  tracks: readonly TrackClient[],
  violations: Violations,
): Promise<number> {
  const note = (kind: "lost" | "duplicated" | "reordered", words: string) => {
    violations[kind] += 1;
    if (violations.notes.length < 20) violations.notes.push(words);
  };
  let entries = 0;
  for (const { chat, clients } of chats) {
    const native = clients.find((client) => client instanceof NativeClient);
    const journal = await journalOf(world, `/ws/chat/${chat}/`, native?.protocols ?? []);
    entries += journal.length;
    const bySeq = new Map(journal.map(({ seq, text }) => [seq, text]));
    const texts = new Map<string, number>();
    for (const { seq, text } of journal) {
      if (texts.has(text)) note("duplicated", `chat ${chat}: ${text} at ${texts.get(text)} and ${seq}`);
      texts.set(text, seq);
    }
    journal.forEach(({ seq }, index) => {
      if (seq !== index + 1) note("lost", `chat ${chat}: ${seq} is at position ${index + 1}`);
    });
    for (const client of clients) {
      for (const [ref, seq] of client.acked)
        if (bySeq.get(seq) !== ref) note("lost", `chat ${chat}: ${ref} was acknowledged at ${seq}`);
      for (const { seq, text } of client.view)
        if (bySeq.get(seq) !== text) note("reordered", `${client.name} saw ${text} at ${seq}`);
      if (client instanceof RawClient) continue;
      if (client.view.length !== journal.length)
        note("lost", `${client.name} saw ${client.view.length} of ${journal.length}`);
    }
    await archived(world, chat, journal, note);
  }
  for (const track of tracks) await trackArchived(world, track, note);
  return entries;
}

type Note = (kind: "lost" | "duplicated", words: string) => void;

/** Waits until D1 holds what the journal holds. The archive sends a batch a second, and waits up to a minute after refusals. */
async function archived(world: World, chat: number, journal: readonly Seen[], note: Note): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const rows = await world.query<Seen>(
      "SELECT seq, text FROM chat_messages WHERE chat_id = ? ORDER BY seq",
      chat,
    );
    const same =
      rows.length === journal.length &&
      rows.every(({ seq, text }, n) => journal[n]?.seq === seq && journal[n]?.text === text);
    if (same) return;
    if (Date.now() > deadline)
      return note("lost", `chat ${chat}: D1 has ${rows.length} of ${journal.length}`);
    await wait(500);
  }
}

/** The database must hold each acknowledged batch of points once. The latitude of its points says which one it is. */
async function trackArchived(world: World, track: TrackClient, note: Note): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const rows = await world.query<{ batch: number; count: number }>(
      `SELECT CAST(round((latitude - 50) * 1e5) AS INTEGER) AS batch, count(*) AS count FROM location_points
       WHERE user_id = ? GROUP BY batch`,
      track.person.id,
    );
    const counts = new Map(rows.map(({ batch, count }) => [batch, count]));
    const missing = [...track.acked.keys()].filter((ref) => counts.get(batchOf(ref)) !== track.batch);
    const twice = rows.filter(({ count }) => count > track.batch);
    for (const { batch } of twice) note("duplicated", `${track.name}: batch ${batch}`);
    if (missing.length === 0 || twice.length > 0) return;
    if (Date.now() > deadline)
      return note("lost", `${track.name}: ${missing.length} acknowledged batches are not whole in D1`);
    await wait(500);
  }
}
