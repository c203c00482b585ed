/** Numbers, amounts, times and spans as a reader's language and zone write them. */
import { distanceWords, usesMiles } from "./map/units.ts";
import { type Locale, say } from "./words.ts";
import { isKnown, wallTime, zoneName } from "./zone.ts";

export interface Formats {
  number(value: number, digits?: number): string;
  /** A distance in metres, as the reader's country measures it: `1.2 km`, `0.7 mi`. */
  distance(metres: number): string;
  /** `2.4 MB`. */
  bytes(value: number): string;
  /** A part of one: `45 %`. */
  percent(part: number, digits?: number): string;
  /** An amount, as a decimal string or a number, with the currency's sign: `1 800,50 ₽`. */
  money(value: string | number): string;
  /** The currency's sign: `₽`. */
  sign(): string;
  /** An amount as it is typed, without the sign: `1 800,50`. */
  amount(value: string): string;
  /** A time with its year and zone: `29 Nov 2026, 13:05 GMT+3`. */
  instant(value: string): string;
  /** The same without the zone, where a heading has it. */
  moment(value: string): string;
  /** The time of day alone, where a heading has the day: `13:05`. */
  time(value: string): string;
  /** The reader's zone now: `GMT+3`. */
  zone(): string;
  /** The time in a zone with the zone's name; null where clocks in the reader's zone show the same. */
  elsewhere(value: string, zone: string): string | null;
  /** A day (`YYYY-MM-DD`) without the year, for axes. */
  day(value: string): string;
  date(value: string): string;
  /** Relative time, past or future. */
  ago(value: string, now?: number): string;
  /** A duration in seconds, in words. */
  span(seconds: number): string;
}

let currency = "RUB";
/** Has all amounts shown in this currency. Without one, or for a code that the browser does not know, nothing changes. */
export function showCurrency(code: string | undefined): void {
  if (!code || code === currency) return;
  currency = code;
  made.clear();
}

const made = new Map<string, Formats>();
/** `timeZone`: the reader's. */
export function formats(locale: Locale, timeZone: string): Formats {
  const key = `${locale} ${timeZone}`;
  const known = made.get(key);
  if (known) return known;
  const money = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    maximumFractionDigits: 2,
  });
  const clock = (zone: string) =>
    new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone });
  const instant = clock(timeZone);
  const zoned = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  const hours = new Intl.DateTimeFormat(locale, { timeStyle: "short", timeZone });
  const amount = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const part = (parts: readonly { type: string; value: string }[], type: string) =>
    parts.find((each) => each.type === type)?.value ?? "";
  const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: "UTC" });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  const unit = (name: "day" | "hour" | "minute" | "second", value: number) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" }).format(value);
  const fresh: Formats = {
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    distance: (metres) => distanceWords(locale, usesMiles(locale, navigator.language), metres),
    bytes(value) {
      const [size, name] =
        value < 1000 ? [value, "byte"] : value < 1e6 ? [value / 1e3, "kilobyte"] : [value / 1e6, "megabyte"];
      const digits = size < 10 && name !== "byte" ? 1 : 0;
      const style = {
        style: "unit",
        unit: name,
        unitDisplay: "short",
        maximumFractionDigits: digits,
      } as const;
      return new Intl.NumberFormat(locale, style).format(size);
    },
    percent: (part, digits = 0) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(part),
    money: (value) => money.format(Number(value)),
    sign: () => part(money.formatToParts(0), "currency"),
    amount: (value) => amount.format(Number(value)),
    instant: (value) => zoned.format(new Date(value)),
    moment: (value) => instant.format(new Date(value)),
    time: (value) => hours.format(new Date(value)),
    zone: () => part(zoned.formatToParts(), "timeZoneName"),
    elsewhere(value, zone) {
      const at = Date.parse(value);
      if (!isKnown(zone) || wallTime(at, zone) === wallTime(at, timeZone)) return null;
      return `${clock(zone).format(at)} (${zoneName(locale, zone, at)})`;
    },
    date: (value) => date.format(new Date(`${value.slice(0, 10)}T00:00:00`)),
    day: (value) => day.format(new Date(value)),
    ago(value, now = Date.now()) {
      const seconds = Math.round((Date.parse(value) - now) / 1000);
      const size = Math.abs(seconds);
      if (size < 45) return say(locale, "time.now");
      if (size < 3600) return relative.format(Math.round(seconds / 60), "minute");
      if (size < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
      return relative.format(Math.round(seconds / 86_400), "day");
    },
    span(seconds) {
      if (seconds < 90) return unit("second", Math.round(seconds));
      if (seconds < 5400) return unit("minute", Math.round(seconds / 60));
      if (seconds < 129_600) return unit("hour", Math.round(seconds / 360) / 10);
      return unit("day", Math.round(seconds / 8640) / 10);
    },
  };
  made.set(key, fresh);
  return fresh;
}
