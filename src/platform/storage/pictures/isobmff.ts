/**
 * AVIF and HEIC: boxes. ISO/IEC 14496-12 and 23008-12. Other boxes refer to absolute positions in the
 * file, so nothing is removed: metadata is overwritten with zeros.
 */
import { type Box, boxesIn } from "./boxes.ts";
import { type Located, locationsIn, metadataItems } from "./items.ts";
import { ascii, holdsMetadata, isPadding, Reading, u16, u32 } from "./reading.ts";

/** Top-level boxes that the picture is made of; one that is cut short is a broken picture, not an appendix. */
const STRUCTURE = new Set(["ftyp", "meta", "mdat", "moov", "moof", "mfra", "sidx", "styp"]);
/** Item properties with descriptions and times of creation and change. */
const WORDS = new Set(["udes", "altt", "crtt", "mdft"]);
/** Maximum number of metadata ranges in a file. */
const MAX_METADATA = 100;
/** Motion photos and vendor data at the top level; user data and metadata in tracks. */
const METADATA = new Set(["mpvd", "sefd", "udta", "Exif", "exif", "XMP_", "xml ", "bxml", "ilst"]);
/** The boxes of XMP, EXIF, IPTC and C2PA, which are identified by a UUID. */
const METADATA_UUIDS = new Set([
  "be7acfcb97a942e89c71999491e3afac",
  "4a706754694666f9cc1cc1d9fe1d0e5a",
  "05375cdf9d0c4431a7eefa561d8391e1",
  "33c7a4d2b81d4723a0baf1a3e097ad38",
  "d8fec3d61b0e483c92975828877ec481",
]);

export function readIsobmff(bytes: Uint8Array): Reading {
  const reading = new Reading(bytes);
  const top = boxesIn(bytes, 0, bytes.length);
  let [hasMdat, isWhole, at] = [false, true, 0];
  for (const box of top.boxes) {
    if (!reading.part()) return reading;
    at = box.to;
    if (box.type === "mdat") hasMdat ||= box.to > box.data;
    else if (box.type === "meta") isWhole &&= readItems(reading, box);
    else if (box.type === "moov") isWhole &&= readMovie(reading, box);
    else if (!STRUCTURE.has(box.type) && isMetadata(bytes, box)) blankBox(reading, box);
  }
  if (!isWhole || !hasMdat || (top.broken && STRUCTURE.has(ascii(bytes, at + 4, 4)))) return reading;
  reading.end = top.broken && !isPadding(bytes, at) ? at : bytes.length;
  return reading;
}

/** Reads the box of items: pictures and their metadata. False when it refers to positions outside the file. */
function readItems(reading: Reading, meta: Box): boolean {
  const { bytes } = reading;
  const children = boxesIn(bytes, meta.data + 4, meta.to).boxes;
  const child = (type: string) => children.find((box) => box.type === type);
  const [infos, locations, properties] = [child("iinf"), child("iloc"), child("iprp")];
  for (const box of children) {
    if (!reading.part()) return false;
    if (METADATA.has(box.type) || box.type === "uuid") if (isMetadata(bytes, box)) blankBox(reading, box);
  }
  if (!infos || !locations || !properties) return false;
  for (const container of boxesIn(bytes, properties.data, properties.to).boxes) {
    if (container.type !== "ipco") continue;
    for (const box of boxesIn(bytes, container.data, container.to).boxes) {
      if (!reading.part()) return false;
      if (box.type === "ispe") reading.size(u32(bytes, box.data + 4), u32(bytes, box.data + 8));
      if (WORDS.has(box.type)) blankBox(reading, box);
    }
  }
  const hidden = metadataItems(bytes, infos);
  const places = locationsIn(bytes, locations, child("idat"));
  if (!hidden || !places) return false;
  for (const name of hidden.values()) if (name !== null) reading.replace(name, name + 4, textBytes("skip"));
  const shown = places.filter(({ item }) => !hidden.has(item));
  reading.hasData ||= shown.some(({ from, to }) => to > from);
  return blankPlaces(
    reading,
    places.filter(({ item }) => hidden.has(item)),
    shown,
  );
}

/** Overwrites each metadata range once. Metadata inside picture data makes the file invalid. */
function blankPlaces(reading: Reading, hidden: readonly Located[], shown: readonly Located[]): boolean {
  if (hidden.length > MAX_METADATA) return false;
  return hidden.every((place, index) => {
    const { from, to, isOpen } = place;
    const meets = (other: { from: number; to: number }) => from < other.to && other.from < to;
    if (shown.some(meets)) return isOpen;
    if (hidden.slice(0, index).some(meets) || reading.edits.some(meets)) return false;
    reading.replace(from, to, new Uint8Array(to - from));
    return true;
  });
}

/** Reads the tracks of a sequence: their sizes and metadata. Tracks do not nest. */
function readMovie(reading: Reading, movie: Box): boolean {
  const { bytes } = reading;
  for (const box of boxesIn(bytes, movie.data, movie.to).boxes) {
    if (!reading.part()) return false;
    if (box.type === "trak" && (movie.type === "trak" || !readMovie(reading, box))) return false;
    if (box.type === "tkhd") {
      // Fixed point; tracks of sound have none.
      const [width, height] = [u16(bytes, box.to - 8), u16(bytes, box.to - 4)];
      if (width > 0) reading.size(width, height);
    }
    if (box.type === "mdia") reading.hasData = true;
    if (box.type === "meta" || isMetadata(bytes, box)) blankBox(reading, box);
  }
  return true;
}

function isMetadata(bytes: Uint8Array, box: Box): boolean {
  if (METADATA.has(box.type)) return true;
  if (box.type === "uuid" && METADATA_UUIDS.has(bytes.subarray(box.data, box.data + 16).toHex())) return true;
  return (
    !["trak", "mvhd", "tkhd", "mdia", "edts"].includes(box.type) && holdsMetadata(bytes, box.data, box.to)
  );
}

/** Marks a box as free space; its length stays the same. */
function blankBox(reading: Reading, { from, data, to }: Box): void {
  reading.replace(from + 4, from + 8, textBytes("free"));
  reading.replace(data, to, new Uint8Array(to - data));
}

function textBytes(words: string): Uint8Array {
  return new TextEncoder().encode(words);
}
