/** Puts a picture into the bucket while it arrives: its type is known after the first bytes, its size never exceeded. */
import type { Scope } from "../runtime.ts";
import { MAGIC_BYTES, MAX_PICTURE, type PictureMime, pictureType } from "./pictures.ts";

export type PictureFault = "empty" | "too_large" | "wrong_size" | "no_picture";

export type Kept =
  | { readonly ok: true; readonly size: number; readonly contentType: PictureMime }
  | { readonly ok: false; readonly fault: PictureFault };

/**
 * `size` in bytes when it is known beforehand: then nothing stands in memory, and a byte more or less is refused.
 * What is refused leaves no object. Throws what the source or the bucket throws.
 */
export async function keepPicture(
  scope: Scope,
  key: string,
  source: AsyncGenerator<Uint8Array, void>,
  size: number | null,
): Promise<Kept> {
  const head = await firstBytes(source);
  if (head.length === 0) return { ok: false, fault: "empty" };
  const type = pictureType(head);
  if (!type) return { ok: false, fault: "no_picture" };
  const metadata = { httpMetadata: { contentType: type.mime } };
  const { bucket } = scope.runtime;
  if (size === null) {
    const whole = await gather(head, source);
    if (!whole) return { ok: false, fault: "too_large" };
    await bucket.put(key, whole, metadata);
    return { ok: true, size: whole.size, contentType: type.mime };
  }
  const pipe = new FixedLengthStream(size);
  const put = bucket.put(key, pipe.readable, metadata);
  const [sent, stored] = await Promise.allSettled([pour(head, source, pipe.writable, size), put]);
  if (sent.status === "rejected") throw sent.reason;
  if (!sent.value) return { ok: false, fault: "wrong_size" };
  if (stored.status === "rejected") throw stored.reason;
  return { ok: true, size, contentType: type.mime };
}

async function firstBytes(source: AsyncGenerator<Uint8Array, void>): Promise<Uint8Array> {
  let head = new Uint8Array();
  while (head.length < MAGIC_BYTES) {
    const { done, value } = await source.next();
    if (done) break;
    const joined = new Uint8Array(head.length + value.length);
    joined.set(head);
    joined.set(value, head.length);
    head = joined;
  }
  return head;
}

/** All of it; null when it is too much. */
async function gather(head: Uint8Array, source: AsyncGenerator<Uint8Array, void>): Promise<Blob | null> {
  const chunks = [head];
  let size = head.length;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > MAX_PICTURE) return null;
    chunks.push(chunk);
  }
  return size > MAX_PICTURE ? null : new Blob(chunks);
}

/** True when exactly `size` bytes went through; else the stream is torn, and so is whatever reads it. */
async function pour(
  head: Uint8Array,
  source: AsyncGenerator<Uint8Array, void>,
  sink: WritableStream<Uint8Array>,
  size: number,
): Promise<boolean> {
  const writer = sink.getWriter();
  let sent = 0;
  const send = async (chunk: Uint8Array) => {
    sent += chunk.length;
    if (sent <= size) await writer.write(chunk);
    return sent <= size;
  };
  try {
    let fits = await send(head);
    while (fits) {
      const { done, value } = await source.next();
      if (done) break;
      fits = await send(value);
    }
    if (sent === size) await writer.close();
    else await writer.abort(new Error("another size than announced"));
    return sent === size;
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}
