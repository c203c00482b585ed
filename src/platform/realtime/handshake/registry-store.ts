/** What a connection registry keeps in its SQLite: rooms with a person's sockets and rights, revocations, used tickets. */
import type { JournalStorage } from "../log/journal/rows.ts";
import type { Revocation } from "../rights/revocation.ts";

/** A room in which this person opened no socket for this long is forgotten. Milliseconds. */
const ROOM_MEMORY = 30 * 24 * 3600_000;
/** A room's row is written again when it is older than this. Milliseconds. */
const NOTE_EVERY = 24 * 3600_000;

/**
 * `address`: how the client names the room, when that is not its name. `held`: the right. `opened`: 0 when only an inbox
 * subscribes to the room. The version before this one knows the first two columns, and writes only these.
 */
const ROOM_COLUMNS =
  "(room TEXT PRIMARY KEY, seen_at INTEGER NOT NULL, address TEXT, held TEXT, opened INTEGER) WITHOUT ROWID";

/** A right to enter a room, as an authorizer found it. Stored as JSON: the names are those of stored data. */
export interface HeldRight {
  /** When the facts behind it were read, epoch ms. */
  readonly asOf: number;
  /** The caller's role then: it holds for no other. */
  readonly role: string;
  /** The room's version of rights with which it was looked up, when the room named one. */
  readonly version?: number | undefined;
  /** A documented socket is greeted by facts that the authorizer reads, so it is looked up for each of them. */
  readonly greets?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
  readonly until?: number | undefined;
  readonly visibleFrom?: number | undefined;
}

export interface HeldRoom {
  readonly room: string;
  readonly right: HeldRight;
}

export interface RoomNote {
  readonly room: string;
  readonly address?: string | undefined;
  readonly right?: HeldRight | null | undefined;
  readonly opens: boolean;
}

interface RoomRow extends Record<string, SqlStorageValue> {
  readonly seen_at: number;
  readonly address: string | null;
  readonly held: string | null;
  readonly opened: number | null;
}

export class RegistryStore {
  readonly #sql: JournalStorage;
  /** What is signed before this may concern a session whose end was forgotten. Epoch ms; 0 without such an end. */
  readonly trustFrom: number;

  /** `memory`: how long a revocation is remembered. Milliseconds. */
  constructor(sql: JournalStorage, memory: number, now: number) {
    this.#sql = sql;
    this.#createTables();
    this.trustFrom = this.#adoptRevocations(memory, now);
  }

