/** An entry as one reader may see it, and as their dialect writes it. */
import type { Caller } from "../../http/caller.ts";
import { isoTime } from "../../time.ts";
import type { RoomHandler, Visibility } from "../handler.ts";
import type { Entry } from "../log/entry.ts";
import type { Journal } from "../log/journal/journal.ts";
import type { SocketFacts } from "../socket/attachment.ts";
import { encode, PROTOCOL } from "../socket/frames.ts";
import type { ShownValue } from "./latest.ts";

type ViewRules = Pick<RoomHandler, "toDocumented" | "audience" | "showTo" | "showFrom">;

export interface Reader extends Visibility {
  readonly caller: Caller | null;
}

export class EntryView {
  readonly #rules: ViewRules;
  readonly #journal: () => Journal;

  constructor(rules: ViewRules, journal: () => Journal) {
    this.#rules = rules;
    this.#journal = journal;
  }

  /** What this reader may see of an entry. */
  show(entry: Entry, reader: Reader): Entry {
    const shown = this.#rules.showTo?.(entry, this.#audience(reader.caller), this.#journal()) ?? entry;
    return showWithin(shown, reader, (older, from) => this.#rules.showFrom?.(older, from) ?? older);
  }

  /** The frame that this socket gets; null when its dialect has none for the entry. */
  encode(entry: Entry, facts: SocketFacts): string | null {
    const shown = this.show(entry, facts);
    return facts.dialect === PROTOCOL ? encode(entryFrame(shown)) : this.#rules.toDocumented(shown);
  }

  /** The frame of something that is not stored; null when this socket may not see it. The same rules as for an entry. */
  encodeLatest(shown: ShownValue, facts: SocketFacts): string | null {
    const seen = this.show(latestEntry(shown), facts);
    if (isHidden(seen)) return null;
    return facts.dialect === PROTOCOL ? encode(latestFrame(seen)) : this.#rules.toDocumented(seen);
  }

  /** Sockets of one group get the same frames. */
  groupOf({ dialect, visibleFrom, until, caller }: SocketFacts): string {
    return [dialect, visibleFrom, until, this.#audience(caller)].join(" ");
  }

  #audience(caller: Caller | null): string {
    return this.#rules.audience?.(caller) ?? "";
  }
}

/** Something that is not stored, in the form that the rules of entries know. */
export function latestEntry({ kind, body, at }: ShownValue): Entry {
  return { seq: 0, at, author: 0, ref: null, kind, body };
}

/** The same as a frame of the native dialect. */
export function latestFrame({ kind, at, body }: Entry) {
  return { t: "latest" as const, kind, at: isoTime(at), body };
}

const HIDDEN = "hidden";

export const isHidden = ({ kind }: Entry) => kind === HIDDEN;

/** An entry that the reader may not see. It keeps its position, so that the client sees no gap. */
export function hidden(entry: Entry): Entry {
  return { ...entry, kind: HIDDEN, author: 0, ref: null, body: {} };
}

/** An entry as a reader with these bounds may see it. */
export function showWithin(
  entry: Entry,
  { visibleFrom, until }: Visibility,
  showFrom: RoomHandler["showFrom"],
): Entry {
  if (until !== undefined && entry.at >= until) return hidden(entry);
  if (visibleFrom === undefined) return entry;
  return entry.at < visibleFrom ? hidden(entry) : (showFrom?.(entry, visibleFrom) ?? entry);
}

/** An entry as a frame of the native dialect; `room` when an inbox delivers it. */
export function entryFrame({ seq, kind, at, author, ref, body }: Entry, room?: string) {
  return {
    t: "entry" as const,
    ...(room === undefined ? {} : { room }),
    seq,
    kind,
    at: isoTime(at),
    by: author || null,
    ...(ref === null ? {} : { ref }),
    body,
  };
}
