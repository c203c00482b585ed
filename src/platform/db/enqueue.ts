/** Hands outbox rows to the queue, which carries their ids only. */
import { log } from "../log.ts";
import type { JobMessage } from "../runtime.ts";

/** Queue.sendBatch takes at most 100 messages. */
export const QUEUE_BATCH = 100;

/**
 * Sends row ids to the queue. A failure is only logged: the sweep finds the rows. `isNew`: nobody else can have been
 * given these rows, so that their first delivery needs no claim.
 */
export async function enqueue(
  queue: Queue<JobMessage>,
  ids: readonly string[],
  { isNew = false } = {},
): Promise<void> {
  for (let from = 0; from < ids.length; from += QUEUE_BATCH) {
    const batch = ids
      .slice(from, from + QUEUE_BATCH)
      .map((outbox) => ({ body: { outbox, ...(isNew && { isNew }) } }));
    try {
      await queue.sendBatch(batch);
    } catch (error) {
      log("warn", "outbox.enqueue", { count: batch.length }, error);
    }
  }
}
