/** Files with metadata of every kind, and the same files without it. */
import {
  type Bytes,
  box,
  gif,
  gifBlocks,
  gifExtension,
  isobmff,
  joined,
  jpeg,
  png,
  pngChunk,
  segment,
  textBytes,
  tiff,
  webp,
  webpChunk,
} from "../../harness/pictures/pictures.ts";

export const SECRET = "51.5074N 0.1278W by Ann";
export const EXIF = joined(textBytes("Exif\0\0"), tiff({ words: SECRET }));
export const XMP = `<?xpacket begin=''?><x:xmpmeta>${SECRET}</x:xmpmeta>`;
export const none = new Uint8Array() as Bytes;

/** What holds metadata → the file, and the same without. */
export const SECRETS: Record<string, readonly [Bytes, Bytes]> = {
  "EXIF in a JPEG": [jpeg({}, segment(0xe1, EXIF)), jpeg()],
  "several EXIF segments in a JPEG": [jpeg({}, segment(0xe1, EXIF), segment(0xe1, EXIF)), jpeg()],
  "XMP in a JPEG": [jpeg({}, segment(0xe1, textBytes(`http://ns.adobe.com/xap/1.0/\0${XMP}`))), jpeg()],
  "extended XMP in a JPEG": [
    jpeg({}, segment(0xe1, textBytes(`http://ns.adobe.com/xmp/extension/\0${SECRET}`))),
    jpeg(),
  ],
  "IPTC in a JPEG": [jpeg({}, segment(0xed, textBytes(`Photoshop 3.0\0 8BIM${SECRET}`))), jpeg()],
  "a comment in a JPEG": [jpeg({}, segment(0xfe, textBytes(SECRET))), jpeg()],
  "a thumbnail beside JFIF": [jpeg({}, segment(0xe0, textBytes(`JFXX\0\x10${SECRET}`))), jpeg()],
  "a thumbnail in JFIF": [
    jpeg(
      {},
      segment(0xe0, joined(textBytes("JFIF\0\x01\x02\0\0\x01\0\x01\x03\x03"), textBytes(`${SECRET}1234`))),
    ),
    jpeg({}, segment(0xe0, textBytes("JFIF\0\x01\x02\0\0\x01\0\x01\0\0"))),
  ],
  "an unnamed segment with EXIF in a JPEG": [jpeg({}, segment(0xe5, joined(textBytes("own"), EXIF))), jpeg()],
  "EXIF behind a maker's long name in a JPEG": [
    jpeg({}, segment(0xe9, joined(textBytes("A maker of cameras\0"), tiff({ words: SECRET })))),
    jpeg(),
  ],
  "a reserved segment with EXIF in a JPEG": [jpeg({}, segment(0xf0, EXIF)), jpeg()],
  "a list of further pictures behind a JPEG": [
    joined(jpeg({}, segment(0xe2, textBytes("MPF\0MM\0*"))), jpeg({}, segment(0xe1, EXIF))),
    jpeg(),
  ],
  "a film behind a JPEG": [
    joined(jpeg(), box("ftyp", textBytes("mp42")), box("mdat", textBytes(SECRET))),
    jpeg(),
  ],
  "a statement of origin in a JPEG": [jpeg({}, segment(0xeb, textBytes(`JP\0\x01${SECRET}`))), jpeg()],
  "a camera's own segment in a JPEG": [jpeg({}, segment(0xe6, textBytes(`GoPro\0${SECRET}`))), jpeg()],
  "text in a PNG": [png({}, pngChunk("tEXt", textBytes(`Author\0${SECRET}`))), png()],
  "packed text in a PNG": [png({}, pngChunk("zTXt", textBytes(`Author\0\0${SECRET}`))), png()],
  "text of all languages in a PNG": [
    png({}, pngChunk("iTXt", textBytes(`XML:com.adobe.xmp\0${XMP}`))),
    png(),
  ],
  "EXIF in a PNG": [png({}, pngChunk("eXIf", tiff({ words: SECRET }))), png()],
  "the time in a PNG": [png({}, pngChunk("tIME", [7, 0xea, 11, 28, 20, 0, 0])), png()],
  "an unnamed chunk with EXIF in a PNG": [png({}, pngChunk("raWx", EXIF)), png()],
  "EXIF in the end of a PNG": [joined(png().slice(0, -12), pngChunk("IEND", EXIF)), png()],
  "text behind a PNG": [joined(png(), textBytes(SECRET)), png()],
  "EXIF in a WebP": [webp({}, webpChunk("EXIF", EXIF)), noFlags(webp({}, none))],
  "XMP in a WebP": [webp({}, webpChunk("XMP ", textBytes(XMP))), noFlags(webp({}, none))],
  "both, and an unnamed chunk, in a WebP": [
    webp(
      {},
      webpChunk("EXIF", tiff({ words: SECRET })),
      webpChunk("XMP ", textBytes(XMP)),
      webpChunk("rawX", EXIF),
    ),
    noFlags(webp({}, none)),
  ],
  "text behind a WebP": [joined(webp(), textBytes(SECRET)), webp()],
  "a comment in a GIF": [gif({}, gifExtension(0xfe, gifBlocks(textBytes(SECRET)))), gif()],
  "XMP in a GIF": [
    gif({}, gifExtension(0xff, [11] as never, textBytes("XMP DataXMP"), gifBlocks(textBytes(XMP)))),
    gif(),
  ],
  "an unnamed block with EXIF in a GIF": [gif({}, gifExtension(0x77, gifBlocks(EXIF))), gif()],
  "EXIF beside the number of repeats in a GIF": [
    gif({}, gifExtension(0xff, [11] as never, textBytes("NETSCAPE2.0"), gifBlocks(EXIF))),
    gif(),
  ],
  "text behind a GIF": [joined(gif(), textBytes(SECRET)), gif()],
  "EXIF and XMP in an AVIF": [
    isobmff({ exif: `\0\0\0\0${SECRET}`, xmp: XMP }),
    isobmff({ exif: "\0".repeat(4 + SECRET.length), xmp: "\0".repeat(XMP.length), hidden: true }),
  ],
  "a box of XMP beside an AVIF": [
    isobmff({}, box("uuid", Uint8Array.fromHex("be7acfcb97a942e89c71999491e3afac"), textBytes(XMP))),
    isobmff({}, box("free", new Uint8Array(16 + XMP.length))),
  ],
  "a film beside an AVIF": [
    isobmff({}, box("mpvd", textBytes(SECRET))),
    isobmff({}, box("free", new Uint8Array(SECRET.length))),
  ],
  "text behind an AVIF": [joined(isobmff(), textBytes(SECRET)), isobmff()],
  "a description of an AVIF": [
    isobmff({ note: `udes${SECRET}` }),
    isobmff({ note: `free${"\0".repeat(SECRET.length)}` }),
  ],
  "EXIF in a HEIC": [
    isobmff({ brand: "heic", exif: `\0\0\0\0${SECRET}` }),
    isobmff({ brand: "heic", exif: "\0".repeat(4 + SECRET.length), hidden: true }),
  ],
};

/** The extended header of a WebP says nothing of metadata. */
export function noFlags(bytes: Bytes): Bytes {
  const copy = bytes.slice();
  copy[20] = 0;
  return copy;
}
