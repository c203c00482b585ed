/** Optimistic concurrency: a change is written on condition that its row is unchanged, and decided again if it is not. */
import { refuse } from "../http/errors.ts";
import { messages } from "../http/messages.ts";

/** Each round of concurrent writers has a winner, so this many may change one row at once. */
const TRIES = 50;

/**
 * Reads a row and passes it to `write`, which returns null when a concurrent change came between; then it runs again
 * with the new row. Returns null when there is no row.
 *
 * @param first the row, if it was already read
 */
export async function updateOptimistically<Row, Result>(
  read: () => Promise<Row | null>,
  write: (row: Row) => Promise<Result | null>,
  first?: Row,
): Promise<Result | null> {
  let row = first ?? (await read());
  for (let tries = 0; row && tries < TRIES; tries++) {
    const written = await write(row);
    if (written !== null) return written;
    row = await read();
  }
  if (row) throw refuse(409, messages.conflict);
  return null;
}
