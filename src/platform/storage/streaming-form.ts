/**
 * Reads a multipart form as it arrives: its text fields, then one file as a stream that is never in memory whole. RFC 7578.
 *
 * Compared with `@remix-run/multipart-parser` 0.16, measured with 10 MiB in Node 20. It searches faster (3 ms in pieces
 * of 64 KiB against our 9 ms; 2 ms against 42 ms for almost-delimiters), but hands out a part only after its last byte,
 * so a file would stand in memory whole, and it refuses a valid form whose last line break comes in a piece of its own.
 */

import { refuse } from "../http/errors.ts";
import { type Delimiter, delimiter } from "../http/input/delimiter.ts";
import { MAX_FIELDS, tooManyFields } from "../http/input/form.ts";
import { boundaryOf, describePart, MAX_PART_HEADERS } from "../http/input/multipart.ts";
import { fill, messages } from "../http/messages.ts";

export interface StreamingFile {
  readonly name: string;
  /** Content type as the part declares it; empty when it declares none. */
  readonly type: string;
  /** Can be read once. Throws a refusal when the form ends before the file does. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

export interface StreamingForm {
  /** Text fields before the file. Fields after it are ignored. */
  readonly fields: ReadonlyMap<string, string>;
  /** The part named `file`; null without one. */
  readonly file: StreamingFile | null;
  /** Reads the rest of the body, up to a limit: a client that is cut off while it sends never sees the response. */
  drain(): Promise<void>;
}

/** Bytes of all text fields together, with their headers. */
const TEXTS_LIMIT = 32 * 1024;
/** Bytes that are read only so that the client sees the response. */
const DRAIN_LIMIT = 16 * 1024 * 1024;

const BLANK_LINE = delimiter("\r\n\r\n");

export async function openForm(request: Request): Promise<StreamingForm> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    throw refuse(415, fill(messages.mediaType, { type: type.split(";", 1)[0]?.trim() ?? "" }));
  }
  const boundary = boundaryOf(type);
  if (!boundary || !request.body) throw unreadable();
  const incoming = new Incoming(request.body);
  const drain = () => incoming.drain(DRAIN_LIMIT);
  try {
    return { ...(await readParts(incoming, boundary)), drain };
  } catch (error) {
    await drain();
    throw error;
  }
}

async function readParts(incoming: Incoming, boundary: string) {
  const fields = new Map<string, string>();
  const between = delimiter(`\r\n--${boundary}`);
  let room = TEXTS_LIMIT;
  // The first delimiter has no line before it.
  await incoming.through(delimiter(`--${boundary}`), MAX_PART_HEADERS);
  for (let parts = 0; await opensPart(incoming); parts++) {
    if (parts === MAX_FIELDS) throw tooManyFields();
    const headers = await incoming.through(BLANK_LINE, MAX_PART_HEADERS);
    const part = describePart(textOf(headers));
    if (part.name === "file" && part.fileName !== null) {
      const file = { name: part.fileName, type: part.type, chunks: incoming.until(between) };
      return { fields, file };
    }
    const value = await incoming.through(between, room);
    room -= headers.byteLength + value.byteLength;
    if (room < 0) throw unreadable();
    fields.set(part.name ?? "", textOf(value));
  }
  return { fields, file: null };
}

/** What follows a delimiter: a line break opens a part, two dashes end the form. */
async function opensPart(incoming: Incoming): Promise<boolean> {
  const rest = textOf(await incoming.take(2));
  if (rest === "--") return false;
  if (rest === "\r\n") return true;
  throw unreadable();
}

/** Buffers bytes that arrived and were not read yet; fetches more on demand. */
class Incoming {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held: Uint8Array = new Uint8Array();
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** Reads up to `mark` and skips it. Refuses when `mark` does not come within `limit` bytes. */
  async through(mark: Delimiter, limit: number): Promise<Uint8Array> {
    let searched = 0;
    for (;;) {
      const at = mark.indexIn(this.#held, searched);
      // The last bytes may be the start of the mark. Searched bytes are not searched again, however small the pieces.
      searched = Math.max(0, this.#held.length - mark.length + 1);
      if (at > limit || (at < 0 && this.#held.length > limit + mark.length)) throw unreadable();
      if (at >= 0) {
        const before = this.#held.subarray(0, at);
        this.#held = this.#held.subarray(at + mark.length);
        return before;
      }
      if (!(await this.#more())) throw unreadable();
    }
  }

  async take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) if (!(await this.#more())) throw unreadable();
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Yields the bytes before `mark` as they arrive. */
  async *until(mark: Delimiter): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const at = mark.indexIn(this.#held);
      // The last bytes may be the start of the mark.
      const safe = at >= 0 ? at : Math.max(0, this.#held.length - mark.length + 1);
      const chunk = this.#held.subarray(0, safe);
      this.#held = this.#held.subarray(at >= 0 ? at + mark.length : safe);
      if (chunk.length > 0) yield chunk;
      if (at >= 0) return;
      if (!(await this.#more())) throw unreadable();
    }
  }

  async drain(limit: number): Promise<void> {
    this.#held = new Uint8Array();
    try {
      for (let left = limit; left > 0 && !this.#ended; left -= this.#held.length) {
        this.#held = new Uint8Array();
        await this.#more();
      }
      if (!this.#ended) await this.#reader.cancel();
    } catch {
      // The client is gone.
    }
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false;
    const { done, value } = await this.#reader.read();
    if (done) {
      this.#ended = true;
      return false;
    }
    const joined = new Uint8Array(this.#held.length + value.length);
    joined.set(this.#held);
    joined.set(value, this.#held.length);
    this.#held = joined;
    return true;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function unreadable() {
  return refuse(400, fill(messages.jsonParse, { problem: "the form could not be read" }));
}
