/** AlphaBet's events created through the documented paths, and the letters that people get. */
import { outboxOf, type Person, post, rows, unique } from "../../harness/api.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** The time this many milliseconds from now, as a client writes it. */
export function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}

export interface Draft {
  readonly name: string;
  readonly starting_time: string;
  readonly end_time: string;
  readonly location: string;
  readonly participants?: unknown;
}

/** A create body that is right in every field; its name and place are nobody else's. */
export function draft(changes: object = {}): Draft {
  return {
    name: unique("Event "),
    starting_time: "2031-06-01T10:00:00Z",
    end_time: "2031-06-01T12:00:00Z",
    location: unique("Hall "),
    ...changes,
  };
}

export interface Made extends Draft {
  readonly id: string;
}

/** An event of `owner`, through `POST /api/events/`. */
export async function makeEvent(owner: Person, changes: object = {}): Promise<Made> {
  const body = draft(changes);
  const answer = await post("/api/events/", body, { token: owner.token });
  if (answer.status !== 201) throw new Error(`create: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { ...body, id: answer.body.id };
}

/** Returns an event's row; undefined once it is deleted. */
export async function storedEvent(uuid: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await rows("SELECT * FROM events WHERE uuid = ?", uuid);
  return row;
}

/** How many events have this name. */
export async function countNamed(name: string): Promise<number> {
  return (await rows("SELECT id FROM events WHERE name = ?", name)).length;
}

/** Subjects of the letters about events that a person got, oldest first. */
export async function eventSubjects(person: Person): Promise<string[]> {
  return (await outboxOf(person.email))
    .map(({ subject }) => subject)
    .filter((subject) => subject.startsWith("Notification for Event") || subject === "Event Reminder")
    .reverse();
}

/** A UUID of version 4 that names nothing. */
export function noSuchId(): string {
  return crypto.randomUUID();
}

/** Returns the claims of a JWT without verifying it. */
export function claimsOf(token: string): Record<string, unknown> {
  const [, payload = ""] = token.split(".");
  return JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
}

/** Returns the number of an event, by its uuid. */
export async function rowIdOf(uuid: string): Promise<number> {
  return Number((await storedEvent(uuid))?.id);
}
