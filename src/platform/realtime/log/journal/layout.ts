/** The tables of a journal, and how those of an older object become them in place. */
import type { JournalStorage } from "./rows.ts";

const ENTRIES = `CREATE TABLE entries (
  seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author INTEGER NOT NULL, ref TEXT, kind TEXT NOT NULL, body TEXT NOT NULL,
  archived INTEGER)`;
const FACTS = "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID";
const REF_PAGES = "CREATE TABLE ref_pages (first INTEGER PRIMARY KEY, hashes BLOB NOT NULL)";

/**
 * Creates what is missing and changes what is older. Everything is synchronous, so the platform commits it whole. `facts`
 * had a rowid, which costs a second row at each write; `entries` had no `archived`; its index on `(author, ref)`, a second
 * row at each write too, is replaced by `ref_pages` (`refs.ts`).
 */
export function layOut(sql: JournalStorage): void {
  const made = new Map(
    [
      ...sql.exec<{ name: string; sql: string }>(
        "SELECT name, sql FROM sqlite_master WHERE name IN ('entries', 'entries_ref', 'facts', 'ref_pages')",
      ),
    ].map((row) => [row.name, row.sql]),
  );
  const entries = made.get("entries");
  if (entries === undefined) sql.exec(ENTRIES);
  else if (!/\barchived\b/.test(entries)) sql.exec("ALTER TABLE entries ADD COLUMN archived INTEGER");
  if (made.has("entries_ref")) sql.exec("DROP INDEX entries_ref");
  const facts = made.get("facts");
  if (facts === undefined) sql.exec(FACTS);
  else if (!/WITHOUT ROWID/i.test(facts)) {
    sql.exec("ALTER TABLE facts RENAME TO facts_with_rowid");
    sql.exec(FACTS);
    sql.exec("INSERT INTO facts (name, value) SELECT name, value FROM facts_with_rowid");
    sql.exec("DROP TABLE facts_with_rowid");
  }
  if (!made.has("ref_pages")) sql.exec(REF_PAGES);
}
