/** The people at the page. Where the server has sample people, they are signed in; elsewhere visitors sign in themselves. */
import { useSyncExternalStore } from "react";
import { type Login, Person, type PersonView, SEATS, type SeatName } from "./person.ts";

export const people = Object.fromEntries(
  SEATS.map((seat) => [seat, new Person(seat)]),
) as unknown as Readonly<Record<SeatName, Person>>;

let samples: ReturnType<typeof sampleLogins> | undefined;
const begun = new Set<Person>();

/** Finds out who sits in a place, when it is first shown. */
export async function begin(person: Person): Promise<void> {
  if (begun.has(person)) return;
  begun.add(person);
  samples ??= sampleLogins();
  await person.start((await samples)[person.seat]);
}

/** The sample people of a development server; nobody on any other. */
async function sampleLogins(): Promise<Partial<Record<SeatName, Login>>> {
  const answer = await fetch("/dev/samples/").catch(() => null);
  if (!answer?.ok) return {};
  const { logins } = (await answer.json()) as {
    logins: { username: string; password: string; user_type: string }[];
  };
  const found: Partial<Record<SeatName, Login>> = {};
  for (const { username, password, user_type } of logins) {
    const seat = SEATS.find((seat) => seat.toUpperCase() === user_type);
    if (seat) found[seat] ??= { login: username, password };
  }
  return found;
}

export function useView(person: Person): PersonView {
  return useSyncExternalStore(person.onChange, () => person.view);
}
