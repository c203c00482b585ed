/** Reads a multipart form as it arrives: its texts, then one file as a stream that never stands in memory whole. RFC 7578. */
import { refuse } from "../http/errors.ts";
import { fill, messages } from "../http/messages.ts";

export interface ArrivingFile {
  readonly name: string;
  /** As the part says; empty when it does not. */
  readonly type: string;
  /** To be read once. Throws a refusal when the form ends before the file does. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

export interface ArrivingForm {
  /** The texts that stand before the file. What follows it is not looked at. */
  readonly fields: ReadonlyMap<string, string>;
  /** The part named `file`; null when there is none. */
  readonly file: ArrivingFile | null;
  /** Reads on to the end, within reason: a sender that is cut off never sees the answer. */
  drain(): Promise<void>;
}

/** Bytes: of one part's headers, of all the texts together, of what is read only to be polite. */
const HEADERS_LIMIT = 8 * 1024;
const TEXTS_LIMIT = 32 * 1024;
const DRAIN_LIMIT = 16 * 1024 * 1024;

const LINE = bytesOf("\r\n");
const BLANK_LINE = bytesOf("\r\n\r\n");

export async function openForm(request: Request): Promise<ArrivingForm> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*(;|$)/i.test(type)) {
    throw refuse(415, fill(messages.mediaType, { type: type.split(";", 1)[0]?.trim() ?? "" }));
  }
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;]{1,70}))/i.exec(type) ?? [];
  const boundary = quoted ?? bare;
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
  const delimiter = bytesOf(`\r\n--${boundary}`);
  let room = TEXTS_LIMIT;
  // The first delimiter has no line before it.
  await incoming.through(delimiter.subarray(LINE.length), HEADERS_LIMIT);
  while (await opensPart(incoming)) {
    const part = describe(textOf(await incoming.through(BLANK_LINE, HEADERS_LIMIT)));
    if (part.name === "file" && part.fileName !== null) {
      const file = { name: part.fileName, type: part.type, chunks: incoming.until(delimiter) };
      return { fields, file };
    }
    const value = await incoming.through(delimiter, room);
    room -= value.byteLength;
    fields.set(part.name, textOf(value));
  }
  return { fields, file: null };
}

/** After a delimiter: a new line opens a part, two dashes end the form. */
async function opensPart(incoming: Incoming): Promise<boolean> {
  const rest = textOf(await incoming.take(2));
  if (rest === "--") return false;
  if (rest === "\r\n") return true;
  throw unreadable();
}

function describe(headers: string): { name: string; fileName: string | null; type: string } {
  const line = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(headers)?.[1]?.trim() ?? "";
  const disposition = line("content-disposition");
  const value = (name: string) => new RegExp(`;\\s*${name}="([^"]*)"`, "i").exec(disposition)?.[1] ?? null;
  return { name: value("name") ?? "", fileName: value("filename"), type: line("content-type") };
}

/** Bytes that have come and were not taken yet, and more of them on demand. */
class Incoming {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #held: Uint8Array = new Uint8Array();
  #ended = false;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** The bytes before `mark`, which is taken too. Refuses when it does not come within `limit` bytes. */
  async through(mark: Uint8Array, limit: number): Promise<Uint8Array> {
    for (;;) {
      const at = find(this.#held, mark);
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

  /** Hands on the bytes before `mark` as they come. */
  async *until(mark: Uint8Array): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const at = find(this.#held, mark);
      // The last bytes may be the mark's first.
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
      // The sender is gone: nobody to be polite to.
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

/** Where `mark` begins in `bytes`, -1 when nowhere. */
function find(bytes: Uint8Array, mark: Uint8Array): number {
  const [first = 0] = mark;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (at + mark.length > bytes.length) return -1;
    if (mark.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

function bytesOf(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function unreadable() {
  return refuse(400, fill(messages.jsonParse, { problem: "the form could not be read" }));
}