  /** One read where there is nothing to make: after a deploy all registries wake at once. */
  #createTables(): void {
    const known = this.#sql.exec<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table'",
    );
    const tables = new Map([...known].map(({ name, sql }) => [name, sql]));
    const run = (statement: string) => void this.#sql.exec(statement);
    if (!tables.has("rooms")) run(`CREATE TABLE rooms ${ROOM_COLUMNS}`);
    else if (!/\bheld\b/.test(tables.get("rooms") ?? "")) {
      run(`CREATE TABLE rooms_with_rights ${ROOM_COLUMNS}`);
      run("INSERT INTO rooms_with_rights (room, seen_at) SELECT room, seen_at FROM rooms");
      run("DROP TABLE rooms");
      run("ALTER TABLE rooms_with_rights RENAME TO rooms");
    }
    if (!tables.has("revocations"))
      run("CREATE TABLE revocations (revocation TEXT NOT NULL, until INTEGER NOT NULL, kept INTEGER)");
    else if (!/\bkept\b/.test(tables.get("revocations") ?? ""))
      run("ALTER TABLE revocations ADD COLUMN kept INTEGER");
    if (!tables.has("tickets"))
      run("CREATE TABLE tickets (id TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID");
    if (!tables.has("facts"))
      run("CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID");
  }

  /**
   * The version before this one remembered a revocation for two minutes and left the last one in the table. Where it left
   * one, earlier ones may be forgotten: nothing that was signed before now is trusted.
   */
  #adoptRevocations(memory: number, now: number): number {
    const [left] = this.#sql.exec("SELECT 1 FROM revocations WHERE kept IS NULL LIMIT 1");
    if (left) {
      this.#sql.exec("UPDATE revocations SET until = ?, kept = 1 WHERE kept IS NULL", now + memory);
      this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('trust_from', ?)", now);
    }
    const [fact] = this.#sql.exec<{ value: number }>("SELECT value FROM facts WHERE name = 'trust_from'");
    return fact?.value ?? 0;
  }

  /** The room of an address, `event:7` or `event:<uuid>`, when this person holds a right to it. */
  heldRoom(address: string): HeldRoom | null {
    const columns = "SELECT room, held FROM rooms WHERE held IS NOT NULL AND";
    const [byName] = this.#sql.exec<{ room: string; held: string }>(`${columns} room = ?`, address);
    const [row] = byName
      ? [byName]
      : this.#sql.exec<{ room: string; held: string }>(`${columns} address = ? LIMIT 1`, address);
    return row ? { room: row.room, right: JSON.parse(row.held) as HeldRight } : null;
  }

  /**
   * Notes that a socket opens in a room, or that an inbox subscribes to it. `right`: null for one that may not be held;
   * undefined leaves what is held. False when nothing had to be written.
   */
  noteRoom({ room, address, right, opens }: RoomNote, now: number): boolean {
    const [row] = this.#sql.exec<RoomRow>(
      "SELECT seen_at, address, held, opened FROM rooms WHERE room = ?",
      room,
    );
    const held = right === undefined ? (row?.held ?? null) : right && JSON.stringify(right);
    const alias = address === undefined || address === room ? (row?.address ?? null) : address;
    const opened = opens || (row && row.opened !== 0) ? 1 : 0;
    if (row && row.seen_at > now - NOTE_EVERY) {
      const isSame = row.held === held && row.address === alias && (row.opened ?? 1) === opened;
      if (isSame) return false;
    }
    if (!row) this.#sql.exec("DELETE FROM rooms WHERE seen_at < ?", now - ROOM_MEMORY);
    this.#sql.exec(
      "INSERT OR REPLACE INTO rooms (room, seen_at, address, held, opened) VALUES (?, ?, ?, ?, ?)",
      room,
      now,
      alias,
      held,
      opened,
    );
    return true;
  }

  /** Takes a right back: the authorizer has refused. */
  drop(address: string): void {
    this.#sql.exec(
      "UPDATE rooms SET held = NULL WHERE (room = ?1 OR address = ?1) AND held IS NOT NULL",
      address,
    );
  }

  /** The rooms in which sockets opened. */
  rooms(): string[] {
    const rows = this.#sql.exec<{ room: string }>("SELECT room FROM rooms WHERE opened IS NOT 0");
    return [...rows].map(({ room }) => room);
  }

  /** The inbox, and those in which a socket opened last. */
  likelyRooms(limit: number): string[] {
    const rows = this.#sql.exec<{ room: string }>(
      "SELECT room FROM rooms WHERE opened IS NOT 0 ORDER BY substr(room, 1, 6) = 'inbox:' DESC, seen_at DESC LIMIT ?",
      limit,
    );
    return [...rows].map(({ room }) => room);
  }

  /** Marks a ticket as used. False: it was used before. */
  useTicket({ id, expiresAt }: { readonly id: string; readonly expiresAt: number }, now: number): boolean {
    this.#sql.exec("DELETE FROM tickets WHERE until <= ?", now);
    const used = this.#sql.exec(
      "INSERT OR IGNORE INTO tickets (id, until) VALUES (?, ?) RETURNING id",
      id,
      expiresAt,
    );
    return [...used].length > 0;
  }

  addRevocation(revocation: Revocation, until: number, now: number): void {
    this.#sql.exec("DELETE FROM revocations WHERE until <= ?", now);
    this.#sql.exec(
      "INSERT INTO revocations (revocation, until, kept) VALUES (?, ?, 1)",
      JSON.stringify(revocation),
      until,
    );
  }

  revocations(now: number): Revocation[] {
    const rows = this.#sql.exec<{ revocation: string }>(
      "SELECT revocation FROM revocations WHERE until > ?",
      now,
    );
    return [...rows].map(({ revocation }) => JSON.parse(revocation) as Revocation);
  }
}
