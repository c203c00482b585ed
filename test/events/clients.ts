/** Every API that adds members to events, so that each rule is tested through all of them. */
import { newPerson, type Person } from "../authorization/world.ts";
import { type Answer, patch, post, put, rows, unique } from "../harness/api.ts";

export type { Person } from "../authorization/world.ts";

const EVENTS = "/api/v1/events/";
const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en", "if-match": "*" } });

/** How a request names a person: by id or username, of a user or of nobody. */
export interface Name {
  readonly id: number;
  readonly username: string;
}

/** The id and username of no user. */
export const nobody = (): Name => ({
  id: 900_000_000 + Math.floor(Math.random() * 1e6),
  username: unique("no"),
});

export interface TestEvent {
  readonly id: number;
  readonly uuid: string;
}

/** A valid body for a new event in Find Friend's API. */
export const planned = (changes: object = {}) => ({
  name: unique("Walk"),
  description: "Up and down",
  event_type: "Outdoors",
  start_date: "2031-05-01T12:00:00Z",
  end_date: "2031-05-01T18:00:00Z",
  ...changes,
});

/** A valid body for a new event in AlphaBet's API. */
const drafted = (changes: object = {}) => ({
  name: unique("Ride"),
  starting_time: "2031-06-01T10:00:00Z",
  end_time: "2031-06-01T12:00:00Z",
  location: "Bridge",
  ...changes,
});

/** Creates an event through Find Friend's API; its owner is its first member. */
export async function eventBy(owner: Person, changes: object = {}): Promise<TestEvent> {
  const { status, body } = await post(EVENTS, planned(changes), as(owner));
  if (status !== 201) throw new Error(`event: ${status} ${JSON.stringify(body)}`);
  const [row] = await rows<{ uuid: string }>("SELECT uuid FROM events WHERE id = ?", body.id);
  return { id: body.id, uuid: row?.uuid ?? "" };
}

export interface NamingClient {
  /** How this API treats an unknown name. */
  readonly unknown: "refused" | "passed over";
  readonly name: (owner: Person, event: TestEvent, names: readonly Name[]) => Promise<Answer>;
}

const ids = (names: readonly Name[]) => names.map(({ id }) => ({ id }));
const usernames = (names: readonly Name[]) => names.map(({ username }) => username);

/** APIs that add members to an existing event. They replace the whole set; the console adds one at a time. */
export const addingClients: Readonly<Record<string, NamingClient>> = {
  "Find Friend's PATCH": {
    unknown: "refused",
    name: (owner, { id }, names) => patch(`${EVENTS}${id}/`, { members: ids(names) }, as(owner)),
  },
  "Find Friend's PUT": {
    unknown: "refused",
    async name(owner, { id }, names) {
      const [kept] = await rows<{ starts_at: number; ends_at: number }>(
        "SELECT starts_at, ends_at FROM events WHERE id = ?",
        id,
      );
      const times = {
        start_date: new Date(kept?.starts_at ?? 0).toISOString(),
        end_date: new Date(kept?.ends_at ?? 0).toISOString(),
      };
      return put(`${EVENTS}${id}/`, planned({ ...times, members: ids(names) }), as(owner));
    },
  },
  "AlphaBet's PUT": {
    unknown: "passed over",
    name: (owner, { uuid }, names) =>
      put(`/api/event/${uuid}/`, { participants: usernames(names) }, as(owner)),
  },
  "AlphaBet's batch PUT": {
    unknown: "passed over",
    name: (owner, { uuid }, names) =>
      put("/api/batch_events/", [{ id: uuid, participants: usernames(names) }], as(owner)),
  },
  "the console": {
    unknown: "refused",
    async name(_owner, { id }, names) {
      const staff = await newPerson("staff");
      let last: Answer | null = null;
      for (const name of names) {
        const present = await memberIds(id);
        if (present.includes(name.id)) continue;
        last = await post("/api/admin/event-members/", { event: id, user: name.id }, as(staff));
        if (last.status >= 400) break;
      }
      if (!last) throw new Error("the console named nobody");
      return last;
    },
  },
};

/** APIs that name members while they create an event. */
export const creatingClients: Readonly<
  Record<
    string,
    Omit<NamingClient, "name"> & {
      readonly make: (owner: Person, names: readonly Name[], limits?: object) => Promise<Answer>;
    }
  >
> = {
  "Find Friend's POST": {
    unknown: "refused",
    make: (owner, names, limits) => post(EVENTS, planned({ members: ids(names), ...limits }), as(owner)),
  },
  "AlphaBet's POST": {
    unknown: "passed over",
    make: (owner, names) => post("/api/events/", drafted({ participants: usernames(names) }), as(owner)),
  },
  "AlphaBet's batch POST": {
    unknown: "passed over",
    make: (owner, names) =>
      post("/api/batch_events/", [drafted({ participants: usernames(names) })], as(owner)),
  },
};

/** The numbers of an event's members. */
export async function memberIds(event: number): Promise<number[]> {
  const found = await rows<{ user_id: number }>(
    "SELECT user_id FROM event_members WHERE event_id = ? ORDER BY user_id",
    event,
  );
  return found.map(({ user_id }) => user_id);
}

/** A user's letters, notifications and memberships. */
export async function tracesOf({ id, username }: Person) {
  return {
    letters: await rows(
      "SELECT id FROM outbox WHERE kind = 'mail' AND address = ?",
      `${username}@example.com`,
    ),
    notifications: await rows("SELECT id FROM notifications WHERE user_id = ?", id),
    memberships: await rows("SELECT event_id FROM event_members WHERE user_id = ?", id),
  };
}

/** `who` blocks `whom`. */
export const block = (who: Person, whom: Person) =>
  post(`/api/v1/users/${whom.id}/block/`, undefined, as(who));

/** Sets a user's birthday. */
export const born = ({ id }: Person, day: string) =>
  rows("UPDATE profiles SET birthday = ? WHERE user_id = ?", day, id);

/** True when the user's request is on the waiting list. */
export const waits = async (who: Person, event: TestEvent): Promise<boolean> => {
  const [row] = await rows<{ is_waiting: number }>(
    "SELECT is_waiting FROM participation_requests WHERE user_id = ? AND event_id = ?",
    who.id,
    event.id,
  );
  return row?.is_waiting === 1;
};

/** Asks to take part in an event. */
export const ask = (who: Person, event: TestEvent) =>
  post("/api/v1/participation/", { event: event.id }, as(who));

/** New users. */
export async function people(count: number): Promise<Person[]> {
  const made: Person[] = [];
  for (let index = 0; index < count; index++) made.push(await newPerson("stranger"));
  return made;
}

/** An owner and this many other people. */
export async function crew(count: number): Promise<[owner: Person, ...rest: Person[]]> {
  const [owner, ...rest] = await people(count + 1);
  if (!owner) throw new Error("nobody was made");
  return [owner, ...rest];
}

/** An answer with the names and ids replaced, to compare answers for different names. */
export const textOf = ({ status, body }: Answer, ...names: Name[]) => {
  let words = JSON.stringify({ status, body });
  for (const { id, username } of names)
    words = words.replaceAll(String(id), "ID").replaceAll(username, "NAME");
  return words;
};
