/** Rules for ages and friend requests. Pure. */

/** Age in whole years on the day of `now` (UTC). `birthday` is `YYYY-MM-DD`; null gives null. */
export function ageOn(now: number, birthday: string | null): number | null {
  if (!birthday) return null;
  const today = new Date(now).toISOString().slice(0, 10);
  const years = Number(today.slice(0, 4)) - Number(birthday.slice(0, 4));
  return today.slice(5) < birthday.slice(5) ? years - 1 : years;
}

/** The range of birthdays that the `age` filter matches, both ends included. */
export function birthdaysOfAge(now: number, age: number): { from: string; to: string } {
  return { from: yearsBefore(now, age + 1), to: yearsBefore(now, age) };
}

/** 29 February becomes the 28th in a year without one. Any number of years gives a date. */
function yearsBefore(now: number, years: number): string {
  const today = new Date(now);
  const year = Math.min(9999, Math.max(0, today.getUTCFullYear() - years));
  const month = today.getUTCMonth();
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month, Math.min(today.getUTCDate(), lastDay))).toISOString().slice(0, 10);
}

export interface RequestFacts {
  readonly self: boolean;
  readonly exists: boolean;
  readonly friends: boolean;
  /** Either has blocked the other. */
  readonly blocked: boolean;
  /** The sender has a request to the same person already, in any state. */
  readonly sentBefore: boolean;
  /** The receiver has a pending request to the sender. */
  readonly askedBack: boolean;
}

/** `mutual`: both have asked, so they become friends at once. */
export type RequestVerdict = "missing" | "self" | "forbidden" | "friends" | "repeated" | "pending" | "mutual";

export function requestVerdict(facts: RequestFacts): RequestVerdict {
  if (!facts.exists) return "missing";
  if (facts.self) return "self";
  if (facts.blocked) return "forbidden";
  if (facts.sentBefore) return "repeated";
  if (facts.friends) return "friends";
  return facts.askedBack ? "mutual" : "pending";
}

/** The two ids of a friendship in stored order. */
export function pairOf(one: number, other: number): { low: number; high: number } {
  return { low: Math.min(one, other), high: Math.max(one, other) };
}
