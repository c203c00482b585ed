/** Every door by which people come to be in an event, so that each rule is asked at all of them. */
import { mint, type Person } from "../authorization/world.ts";
import { type Answer, patch, post, put, rows, unique } from "../harness/api.ts";

export type { Person } from "../authorization/world.ts";

const EVENTS = "/api/v1/events/";
const as = ({ token }: Person) => ({ token, headers: { "accept-language": "en", "if-match": "*" } });

/** What somebody is called at a door: a person's id and username, or those of nobody. */
export interface Name {
  readonly id: number;
  readonly username: string;
}

export const nobody = (): Name => ({
  id: 900_000_000 + Math.floor(Math.random() * 1e6),
  username: unique("no"),
});

export interface TestEvent {
  readonly id: number;
  readonly uuid: string;
}

export const planned = (changes: object = {}) => ({
  name: unique("Walk"),
  description: "Up and down",
  event_type: "Outdoors",
  start_date: "2031-05-01T12:00:00Z",
  end_date: "2031-05-01T18:00:00Z",
  ...changes,
});

const drafted = (changes: object = {}) => ({
  name: unique("Ride"),
  starting_time: "2031-06-01T10:00:00Z",
  end_time: "2031-06-01T12:00:00Z",
  location: "Bridge",
  ...changes,
});

/** An event of Find Friend's door; its owner is its first member. */
export async function eventBy(owner: Person, changes: object = {}): Promise<TestEvent> {
  const { status, body } = await post(EVENTS, planned(changes), as(owner));
  if (status !== 201) throw new Error(`event: ${status} ${JSON.stringify(body)}`);
  const [row] = await rows<{ uuid: string }>("SELECT uuid FROM events WHERE id = ?", body.id);
  return { id: body.id, uuid: row?.uuid ?? "" };
}

export interface NamingRoute {
  /** What the door does with a name that nobody has. */
  readonly unknown: "refused" | "passed over";
  readonly name: (owner: Person, event: TestEvent, names: readonly Name[]) => Promise<Answer>;
}

const ids = (names: readonly Name[]) => names.map(({ id }) => ({ id }));
const usernames = (names: readonly Name[]) => names.map(({ username }) => username);

/** Doors that add people to an event that exists. Sets are whole sets; the console adds one by one. */
export const addingDoors: Readonly<Record<string, NamingRoute>> = {
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
      const staff = await mint("staff");
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

/** Doors that name people while they make an event. */
export const makingDoors: Readonly<
  Record<
    string,
    Omit<NamingRoute, "name"> & {
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

export async function memberIds(event: number): Promise<number[]> {
  const found = await rows<{ user_id: number }>(
    "SELECT user_id FROM event_members WHERE event_id = ? ORDER BY user_id",
    event,
  );
  return found.map(({ user_id }) => user_id);
}

/** Everything that somebody was told of events: letters and notifications. */
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

export const block = (who: Person, whom: Person) =>
  post(`/api/v1/users/${whom.id}/block/`, undefined, as(who));

export const born = ({ id }: Person, day: string) =>
  rows("UPDATE profiles SET birthday = ? WHERE user_id = ?", day, id);

export const waits = async (who: Person, event: TestEvent): Promise<boolean> => {
  const [row] = await rows<{ is_waiting: number }>(
    "SELECT is_waiting FROM participation_requests WHERE user_id = ? AND event_id = ?",
    who.id,
    event.id,
  );
  return row?.is_waiting === 1;
};

export const ask = (who: Person, event: TestEvent) =>
  post("/api/v1/participation/", { event: event.id }, as(who));

export async function people(count: number): Promise<Person[]> {
  const made: Person[] = [];
  for (let index = 0; index < count; index++) made.push(await mint("stranger"));
  return made;
}
