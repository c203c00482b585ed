/** Small values that a room keeps by name. Read from storage once, then answered from memory. */
import type { JournalStorage } from "./rows.ts";

export class Facts {
  readonly #sql: JournalStorage;
  /** Null until they were read. */
  #known: Map<string, string> | null = null;

  constructor(sql: JournalStorage) {
    this.#sql = sql;
  }

  get(name: string): string | null {
    return this.#all().get(name) ?? null;
  }

  /** Writes only what changes. */
  set(name: string, value: string): void {
    if (this.get(name) === value) return;
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, value);
    this.#all().set(name, value);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM facts");
    this.#known = new Map();
  }

  /** Reads from storage again: a transaction was rolled back. */
  reload(): void {
    this.#known = null;
  }

  #all(): Map<string, string> {
    this.#known ??= new Map(
      [...this.#sql.exec<{ name: string; value: string }>("SELECT name, value FROM facts")].map(
        ({ name, value }) => [name, value],
      ),
    );
    return this.#known;
  }
}
