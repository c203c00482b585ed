/** Pictures that a decoder can show: the smallest ones, and grey ones of any size. */
import { type Bytes, be32, joined, pngChunk, textBytes } from "./pictures.ts";

/** Node has no `Uint8Array.fromBase64` yet, and these are used there too. */
const fromBase64 = (text: string): Bytes => textBytes(atob(text));

/** A GIF of one pixel. */
export const TINY_GIF = fromBase64("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

/** A PNG of one pixel. */
export const TINY_PNG = fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
);

/** A grey PNG of this size, which can be resized. */
export async function greyPng(width: number, height: number): Promise<Bytes> {
  const lines = new Uint8Array((width + 1) * height).fill(128);
  for (let line = 0; line < height; line++) lines[line * (width + 1)] = 0;
  const packed = new Blob([lines]).stream().pipeThrough(new CompressionStream("deflate"));
  return joined(
    [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    // Eight bits a pixel, grey.
    pngChunk("IHDR", [...be32(width), ...be32(height), 8, 0, 0, 0, 0]),
    pngChunk("IDAT", await new Response(packed).bytes()),
    pngChunk("IEND", []),
  );
}
