/** The time zone in which the console shows and takes times: the one that the account chose, else the browser's. */

interface Clock {
  readonly zone: string;
  readonly format: Intl.DateTimeFormat;
}

/** The browser's, and the one that the account chose. */
const browsers = clockOf(new Intl.DateTimeFormat().resolvedOptions().timeZone);
let chosen: Clock | null = null;

/** `null`, or a zone that this browser does not know: the browser's. */
export function chooseZone(zone: string | null): void {
  chosen = zone !== null && isKnown(zone) ? clockOf(zone) : null;
}

/** IANA name. */
export const ownZone = (): string => (chosen ?? browsers).zone;

/** An older browser may lack a zone. */
export function isKnown(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** `Moscow Standard Time`. */
export function zoneName(locale: string, timeZone: string, at: number): string {
  if (timeZone === "UTC") return timeZone;
  const style = { timeZone, timeZoneName: "longGeneric" } as const;
  const parts = new Intl.DateTimeFormat(locale, style).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}

/** What clocks in a zone show at an instant (epoch ms), as `datetime-local` has it: `2031-05-01T12:00`. */
export function wallTime(at: number, zone: string): string {
  const { format } = [browsers, chosen].find((clock) => clock?.zone === zone) ?? clockOf(zone);
  return format.format(at).replace(" ", "T");
}

/** Swedes write `2031-05-01 12:00`. */
function clockOf(zone: string): Clock {
  const style = { timeZone: zone, hourCycle: "h23", dateStyle: "short", timeStyle: "short" } as const;
  return { zone, format: new Intl.DateTimeFormat("sv", style) };
}

const DAY = 86_400_000;

/**
 * The instant (epoch ms) at which clocks in a zone show this. Of two, when clocks go back, the earlier; a time that they skip
 * is read by the clock before the change.
 */
export function instantAt(wall: string, timeZone: string): number {
  const read = Date.parse(`${wall}Z`);
  const offset = (at: number) => Date.parse(`${wallTime(at, timeZone)}Z`) - at;
  const before = read - offset(read - DAY);
  const after = read - offset(read + DAY);
  return wallTime(before, timeZone) !== wall && wallTime(after, timeZone) === wall ? after : before;
}
