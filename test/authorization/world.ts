/** The roles of the authorization matrix, and helpers that create the owner's resources. */
import { env } from "cloudflare:workers";
import {
  clientProfiles,
  credentialsFor,
  prepareSession,
} from "../../src/modules/identity/sessions/sessions.ts";
import { post, rows, unique, uniquePhone } from "../harness/api.ts";
import { jobContext } from "../harness/job-context.ts";

/** `owner` owns the resource of the path; the other roles have no relation to it. */
export const ROLES = ["anonymous", "stranger", "owner", "driver", "operator", "staff"] as const;
export type Role = (typeof ROLES)[number];

/** The status that each role gets, in the order of `ROLES`. */
export type Statuses = readonly [number, number, number, number, number, number];

/** The same status for every role. */
export const everybody = (status: number): Statuses => [status, status, status, status, status, status];
/** One status for every signed-in role, and 401 for anonymous callers. */
export const members = (status: number): Statuses => [401, status, status, status, status, status];
/** For resources that others may know of but not change. */
export const ownerOrStaff = (status: number): Statuses => [401, 403, status, 403, 403, status];
/** For resources that are hidden from everybody else, including staff. */
export const ownerOnly = (status: number): Statuses => [401, 404, status, 404, 404, 404];
/** For resources that only staff may use. */
export const staffOnly = (status: number): Statuses => [401, 403, 403, 403, 403, status];

export interface Person {
  readonly id: number;
  readonly username: string;
  readonly sessionId: string;
  readonly token: string;
}

export interface Asked {
  /** The path with its parameters filled in; the route's own when left out. */
  readonly path?: string;
  readonly body?: unknown;
}

export interface Row {
  readonly responses: Statuses;
  /** The status for a token of an ended session; by default that of an anonymous caller. */
  readonly signedOut?: number;
  readonly ask?: (owner: Person) => Asked | Promise<Asked>;
  /** The owner's private data that the contract shows here to other people. */
  readonly shows?: readonly Private[];
}

/** Private data that responses to other people may not contain. */
export type Private = "phone" | "email" | "place";

/** `METHOD /path` as `src/app.ts` lists it. */
export type Table = Readonly<Record<string, Row>>;

const RIGHTS: Record<Role, { type: "CLIENT" | "DRIVER" | "OPERATOR"; staff: 0 | 1 }> = {
  anonymous: { type: "CLIENT", staff: 0 },
  stranger: { type: "CLIENT", staff: 0 },
  owner: { type: "CLIENT", staff: 0 },
  driver: { type: "DRIVER", staff: 0 },
  operator: { type: "OPERATOR", staff: 0 },
  staff: { type: "OPERATOR", staff: 1 },
};

/** Creates a signed-in account with the rights of a role, without hashing a password. */
export async function newPerson(role: Role): Promise<Person> {
  const username = unique(role);
  const { type, staff } = RIGHTS[role];
  const [user] = await rows<{ id: number }>(
    `INSERT INTO users (username, username_key, email, user_type, is_staff, created_at, updated_at)
     VALUES (?1, ?1, ?1 || '@example.com', ?2, ?3, 1, 1) RETURNING id`,
    username,
    type,
    staff,
  );
  const id = user?.id ?? 0;
  await rows("INSERT INTO profiles (user_id) VALUES (?)", id);
  const { ctx } = jobContext();
  const session = await prepareSession(ctx, clientProfiles.alphabet, id);
  await (session.statement as unknown as Promise<unknown>);
  const holder = { id, userType: type, isStaff: staff === 1 } as const;
  const { access } = await credentialsFor(ctx, session, clientProfiles.alphabet, holder);
  return { id, username, sessionId: session.id, token: access };
}

/** Creates an event of the owner. */
export async function eventOf(owner: Person): Promise<string> {
  return (await post("/api/events/", event(), { token: owner.token })).body.id;
}

/** The body of a new event. */
export function event() {
  return {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
    participants: [],
  };
}

/** Gives an account a unique phone and place, and returns patterns that find them in a response. */
export async function markPrivate({ id, username }: Person): Promise<Record<Private, RegExp>> {
  const phone = uniquePhone();
  const [latitude, longitude] = [11.25 + id / 1e6, 44.125 + id / 1e6].map((degrees) =>
    Number(degrees.toFixed(6)),
  );
  await env.DB.batch([
    env.DB.prepare("UPDATE users SET phone = ? WHERE id = ?").bind(phone, id),
    env.DB.prepare(
      `INSERT INTO latest_locations (user_id, report_id, at, received_at, latitude, longitude, cell)
       VALUES (?, 0, 1, 1, ?, ?, '') ON CONFLICT DO NOTHING`,
    ).bind(id, latitude, longitude),
  ]);
  return {
    phone: new RegExp(phone.slice(1)),
    email: new RegExp(`${username}@example\\.com`, "i"),
    place: new RegExp(`${latitude}|${longitude}`),
  };
}
