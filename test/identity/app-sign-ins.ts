/** An account that can sign in to every app, and each app's sign-in with the credentials it returns. */
import { type Answer, get, post, rows, unique, uniquePhone } from "../harness/api.ts";

export const PASSWORD = "securepassword123";

export interface Everybody {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly phone: string;
  readonly password: string;
}

/** Creates an account with a username, an address and a phone that is signed in nowhere. */
export async function everybody(): Promise<Everybody> {
  const username = unique("everybody");
  const email = `${username}@example.com`;
  const phone = uniquePhone();
  const person = { name: "Anna Nowak", email, password: PASSWORD };
  const { id } = (await post("/api/register", person)).body;
  await rows(
    "UPDATE users SET username = ?, username_key = ?, phone = ? WHERE id = ?",
    username,
    username,
    phone,
    id,
  );
  return { id, username, email, phone, password: PASSWORD };
}

/** The credentials of a client after a sign-in; which ones depends on the app. */
export interface Held {
  readonly access?: string;
  readonly refresh?: string;
  readonly key?: string;
}

export interface AppProfile {
  /** As the list of devices names it. */
  readonly app: string;
  readonly path: string;
  readonly body: (who: Everybody) => object;
  readonly held: (answer: Answer) => Held;
  /** The lifetime of the app's access tokens in seconds; null if it returns none. */
  readonly lives: number | null;
}

const DAY = 86_400;
const password = PASSWORD;
const pair = ({ body }: Answer): Held => ({ access: body.access, refresh: body.refresh });

export const APPS: readonly AppProfile[] = [
  {
    app: "alphabet",
    path: "/api/auth/signin/",
    body: ({ username }) => ({ username, password }),
    held: pair,
    lives: DAY,
  },
  {
    app: "alphabet",
    path: "/api/token/",
    body: ({ username }) => ({ username, password }),
    held: pair,
    lives: DAY,
  },
  {
    app: "alphabet",
    path: "/api/auth/token/",
    body: ({ email }) => ({ email, password }),
    held: pair,
    lives: DAY,
  },
  {
    app: "eurorace",
    path: "/api/auth/login/",
    body: ({ username }) => ({ username, password }),
    held: ({ body }) => ({ access: body.access, refresh: body.refresh, key: body.key }),
    lives: DAY,
  },
  {
    app: "rideshare",
    path: "/api/login",
    body: ({ email }) => ({ email, password }),
    held: ({ body }) => ({ access: body.jwt }),
    lives: DAY,
  },
  {
    app: "find-friend",
    path: "/api/v1/auth/token/login/",
    body: ({ email }) => ({ email, password }),
    held: ({ body }) => ({ key: body.auth_token }),
    lives: null,
  },
  {
    app: "tow-truck",
    path: "/api/v1/auth/login/",
    body: ({ phone }) => ({ phone, password }),
    held: pair,
    lives: 3600,
  },
];

/** Signs a person in to an app and returns the credentials. */
export async function authorize(profile: AppProfile, who: Everybody): Promise<Held> {
  const answer = await post(profile.path, profile.body(who));
  if (answer.status !== 200)
    throw new Error(`${profile.path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return profile.held(answer);
}

/** Signs in to Tow Truck, which returns a token pair and no key. */
export async function towSession(who: Everybody): Promise<{ access: string; refresh: string; id: string }> {
  const { body } = await post("/api/v1/auth/login/", { phone: who.phone, password: who.password });
  return { access: body.access, refresh: body.refresh, id: claimsOf(body.access).sid };
}

/** Returns the claims of a JWT without verifying it. */
// biome-ignore lint/suspicious/noExplicitAny: claims are what the tests are about.
export function claimsOf(jwt: string): any {
  return JSON.parse(atob((jwt.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")));
}

/** The account id that each credential authenticates, or the status of the refusal. */
export async function whoIs(held: Held): Promise<number[]> {
  const responses = [
    ...(held.access ? [await get("/api/v1/auth/profile/", { token: held.access })] : []),
    ...(held.key ? [await get("/api/v1/auth/profile/", { key: held.key })] : []),
  ];
  return responses.map(({ status, body }) => (status === 200 ? body.id : status));
}

/** Creates an event in whose room sockets can be opened. */
export async function ownEvent(token: string): Promise<string> {
  const event = {
    name: "Ride",
    starting_time: "2031-01-01T10:00Z",
    end_time: "2031-01-01T11:00Z",
    location: "Bridge",
  };
  return (await post("/api/events/", event, { token })).body.id;
}
