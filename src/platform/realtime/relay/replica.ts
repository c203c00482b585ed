/** The part of a room's log that a relay has in memory: the newest entries as they are pushed, and a few older pages. */
import { log } from "../../log.ts";
import type { Entry } from "../log/entry.ts";
import { coversPosition } from "../log/journal/window.ts";
import { LIMITS } from "../socket/frames.ts";
import type { Attached } from "./rpc.ts";

/** Entries that are kept of the newest, and pages of older ones. */
const KEPT = { entries: LIMITS.page, pages: 4 } as const;

type Page = Promise<readonly Entry[] | null>;

/**
 * Sockets that resume are served from here, so that a thousand of them cost the room a few reads. Pages are cut at
 * multiples of their size, and a page that is being read is awaited by all who need it.
 */
export class Replica {
  readonly #read: (epoch: string, since: number) => Promise<readonly Entry[] | null>;
  #epoch = "";
  #head = 0;
  #oldest = 1;
  /** Without a gap up to the head. */
  #newest: Entry[] = [];
  readonly #pages = new Map<number, Page>();

  /** `read` returns the page after a position from the room; null when the epoch is over. */
  constructor(read: (epoch: string, since: number) => Promise<readonly Entry[] | null>) {
    this.#read = read;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** Everything up to here was sent to the sockets that are live. */
  get head(): number {
    return this.#head;
  }

  /** Begins at a position of which nothing else is known. */
  begin(epoch: string, head: number): void {
    this.#epoch = epoch;
    this.#head = head;
    this.#oldest = head + 1;
    this.forget();
  }

  /** Learns what the room has. What is newer than the position comes by `add`. */
  learn({ newest, oldest }: Pick<Attached, "newest" | "oldest">): void {
    this.#oldest = oldest;
    const known = newest.filter(({ seq }) => seq <= this.#head);
    if (known.at(-1)?.seq === this.#head) this.#newest = known;
  }

  /** Those of the entries that follow on the position. It moves forward with them. */
  add(entries: readonly Entry[]): readonly Entry[] {
    const news = entries.filter(({ seq }) => seq > this.#head);
    if (news[0]?.seq !== this.#head + 1) return [];
    this.#newest.push(...news);
    this.#newest.splice(0, Math.max(0, this.#newest.length - KEPT.entries));
    this.#head += news.length;
    return news;
  }

  /** Whether everything after a client's position can be read. */
  covers(epoch: string | null, since: number): boolean {
    const ends = { epoch: this.#epoch, head: this.#head, oldest: () => this.#oldest };
    return coversPosition(ends, epoch, since);
  }

  /** Entries after a position, oldest first; null when they can't be had. */
  after(seq: number, limit: number): readonly Entry[] | Page {
    if (seq >= this.#head) return [];
    const first = this.#head + 1 - this.#newest.length;
    if (seq + 1 >= first) return this.#newest.slice(seq + 1 - first, seq + 1 - first + limit);
    return this.#page(seq - (seq % LIMITS.page)).then(
      (page) => page?.filter((entry) => entry.seq > seq && entry.seq <= this.#head) ?? null,
    );
  }

  /** Entries were emptied in the room: nothing that is in memory may be shown. */
  forget(): void {
    this.#newest = [];
    this.#pages.clear();
  }

  #page(since: number): Page {
    const known = this.#pages.get(since);
    if (known) return known;
    const page = this.#fetch(since);
    this.#pages.set(since, page);
    void page.then((entries) => {
      // A page that is not full yet, or could not be read, is read again.
      if (entries?.length !== LIMITS.page && this.#pages.get(since) === page) this.#pages.delete(since);
    });
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEPT.pages && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #fetch(since: number): Page {
    try {
      const entries = await this.#read(this.#epoch, since);
      const first = entries?.[0]?.seq ?? 0;
      // What fell out of the room's window meanwhile can't be promised to the next client.
      if (first > since + 1) this.#oldest = Math.max(this.#oldest, first);
      return entries;
    } catch (error) {
      log("warn", "relay.read", { since }, error);
      return null;
    }
  }
}
