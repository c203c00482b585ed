/** Times in a time zone: which names are zones, their offsets, and how letters and pages write a time. */
import { TtlCache } from "./cache.ts";
import type { Locale } from "./http/text.ts";

/** `Europe/Moscow`, `UTC`; offsets such as `+03:00` are not names of the IANA database. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const LONGEST_NAME = 50;

/**
 * A zone's name as it is stored, or null for text that names none. The name is kept as given, with the database's
 * capitals, also where it is an alias (`Europe/Kyiv`).
 */
export function timeZoneNamed(words: string): string | null {
  if (words.length > LONGEST_NAME || !NAME.test(words)) return null;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: words }).resolvedOptions();
    return timeZone.toLowerCase() === words.toLowerCase() ? timeZone : words;
  } catch {
    return null;
  }
}

/** Offset of a zone from UTC at an instant, in ms. */
export function zoneOffset(at: number, zone: string): number {
  const parts = formatter("offset", "en-US", zone, {
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
    era: "short",
  }).formatToParts(at);
  const value = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  const era = parts.find(({ type }) => type === "era")?.value;
  const year = era === "BC" ? 1 - value("year") : value("year");
  const local = new Date(0);
  local.setUTCFullYear(year, value("month") - 1, value("day"));
  local.setUTCHours(value("hour"), value("minute"), value("second"));
  return local.getTime() - Math.floor(at / 1000) * 1000;
}

/** `May 1, 2031 at 12:00 PM (Moscow Standard Time, UTC+3)`; `… UTC` in UTC. `at` in epoch ms. */
export function timeIn(zone: string, at: number, locale: Locale): string {
  const time = formatter("time", locale, zone, { dateStyle: "long", timeStyle: "short" }).format(at);
  if (isUtc(zone)) return `${time} UTC`;
  const offset = zonePart(zone, at, locale, "shortOffset").replace("GMT", "UTC");
  const name = zonePart(zone, at, locale, "longGeneric");
  // Zones such as `Etc/GMT-3` have no name.
  return `${time} (${name.startsWith("GMT") ? "" : `${name}, `}${offset})`;
}

/**
 * The same time in the reader's zone, to be shown beside; null when the reader has chosen none, or clocks show the same
 * there.
 */
export function timeBeside(
  zone: string,
  readerZone: string | null | undefined,
  at: number,
  locale: Locale,
): string | null {
  if (!readerZone || zoneOffset(at, zone) === zoneOffset(at, readerZone)) return null;
  return timeIn(readerZone, at, locale);
}

const isUtc = (zone: string) => /^(?:Etc\/)?(?:UTC|UCT|Universal|Zulu)$/i.test(zone);

function zonePart(zone: string, at: number, locale: Locale, style: "shortOffset" | "longGeneric"): string {
  const parts = formatter(style, locale, zone, { timeZoneName: style }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
}

/** Made at first use and kept: making a formatter costs a hundred times as much as formatting, also at a cold start. */
const formatters = new TtlCache<string, Intl.DateTimeFormat>({ ttl: Number.POSITIVE_INFINITY, size: 200 });

function formatter(kind: string, locale: string, timeZone: string, options: Intl.DateTimeFormatOptions) {
  const key = `${kind} ${locale} ${timeZone}`;
  const known = formatters.get(key, 0) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formatters.set(key, known, 0);
  return known;
}
