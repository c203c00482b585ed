/** Pictures through the Images binding: other formats, and their size. */
import { env } from "cloudflare:workers";
import { joined } from "./pictures.ts";

/** Returns the same picture in another format. */
export async function asFormat(picture: Uint8Array<ArrayBuffer>, format: "image/jpeg" | "image/webp") {
  const made = await env.IMAGES.input(new Blob([picture]).stream()).output({ format });
  return joined(await new Response(made.image()).bytes());
}

/** Returns the format, width and height of a picture. */
export async function sizeOf(picture: Uint8Array) {
  const info = await env.IMAGES.info(new Blob([joined(picture)]).stream());
  return "width" in info ? { format: info.format, width: info.width, height: info.height } : info;
}
