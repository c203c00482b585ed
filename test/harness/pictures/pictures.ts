/** Builds pictures byte by byte: valid ones of any size, and the parts that hold metadata. No decoder is needed. */

export type Bytes = Uint8Array<ArrayBuffer>;

export const PICTURE_TYPES = ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"] as const;
export type PictureType = (typeof PICTURE_TYPES)[number];

/** All parts in one array. */
export function joined(...parts: readonly (Uint8Array | readonly number[])[]): Bytes {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** One byte per character. */
export const textBytes = (words: string): Bytes => Uint8Array.from(words, (char) => char.charCodeAt(0));
/** Numbers as big-endian (`be`) or little-endian (`le`) bytes. */
export const be16 = (value: number) => [(value >> 8) & 255, value & 255];
/** The four bytes of a number, big-endian. */
export const be32 = (value: number) => [(value >>> 24) & 255, (value >>> 16) & 255, ...be16(value)];
/** The two bytes of a number, little-endian. */
export const le16 = (value: number) => [value & 255, (value >> 8) & 255];
/** The three bytes of a number, little-endian. */
export const le24 = (value: number) => [...le16(value), (value >>> 16) & 255];
/** The four bytes of a number, little-endian. */
export const le32 = (value: number) => [...le24(value), (value >>> 24) & 255];

interface Size {
  readonly width?: number;
  readonly height?: number;
  /** Bytes of picture data. */
  readonly data?: number;
}

/** A TIFF block with an orientation and, if given, words in the maker field. */
export function tiff({ orientation = 1, words = "", littleEndian = false } = {}): Bytes {
  const [short, long] = littleEndian ? [le16, le32] : [be16, be32];
  const entry = (tag: number, type: number, count: number, value: number[]) => [
    ...short(tag),
    ...short(type),
    ...long(count),
    ...value,
  ];
  const entries = [
    ...(words ? [entry(0x010f, 2, words.length, long(8 + 2 + 24 + 4))] : []),
    entry(0x0112, 3, 1, [...short(orientation), 0, 0]),
  ];
  const head = littleEndian ? [0x49, 0x49, 42, 0, 8, 0, 0, 0] : [0x4d, 0x4d, 0, 42, 0, 0, 0, 8];
  return joined(head, short(entries.length), entries.flat(), [0, 0, 0, 0], textBytes(words));
}

/** A JPEG segment. */
export const segment = (marker: number, data: Uint8Array | readonly number[]) =>
  joined([0xff, marker], be16(data.length + 2), data);

/** A valid grey baseline JPEG with these segments after its start. Its picture data is arbitrary. */
export function jpeg({ width = 8, height = 8, data = 4 }: Size = {}, ...segments: Bytes[]): Bytes {
  const frame = segment(0xc0, [8, ...be16(height), ...be16(width), 1, 1, 0x11, 0]);
  const scan = segment(0xda, [1, 1, 0, 0, 63, 0]);
  return joined([0xff, 0xd8], ...segments, frame, scan, filler(data), [0xff, 0xd9]);
}

/** Never 0xFF, which would end a scan. */
function filler(length: number): Bytes {
  return new Uint8Array(length).map((_, index) => (index * 31) % 251);
}

/** A PNG chunk. */
export function pngChunk(name: string, data: Uint8Array | readonly number[]): Bytes {
  const body = joined(textBytes(name), data);
  // Only the checksum of headers is verified; computing it over the data of a large picture would take seconds.
  return joined(be32(data.length), body, be32(data.length > 4096 ? 0 : crc(body)));
}

/** A valid PNG with these chunks after its header. */
export function png({ width = 8, height = 8, data = 4 }: Size = {}, ...chunks: Bytes[]): Bytes {
  return joined(
    textBytes("\x89PNG\r\n\x1a\n"),
    pngChunk("IHDR", [...be32(width), ...be32(height), 8, 0, 0, 0, 0]),
    ...chunks,
    pngChunk("IDAT", filler(data)),
    pngChunk("IEND", []),
  );
}

/** CRC-32 as PNG uses it (ISO 3309). */
function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  }
  return (value ^ 0xffffffff) >>> 0;
}

/** A RIFF chunk of a WebP. */
export const webpChunk = (name: string, data: Uint8Array | readonly number[]) =>
  joined(textBytes(name), le32(data.length), data, data.length % 2 ? [0] : []);

/** A valid WebP with these chunks. */
export function webp({ width = 8, height = 8, data = 4 }: Size = {}, ...chunks: Bytes[]): Bytes {
  const flags = chunks.length > 0 ? 0x0c : 0;
  const extended = webpChunk("VP8X", [flags, 0, 0, 0, ...le24(width - 1), ...le24(height - 1)]);
  const lossy = webpChunk(
    "VP8 ",
    joined([0x10, 0, 0, 0x9d, 1, 0x2a], le16(width), le16(height), filler(data)),
  );
  const body = joined(textBytes("WEBP"), ...(flags ? [extended] : []), lossy, ...chunks);
  return joined(textBytes("RIFF"), le32(body.length), body);
}

