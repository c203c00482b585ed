/**
 * How a room's journal begins. A thing is made without its room: while nobody has entered, what is told to the room goes to
 * its archive, in the transaction of the change. The first to enter or to speak starts the journal with all of that.
 */
import { type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../db/client.ts";
import type { RequestContext } from "../../runtime.ts";
import type { RoomHandler } from "../handler.ts";
import type { Connections } from "../socket/connections.ts";
import { CLOSE } from "../socket/frames.ts";
import type { Entry } from "./entry.ts";
import type { Journal } from "./journal/journal.ts";
import type { ScheduledCallback } from "./scheduled.ts";
import type { RoomState } from "./state.ts";

/** What a room was told before its journal began. */
export interface ToldBefore {
  /** The epoch that the journal continues; null for a new one. */
  readonly epoch: string | null;
  readonly entries: readonly Entry[];
  /** The room never waited: if an older version began its journal, nothing is missing there. */
  readonly neverWaited?: boolean;
}

interface BeginningParts {
  readonly state: Pick<DurableObjectState, "storage">;
  readonly handler: Pick<RoomHandler, "toldBefore" | "onSchedule" | "hasOlderJournals">;
  readonly connections: Pick<Connections, "closeAll">;
  readonly roomState: RoomState;
  readonly scheduled: ScheduledCallback;
  readonly journal: Journal;
  readonly clock: () => number;
}

export class Beginning {
  readonly #parts: BeginningParts;
  #underWay: Promise<boolean> | null = null;

  constructor(parts: BeginningParts) {
    this.#parts = parts;
  }

  /** Whether the journal has begun, so that nothing needs to be read. */
  get isOver(): boolean {
    const { handler, journal, roomState } = this.#parts;
    if (!handler.toldBefore || roomState.isRetired || journal.fact("begun") !== null) return true;
    return journal.head > 0 && !handler.hasOlderJournals;
  }

  /** Ends when a beginning that is under way has ended: only then are the entries in the journal that it has read. */
  async settled(): Promise<void> {
    // The caller that began it hears of a failure.
    await this.#underWay?.catch(() => {});
  }

  /**
   * Starts the journal if it has not begun. False when the thing no longer exists. Everybody who comes meanwhile waits for
   * the same read. Throws when D1 can't be read: then nothing has begun.
   * @param since see `RoomState.know`
   */
  async ensure(room: string, since?: number): Promise<boolean> {
    if (this.isOver) return true;
    this.#underWay ??= this.#begin(room, since).finally(() => {
      this.#underWay = null;
    });
    return this.#underWay;
  }

  async #begin(room: string, since: number | undefined): Promise<boolean> {
    const { handler, state, roomState, scheduled, clock } = this.#parts;
    const told = await handler.toldBefore?.(room);
    if (!told) return false;
    if (this.isOver) return true;
    const { journal } = this.#parts;
    const isOlder = journal.head > 0;
    // What an older journal was not told while the room waited is missing there: clients come back and are told to reload.
    if (isOlder && !told.neverWaited) this.#parts.connections.closeAll(CLOSE.comeBack, "begins anew");
    state.storage.transactionSync(() => {
      roomState.know(room, since);
      if (!(isOlder && told.neverWaited)) journal.begin(told.epoch, told.entries);
      if (journal.head === 0 || handler.hasOlderJournals) journal.setFact("begun", "1");
    });
    // What is due was scheduled nowhere while there was no room.
    if (handler.onSchedule) scheduled.set(clock());
    return true;
  }
}

/** The statements by which a kind of room begins, for one transaction. */
export interface BeginningStatements {
  /** Ends the waiting of the room and returns a row if it was waiting: from now on the room itself is told. */
  readonly begin: SQL;
  /** Its entries: epoch, seq, at, ref, kind, body; oldest first. */
  readonly entries: SQL;
  /** A row if the thing exists. */
  readonly exists: SQL;
}

/**
 * Reads what a room was told before, and ends its waiting in the same transaction, so that no step is lost between the
 * two. A room that did not wait has begun before: it started without storing what it read, and reads it again under a new
 * epoch, or its journal was lost. Only what was told before has a ref in the archive; a lost journal starts again at 0.
 */
export async function readToldBefore(
  ctx: RequestContext,
  { begin, entries, exists }: BeginningStatements,
): Promise<ToldBefore | null> {
  const results = (await runBatch(
    ctx.db,
    [begin, entries, exists].map((statement) => ctx.db.run(statement)),
  )) as { results: unknown[] }[];
  const [waited = [], rows = [], found = []] = results.map((result) => result.results);
  if (found.length === 0) return null;
  const told = (rows as ArchivedRow[]).map(({ epoch, body, ...row }) => ({
    epoch,
    entry: { ...row, author: 0, body: JSON.parse(body) as Record<string, unknown> },
  }));
  if (told.some(({ entry }) => entry.ref === null)) return { epoch: null, entries: [] };
  return {
    epoch: waited.length > 0 ? (told[0]?.epoch ?? null) : null,
    entries: told.map(({ entry }) => entry),
  };
}

interface ArchivedRow extends Pick<Entry, "seq" | "at" | "ref" | "kind"> {
  readonly epoch: string;
  readonly body: string;
}

/** The epoch of what a room is told before it begins: from the uuid of the thing. */
export const epochBefore = (uuid: SQL): SQL<string> => sql`substr(${uuid}, 1, 8)`;
