/** Changes that depend on what stands in a row: written on condition that it still stands so, and decided anew when it does not. */
import { refuse } from "../http/errors.ts";
import { messages } from "../http/messages.ts";

/** Each round of writers that meet has a winner, so this is how many may change one row at once. */
const TRIES = 50;

/**
 * Reads a row, then writes what follows from it; `write` answers null when somebody else's change came between, and
 * is asked again with the row as it is then. Null when there is no row.
 *
 * @param first the row, where it was read already
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