/** Data as GIF sub-blocks. */
export function gifBlocks(data: Uint8Array): Bytes {
  const blocks: Bytes[] = [];
  for (let at = 0; at < data.length; at += 255) {
    const part = data.slice(at, at + 255);
    blocks.push(joined([part.length], part));
  }
  return joined(...blocks, [0]);
}

/** A GIF extension block. */
export const gifExtension = (label: number, ...content: Uint8Array[]) => joined([0x21, label], ...content);

/** A valid GIF with these extensions. */
export function gif({ width = 8, height = 8, data = 4 }: Size = {}, ...extensions: Bytes[]): Bytes {
  return joined(
    textBytes("GIF89a"),
    le16(width),
    le16(height),
    [0, 0, 0],
    ...extensions,
    [0x2c, 0, 0, 0, 0, ...le16(width), ...le16(height), 0, 2],
    gifBlocks(filler(data)),
    [0x3b],
  );
}

/** An ISO BMFF box. */
export const box = (type: string, ...content: (Uint8Array | readonly number[])[]) => {
  const body = joined(...content);
  return joined(be32(8 + body.length), textBytes(type), body);
};

/** An AVIF or HEIC with its picture and, if given, an EXIF and an XMP item in one `mdat`; `boxes` follow at the top level. */
export function isobmff(
  {
    width = 8,
    height = 8,
    data = 4,
    brand = "avif",
    exif = "",
    xmp = "",
    hidden = false,
    note = "",
  }: Size & {
    brand?: string;
    exif?: string;
    xmp?: string;
    /** The types of EXIF and XMP are what the intake makes of them. */
    hidden?: boolean;
    /** A property box of its own, type and content. */
    note?: string;
  } = {},
  ...boxes: Bytes[]
): Bytes {
  const items = [
    { id: 1, type: brand === "avif" ? "av01" : "hvc1", bytes: filler(data), extra: "" },
    { id: 2, type: hidden ? "skip" : "Exif", bytes: textBytes(exif), extra: "" },
    { id: 3, type: hidden ? "skip" : "mime", bytes: textBytes(xmp), extra: "application/rdf+xml\0" },
  ].filter(({ bytes }) => bytes.length > 0);
  const ftyp = box("ftyp", textBytes(brand), [0, 0, 0, 0], textBytes(`mif1${brand}`));
  const infos = items.map(({ id, type, extra }) =>
    box("infe", [2, 0, 0, 0, ...be16(id), 0, 0], textBytes(`${type}\0${extra}`)),
  );
  const meta = (offset: number) => {
    let at = offset;
    const places = items.map(({ id, bytes }) => {
      const place = [...be16(id), 0, 0, 0, 1, ...be32(at), ...be32(bytes.length)];
      at += bytes.length;
      return place;
    });
    return box(
      "meta",
      [0, 0, 0, 0],
      box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0], textBytes("pict"), new Uint8Array(13)),
      box("pitm", [0, 0, 0, 0, 0, 1]),
      box("iinf", [0, 0, 0, 0, ...be16(items.length)], ...infos),
      box("iloc", [0, 0, 0, 0, 0x44, 0, ...be16(items.length)], ...places),
      box(
        "iprp",
        box(
          "ipco",
          box("ispe", [0, 0, 0, 0, ...be32(width), ...be32(height)]),
          ...(note ? [box(note.slice(0, 4), textBytes(note.slice(4)))] : []),
        ),
      ),
    );
  };
  const start = ftyp.length + meta(0).length + 8;
  return joined(ftyp, meta(start), box("mdat", ...items.map(({ bytes }) => bytes)), ...boxes);
}

/** A PDF that holds these words. */
export function pdf(words = ""): Bytes {
  return textBytes(
    `%PDF-1.4\n1 0 obj\n<< /Title (${words}) >>\nendobj\nxref\n0 1\ntrailer\n<< >>\nstartxref\n9\n%%EOF\n`,
  );
}

const MAKERS: Record<PictureType, (size: Size) => Bytes> = {
  "image/jpeg": (size) => jpeg(size),
  "image/png": (size) => png(size),
  "image/webp": (size) => webp(size),
  "image/gif": (size) => gif(size),
  "image/avif": (size) => isobmff(size),
};

/** A valid picture of exactly this many bytes; if that is too few for a picture, the start of one. */
export function picture(size = 64, type: PictureType = "image/jpeg"): Bytes {
  const make = MAKERS[type];
  const least = make({ data: 1 }).length;
  if (size <= least) return make({ data: 1 }).slice(0, size);
  let data = size - least + 1;
  // Blocks of a GIF and fillers of a WebP add bytes of their own; padding after the end is no metadata.
  while (make({ data }).length > size) data -= make({ data }).length - size;
  return joined(make({ data }), new Uint8Array(size - make({ data }).length));
}
