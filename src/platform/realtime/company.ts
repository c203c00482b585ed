/** Who is here, who is typing, and how far each has read. Only read marks are kept. */
import { log } from "../log.ts";
import type { Followers } from "./followers.ts";
import { encode, type Fault, fault, PROTOCOL, type RoomFrame, type ServerFrame } from "./frames.ts";
import type { JournalStorage } from "./journal.ts";
import type { Sockets } from "./sockets.ts";
import { LISTENER, type Writer } from "./speech.ts";
import type { ReadMark, Tenant } from "./tenant.ts";

/** In a room that is not social it knows who is here and shows nobody anything. */
export class Company {
  readonly #sql: JournalStorage;
  readonly #sockets: Sockets;
  readonly #followers: Followers;
  readonly #tenant: Pick<Tenant, "social" | "archiveReads">;
  #ready = false;
  /** Whether D1 lacks a mark; undefined until somebody looked. */
  #news: boolean | undefined;

  constructor(
    sql: JournalStorage,
    sockets: Sockets,
    followers: Followers,
    tenant: Pick<Tenant, "social" | "archiveReads">,
  ) {
    this.#sql = sql;
    this.#sockets = sockets;
    this.#followers = followers;
    this.#tenant = tenant;
  }

  /** The people who are here, each once, in order. */
  present(): number[] {
    const here = this.#sockets.open().map((socket) => this.#sockets.facts(socket).caller?.userId);
    const following = this.#followers.all().map(({ caller }) => caller.userId);
    const people = new Set([...here, ...following].filter((id) => id !== undefined));
    return [...people].sort((one, other) => one - other);
  }

  /** The same for those who are shown it; null where nobody is. */
  shown(): number[] | null {
    return this.#tenant.social ? this.present() : null;
  }

  /** Does what lets people in or sends them away, and tells everybody who is here then. */
  through<Result>(change: () => Result): Result {
    const before = this.shown();
    const result = change();
    if (before) this.#announce(before);
    return result;
  }

  /** A socket has closed: its person may have another. */
  left(socket: WebSocket): void {
    const present = this.shown();
    const leaver = this.#sockets.facts(socket).caller?.userId;
    if (present && leaver !== undefined && !present.includes(leaver)) this.#announce([...present, leaver]);
  }

  /** A newcomer hears who is here and how far they have read; the others hear of the newcomer. */
  welcome(socket: WebSocket, before: readonly number[] | null): void {
    const users = this.shown();
    if (!users || !before) return;
    this.#announce(before);
    if (this.#sockets.facts(socket).dialect !== PROTOCOL) return;
    if (users.length === before.length) this.#sockets.send(socket, encode({ t: "presence", users }));
    for (const { userId: by, seq } of this.reads())
      this.#sockets.send(socket, encode({ t: "read", by, seq }));
  }

  /** Typing, or how far somebody has read: never beyond the newest entry. */
  gesture(
    { caller, readOnly }: Writer,
    frame: Extract<RoomFrame, { t: "read" | "typing" }>,
    head: number,
  ): Fault | null {
    if (!this.#tenant.social) return fault("bad_frame", "This room knows no such thing.");
    if (!caller || readOnly) return LISTENER;
    if (frame.t === "read") this.#read(caller.userId, Math.min(frame.seq, head));
    else this.#show({ t: "typing", by: caller.userId }, caller.userId);
    return null;
  }

  /** A person's second tab is no news. */
  #announce(before: readonly number[]): void {
    const users = this.present();
    if (users.length === before.length && users.every((id, index) => id === before[index])) return;
    this.#show({ t: "presence", users });
  }

  /** Moves a mark forward and tells everybody; never back. */
  #read(by: number, seq: number): void {
    this.#prepare();
    const moved = [
      ...this.#sql.exec(
        `INSERT INTO reads (user, seq, archived) VALUES (?, ?, 0)
        ON CONFLICT (user) DO UPDATE SET seq = excluded.seq, archived = 0 WHERE excluded.seq > seq RETURNING user`,
        by,
        seq,
      ),
    ];
    if (moved.length === 0) return;
    this.#news = true;
    this.#show({ t: "read", by, seq });
  }

  reads(): ReadMark[] {
    return this.#tenant.social ? this.#marks("SELECT user, seq FROM reads ORDER BY user") : [];
  }

  /** Whether D1 lacks a mark. */
  get hasNews(): boolean {
    if (!this.#tenant.social || !this.#tenant.archiveReads) return false;
    this.#news ??= this.#unarchived().length > 0;
    return this.#news;
  }

  /** Copies marks to D1. What fails is tried again. */
  async archive(room: string): Promise<void> {
    if (!this.hasNews) return;
    const reads = this.#unarchived();
    try {
      if (reads.length > 0) await this.#tenant.archiveReads?.(room, reads);
    } catch (error) {
      return log("warn", "room.archiveReads", { room }, error);
    }
    for (const { userId, seq } of reads)
      this.#sql.exec("UPDATE reads SET archived = 1 WHERE user = ? AND seq = ?", userId, seq);
    this.#news = undefined;
  }

  #unarchived(): ReadMark[] {
    return this.#marks("SELECT user, seq FROM reads WHERE archived = 0");
  }

  #marks(query: string): ReadMark[] {
    this.#prepare();
    const rows = this.#sql.exec<{ user: number; seq: number }>(query);
    return [...rows].map(({ user, seq }) => ({ userId: user, seq }));
  }

  forget(userId: number): void {
    if (!this.#tenant.social) return;
    this.#prepare();
    this.#sql.exec("DELETE FROM reads WHERE user = ?", userId);
  }

  /** The room is retired: nobody has read anything. */
  clear(): void {
    if (!this.#tenant.social) return;
    this.#prepare();
    this.#sql.exec("DELETE FROM reads");
    this.#news = false;
  }

  /** Nothing is left in storage; the object is about to vanish. */
  forgetAll(): void {
    this.#ready = false;
    this.#news = undefined;
  }

  #show(frame: ServerFrame, except?: number): void {
    const words = encode(frame);
    for (const socket of this.#sockets.open()) {
      const { dialect, caller } = this.#sockets.facts(socket);
      if (dialect === PROTOCOL && (except === undefined || caller?.userId !== except))
        this.#sockets.send(socket, words);
    }
    this.#followers.show(frame, except);
  }

  #prepare(): void {
    if (this.#ready) return;
    this.#ready = true;
    this.#sql.exec(
      "CREATE TABLE IF NOT EXISTS reads (user INTEGER PRIMARY KEY, seq INTEGER NOT NULL, archived INTEGER NOT NULL)",
    );
  }
}
