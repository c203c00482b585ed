/** Numbers with their units, as people read them. Pure. */
import type { Unit } from "../../declared.ts";
import type { Formats } from "../../formats.ts";
import type { Locale } from "../../words.ts";

/** From a minute on, a time is told in words: `2 hr` and not `7,200,000 ms`. */
const LONG = 60_000;

/** A value with its unit: `1,200 m`, `12.5%`, `2.4 MB`, `22:30`. */
export function measured(value: number, { name, label }: Unit, formats: Formats, locale: Locale): string {
  if (name === "percent") return formats.percent(value / 100, 2);
  if (name === "byte") return formats.bytes(value);
  if (name === "minute_of_day") return clockOf(value);
  if (name === "millisecond" && value >= LONG) return formats.span(value / 1000);
  if (name === "minute" && value >= 60) return formats.span(value * 60);
  const number = formats.number(value, 2);
  return name === "degree" ? `${number}${label[locale]}` : `${number}\u00a0${label[locale]}`;
}

/** Numbers as they are typed in a row: `1440, 30`. What is no number stays as it is; the API says what is wrong with it. */
export function listOf(typed: string): (number | string)[] {
  return typed
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((each) => (/^-?\d+(\.\d+)?$/.test(each) ? Number(each) : each));
}

/** Minutes since midnight as an input of times takes them: `22:30`. */
export function clockOf(minute: number): string {
  const part = (value: number) => String(value).padStart(2, "0");
  return `${part(Math.floor(minute / 60))}:${part(minute % 60)}`;
}

/** The minutes since midnight of `22:30`; null for none. */
export function minuteOf(clock: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(clock) ?? [];
  return hours && minutes ? Number(hours) * 60 + Number(minutes) : null;
}
