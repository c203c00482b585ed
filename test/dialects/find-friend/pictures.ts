/** Real pictures of any size, and how large a picture is. */
import { env } from "cloudflare:workers";

/** A grey PNG of so many pixels. */
export async function png(width: number, height: number): Promise<Uint8Array<ArrayBuffer>> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  // Eight bits a pixel, grey, nothing else.
  header.setUint8(8, 8);
  const rows = new Uint8Array((width + 1) * height).fill(128);
  for (let row = 0; row < height; row++) rows[row * (width + 1)] = 0;
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  return joined([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", await new Response(packed).bytes()),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** The same as a picture of another format. */
export async function asFormat(picture: Uint8Array<ArrayBuffer>, format: "image/jpeg" | "image/webp") {
  const made = await env.IMAGES.input(new Blob([picture]).stream()).output({ format });
  return joined([await new Response(made.image()).bytes()]);
}

export async function sizeOf(picture: Uint8Array) {
  const info = await env.IMAGES.info(new Blob([joined([picture])]).stream());
  return "width" in info ? { format: info.format, width: info.width, height: info.height } : info;
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const body = joined([new TextEncoder().encode(name), data]);
  const frame = new DataView(new ArrayBuffer(8));
  frame.setUint32(0, data.length);
  frame.setUint32(4, crc(body));
  const bytes = new Uint8Array(frame.buffer);
  return joined([bytes.subarray(0, 4), body, bytes.subarray(4)]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** CRC-32 as PNG wants it (ISO 3309). */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}
