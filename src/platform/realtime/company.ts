/** Who is here, who is typing, and how far each has read. Only read marks are kept. */
import type { Followers } from "./followers.ts";
import { encode, PROTOCOL, type ServerFrame } from "./frames.ts";
import type { JournalStorage } from "./journal.ts";
import type { Sockets } from "./sockets.ts";
import type { ReadMark } from "./tenant.ts";

export class Company {
  readonly #sql: JournalStorage;
  readonly #sockets: Sockets;
  readonly #followers: Followers;
  #ready = false;
  /** Whether D1 lacks a mark; undefined until somebody looked. */
  #news: boolean | undefined;

  constructor(sql: JournalStorage, sockets: Sockets, followers: Followers) {
    this.#sql = sql;
    this.#sockets = sockets;
    this.#followers = followers;
  }

  /** The people who are here, each once, in order. */
  present(): number[] {
    const here = this.#sockets.open().map((socket) => this.#sockets.facts(socket).caller?.userId);
    const following = this.#followers.all().map(({ caller }) => caller.userId);
    const people = new Set([...here, ...following].filter((id) => id !== undefined));
    return [...people].sort((one, other) => one - other);
  }

  /** Tells everybody who is here, after somebody came or left; a person's second tab is no news. */
  announce(before: readonly number[]): void {
    const users = this.present();
    if (users.length === before.length && users.every((id, index) => id === before[index])) return;
    this.#show({ t: "presence", users });
  }

  typing(by: number): void {
    this.#show({ t: "typing", by }, by);
  }

  /** Moves a mark forward and tells everybody; never back. */
  read(by: number, seq: number): void {
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
    this.#prepare();
    return [
      ...this.#sql.exec<{ user: number; seq: number }>("SELECT user, seq FROM reads ORDER BY user"),
    ].map(({ user, seq }) => ({ userId: user, seq }));
  }

  get hasNews(): boolean {
    this.#news ??= this.unarchived().length > 0;
    return this.#news;
  }

  /** Marks that D1 does not have yet. */
  unarchived(): ReadMark[] {
    this.#prepare();
    return [
      ...this.#sql.exec<{ user: number; seq: number }>("SELECT user, seq FROM reads WHERE archived = 0"),
    ].map(({ user, seq }) => ({ userId: user, seq }));
  }

  markArchived(reads: readonly ReadMark[]): void {
    for (const { userId, seq } of reads)
      this.#sql.exec("UPDATE reads SET archived = 1 WHERE user = ? AND seq = ?", userId, seq);
    this.#news = undefined;
  }

  forget(userId: number): void {
    this.#prepare();
    this.#sql.exec("DELETE FROM reads WHERE user = ?", userId);
  }

  /** The room is retired: nobody has read anything. */
  clear(): void {
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
