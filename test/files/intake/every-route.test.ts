/** Kind of picture × fault or metadata × upload route: the rule of the intake holds on every route. */
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { readOrientation } from "../../../src/platform/storage/pictures/orientation.ts";
import { send } from "../../harness/api.ts";
import { sources } from "../../harness/architecture/sources.ts";
import { sizeOf } from "../../harness/pictures/images.ts";
import {
  type Bytes,
  box,
  gif,
  gifBlocks,
  gifExtension,
  isobmff,
  joined,
  jpeg,
  le24,
  le32,
  type PictureType,
  pdf,
  picture,
  png,
  pngChunk,
  segment,
  textBytes,
  tiff,
  webp,
  webpChunk,
} from "../../harness/pictures/pictures.ts";
import { greyPng, TINY_GIF } from "../../harness/pictures/real-pictures.ts";
import { tick } from "../world.ts";
import { leftOf, UPLOAD_ROUTES, type UploadRoute } from "./upload-routes.ts";

const SECRET = "51.5074N 0.1278W by Ann";
const BLOCK = tiff({ orientation: 6, words: SECRET });
const [WIDTH, HEIGHT] = [60, 40];

/** Pictures that can be shown, without metadata. */
async function real(type: PictureType): Promise<Bytes> {
  if (type === "image/gif") return TINY_GIF;
  const grey = await greyPng(WIDTH, HEIGHT);
  if (type === "image/png") return grey;
  const made = await env.IMAGES.input(new Blob([grey]).stream()).output({ format: type });
  return joined(await new Response(made.image()).bytes());
}

/** The same with a place in it, and with a turn where the format knows one. */
const DIRTY: Record<PictureType, (clean: Bytes) => Bytes> = {
  "image/jpeg": (clean) =>
    joined(
      clean.slice(0, 2),
      segment(0xe1, joined(textBytes("Exif\0\0"), BLOCK)),
      segment(0xe1, textBytes(`http://ns.adobe.com/xap/1.0/\0${SECRET}`)),
      segment(0xed, textBytes(`Photoshop 3.0\0${SECRET}`)),
      segment(0xfe, textBytes(SECRET)),
      clean.slice(2),
      textBytes(SECRET),
    ),
  "image/png": (clean) =>
    joined(
      clean.slice(0, 33),
      pngChunk("eXIf", BLOCK),
      pngChunk("tEXt", textBytes(`Author\0${SECRET}`)),
      pngChunk("iTXt", textBytes(`XML:com.adobe.xmp\0${SECRET}`)),
      clean.slice(33),
      textBytes(SECRET),
    ),
  "image/webp": (clean) => {
    const body = joined(
      textBytes("WEBP"),
      webpChunk("VP8X", [0x0c, 0, 0, 0, ...le24(WIDTH - 1), ...le24(HEIGHT - 1)]),
      clean.slice(12),
      webpChunk("EXIF", BLOCK),
      webpChunk("XMP ", textBytes(SECRET)),
    );
    return joined(textBytes("RIFF"), le32(body.length), body, textBytes(SECRET));
  },
  "image/gif": (clean) =>
    joined(
      clean.slice(0, 19),
      gifExtension(0xfe, gifBlocks(textBytes(SECRET))),
      clean.slice(19),
      textBytes(SECRET),
    ),
  "image/avif": (clean) =>
    joined(clean, box("uuid", Uint8Array.fromHex("be7acfcb97a942e89c71999491e3afac"), textBytes(SECRET))),
};
const TYPES = Object.keys(DIRTY) as PictureType[];
const TURNS: readonly PictureType[] = ["image/jpeg", "image/png", "image/webp"];
const fileOf = (bytes: Bytes, type: string, name = "picture") => new File([bytes], name, { type });
const load = async (url: string) => {
  const answer = await send(new Request(url));
  expect(answer.status).toBe(200);
  return answer.bytes();
};
const latin = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

/** The pixels as anybody sees them, turned. */
async function shown(bytes: Uint8Array) {
  const made = await env.IMAGES.input(new Blob([joined(bytes)]).stream()).output({ format: "image/png" });
  return new Response(made.image()).bytes();
}

const MAKERS = {
  "image/jpeg": jpeg,
  "image/png": png,
  "image/webp": webp,
  "image/gif": gif,
  "image/avif": isobmff,
};

