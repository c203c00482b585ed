/** Why there is no ground for the map. */
import { text } from "../../platform/http/text.ts";

export const faults = {
  missing: text(
    "The bucket has no map file under the key of MAP_PMTILES.",
    "В хранилище нет файла карты с ключом из MAP_PMTILES.",
  ),
  unreadable: text(
    "The map file of MAP_PMTILES can't be read: it must be PMTiles version 3, its tiles gzipped or not compressed.",
    "Файл карты из MAP_PMTILES не читается: нужен PMTiles версии 3, тайлы без сжатия или в gzip.",
  ),
};

/** A map file that can't be used. */
export class ArchiveFault extends Error {
  readonly reason: keyof typeof faults;

  constructor(reason: keyof typeof faults) {
    super(reason);
    this.reason = reason;
  }
}
