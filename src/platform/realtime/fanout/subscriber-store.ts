/** The inboxes that subscribe to a room, kept in the object's SQLite. */
import type { Caller } from "../../http/caller.ts";
import type { JournalStorage } from "../log/journal/rows.ts";

/** Stored as JSON: its names are those of stored data. */
export interface Subscriber {
  /** Name of the inbox: `inbox:7`. */
  readonly inbox: string;
  readonly caller: Caller;
  readonly readOnly: boolean;
  /** When the right to be here was looked up, epoch ms. */
  readonly admittedAt: number;
  /** As in the `Admission` of a socket. */
  readonly visibleFrom?: number | undefined;
  readonly until?: number | undefined;
  readonly rightsVersion?: number | undefined;
  readonly isHeld?: boolean | undefined;
  /** The others were told that the person behind this inbox is not heard any more. */
  silent?: boolean;
}

export class SubscriberStore {
  readonly #sql: JournalStorage;
  /** Null until they were read. */
  #cached: Map<string, Subscriber> | null = null;

  constructor(sql: JournalStorage) {
    this.#sql = sql;
  }

  all(): Subscriber[] {
    return [...this.#subscribers().values()];
  }

  get(inbox: string): Subscriber | undefined {
    return this.#subscribers().get(inbox);
  }

  put(subscriber: Subscriber): void {
    const subscribers = this.#subscribers();
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS followers (inbox TEXT PRIMARY KEY, follower TEXT NOT NULL) WITHOUT ROWID",
    );
    this.#sql.exec(
      "INSERT OR REPLACE INTO followers (inbox, follower) VALUES (?, ?)",
      subscriber.inbox,
      JSON.stringify(subscriber),
    );
    subscribers.set(subscriber.inbox, subscriber);
  }

  /** False: it was not there. */
  delete(inbox: string): boolean {
    if (!this.#subscribers().delete(inbox)) return false;
    this.#sql.exec("DELETE FROM followers WHERE inbox = ?", inbox);
    return true;
  }

  /** Drops what was read from storage: it was just deleted. */
  forget(): void {
    this.#cached = null;
  }

  #subscribers(): Map<string, Subscriber> {
    if (!this.#cached) {
      // A room that nobody ever subscribed to has no table: making one costs rows.
      const [table] = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'followers'");
      const rows = table
        ? this.#sql.exec<{ inbox: string; subscriber: string }>(
            "SELECT inbox, follower AS subscriber FROM followers",
          )
        : [];
      this.#cached = new Map([...rows].map((row) => [row.inbox, JSON.parse(row.subscriber) as Subscriber]));
    }
    return this.#cached;
  }
}