/** What is wrong → the file; the words of its refusal are the intake's own matter. */
const FAULTS: Record<string, (type: PictureType) => Bytes> = {
  "an empty file": () => new Uint8Array() as Bytes,
  "a header only": (type) => MAKERS[type]({ data: 0 }),
  "its first bytes only": (type) => picture(500, type).slice(0, 16) as Bytes,
  "cut off near the end": (type) => MAKERS[type]({ data: 300 }).slice(0, -150) as Bytes,
  "51 megapixels": (type) => MAKERS[type]({ width: 10_200, height: 5000 }),
  "no width": (type) => (type === "image/webp" ? webp({ data: 0 }) : MAKERS[type]({ width: 0 })),
  "an HTML page named as a picture": () => textBytes("<html><script>alert(1)</script></html>"),
};

describe.each(Object.keys(UPLOAD_ROUTES))("%s", (name) => {
  const route = UPLOAD_ROUTES[name] as UploadRoute;

  test.each(TYPES)(
    "This route stores and serves a file of type %s without metadata, in its orientation.",
    async (type) => {
      const clean = await real(type);
      const dirty = DIRTY[type](clean);
      expect(latin(dirty)).toContain(SECRET);
      const { status, url } = await route.send(fileOf(dirty, type));
      expect(status).toBeLessThan(300);
      const bytes = await load(url ?? "");
      expect(latin(bytes)).not.toContain(SECRET);
      if (route.resizes) {
        const size = TURNS.includes(type) ? { width: HEIGHT, height: WIDTH } : {};
        expect(await sizeOf(bytes)).toMatchObject(size);
        return;
      }
      expect(await shown(bytes)).toEqual(await shown(dirty));
      const at = latin(bytes).indexOf("MM\0*");
      if (TURNS.includes(type)) expect(readOrientation(bytes, at, bytes.length)?.value).toBe(6);
      const small = new URL(url ?? "");
      small.searchParams.set("w", "40");
      expect(latin(await load(small.href))).not.toContain(SECRET);
    },
  );

  test.each(TYPES)(
    "This route stores and serves a file of type %s without metadata byte for byte.",
    async (type) => {
      const clean = await real(type);
      const { url } = await route.send(fileOf(clean, type));
      const bytes = await load(url ?? "");
      if (!route.resizes) expect(bytes).toEqual(clean);
    },
  );

  test.each(TYPES)(
    "This route refuses broken files of type %s with 400, and keeps nothing.",
    async (type) => {
      const owners = new Set<number>();
      for (const [fault, make] of Object.entries(FAULTS)) {
        const { status, url, owner } = await route.send(fileOf(make(type), type));
        expect([fault, status, url]).toEqual([fault, 400, null]);
        owners.add(owner);
      }
      // What an upload left is taken away by the outbox.
      if (name.includes("signed PUT")) await tick();
      for (const owner of owners) await expect.poll(() => leftOf(owner), { timeout: 10_000 }).toEqual([]);
    },
  );

  test("HEIC and PDF are accepted for documents only.", async () => {
    const heic = fileOf(isobmff({ brand: "heic", exif: `\0\0\0\0${SECRET}` }), "image/heic");
    const paper = fileOf(pdf("Licence"), "application/pdf");
    for (const file of route.documents ? [heic, paper] : []) {
      const { status, url } = await route.send(file);
      expect(status).toBeLessThan(300);
      const bytes = await load(url ?? "");
      expect(latin(bytes)).not.toContain(SECRET);
      expect(bytes.length).toBe(file.size);
    }
    if (route.documents) return;
    for (const file of [heic, paper]) {
      const disguised = fileOf(joined(await file.bytes()), "image/jpeg");
      expect((await route.send(disguised)).status).toBe(400);
    }
  });
});

test("The bucket is written only where the intake's result, or a file that no person sent, is stored.", () => {
  const puts = Object.entries(sources)
    .filter(([, text]) => /bucket\s*\.put\(/.test(text))
    .map(([path]) => path);
  expect(puts.sort()).toEqual([
    "src/modules/admin/exports/commands.ts",
    "src/modules/admin/exports/files.ts",
    "src/modules/chat/text/objects.ts",
    "src/modules/files/store.ts",
    "src/modules/tracking/tracks/compaction.ts",
    "src/platform/storage/media.ts",
    "src/platform/storage/pictures/stored.ts",
    "src/platform/storage/store-upload.ts",
  ]);
});
