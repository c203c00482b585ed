/** Writes iCalendar files (RFC 5545): the one writer of downloads, feeds and the invitations in letters. Pure. */

/** A message to one calendar (RFC 5546): an invitation or its update, or a cancellation. */
export type CalendarMethod = "REQUEST" | "CANCEL";

export interface CalendarPerson {
  readonly name: string;
  readonly address: string;
}

export interface CalendarEvent {
  /** Globally unique, and the same in every file about this event. */
  readonly uid: string;
  /** Counts the event's changes: a reader keeps the entry with the highest. */
  readonly sequence: number;
  /** Epoch ms, as all times here. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly name: string;
  readonly description: string;
  readonly location: string;
  /** Degrees. */
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** Who a message is from and to. Nobody else is named in it, so no address of another member leaks. */
export interface CalendarMessage {
  readonly method: CalendarMethod;
  readonly organizer: CalendarPerson;
  readonly attendee: CalendarPerson & { readonly accepted: boolean };
}

export interface CalendarOptions {
  /** Of a feed: what programs call it. */
  readonly title?: string;
  readonly message?: CalendarMessage;
}

/** A whole calendar file. Times are in UTC, which every reader shows in its own zone, without a definition of zones. */
export function toCalendar(
  entries: readonly CalendarEvent[],
  { title, message }: CalendarOptions = {},
): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Caravan//Events//RU",
    ...(message ? [`METHOD:${message.method}`] : []),
    // RFC 7986, with the names that older programs know.
    ...(title ? [`NAME:${text(title)}`, `X-WR-CALNAME:${text(title)}`] : []),
    ...(title ? ["REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"] : []),
    ...entries.flatMap((entry) => toLines(entry, message)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join("");
}

function toLines(entry: CalendarEvent, message: CalendarMessage | undefined): string[] {
  const { endsAt, description, location, latitude, longitude } = entry;
  const optional = (name: string, given: string) => (given === "" ? [] : [`${name}:${text(given)}`]);
  return [
    "BEGIN:VEVENT",
    `UID:${text(entry.uid)}`,
    `SEQUENCE:${entry.sequence}`,
    // When this revision was made, so that a letter that is sent again is the same.
    `DTSTAMP:${utc(entry.updatedAt)}`,
    `CREATED:${utc(entry.createdAt)}`,
    `LAST-MODIFIED:${utc(entry.updatedAt)}`,
    `DTSTART:${utc(entry.startsAt)}`,
    ...(endsAt === null ? [] : [`DTEND:${utc(endsAt)}`]),
    `SUMMARY:${text(entry.name)}`,
    ...optional("DESCRIPTION", description),
    ...optional("LOCATION", location),
    ...(latitude === null || longitude === null ? [] : [`GEO:${degrees(latitude)};${degrees(longitude)}`]),
    `STATUS:${message?.method === "CANCEL" ? "CANCELLED" : "CONFIRMED"}`,
    ...(message ? peopleOf(message) : []),
    "END:VEVENT",
  ];
}

/** Replies would go to an address that nobody reads, so none is asked for. */
function peopleOf({ organizer, attendee }: CalendarMessage): string[] {
  const part = attendee.accepted ? "ACCEPTED" : "NEEDS-ACTION";
  return [
    `ORGANIZER;CN=${quoted(organizer.name)}:${mailto(organizer.address)}`,
    `ATTENDEE;CN=${quoted(attendee.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=${part};RSVP=FALSE:${mailto(attendee.address)}`,
  ];
}

/** A FLOAT has no exponent; six decimals are what GEO asks for (RFC 5545, 3.8.1.6). */
const degrees = (value: number) => String(Number(value.toFixed(6)));

/** `20310501T090000Z`. */
const utc = (at: number) => new Date(at).toISOString().replace(/[-:]|\.\d+/g, "");

/** What would start another line or isn't allowed in a value: line ends become one kind, other controls go. */
const LINE_ENDS = /\r\n|[\n\r\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is removed.
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

const plain = (words: string) => words.toWellFormed().replace(LINE_ENDS, "\n").replace(CONTROLS, "");

/** A value of the type TEXT (RFC 5545, 3.3.11). */
function text(words: string): string {
  return plain(words)
    .replace(/[\\;,]/g, "\\$&")
    .replaceAll("\n", "\\n");
}

/** A quoted parameter: it has no escapes, so a quotation mark becomes another. */
function quoted(words: string): string {
  return `"${plain(words).replaceAll("\n", " ").replaceAll('"', "'")}"`;
}

/** A mail address as a URI (RFC 6068). */
function mailto(address: string): string {
  return `mailto:${encodeURIComponent(plain(address)).replaceAll("%40", "@").replaceAll("%2B", "+")}`;
}

/** Octets of a character in UTF-8. */
function octetsOf(letter: string): number {
  const code = letter.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  return code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** Folds a line at 75 octets without splitting a character; each next line begins with a space (RFC 5545, 3.1). */
function foldLine(line: string): string {
  let folded = "";
  let size = 0;
  for (const letter of line) {
    const octets = octetsOf(letter);
    if (size + octets > 75) {
      folded += "\r\n ";
      size = 1;
    }
    folded += letter;
    size += octets;
  }
  return folded;
}
