/** Registers and signs in people as Rideshare's client does: with a cookie, and paths without a slash. */
import { type Answer, post, rows, unique } from "../../harness/api.ts";

export const PASSWORD = "securepassword123";

export interface Rider {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** The body of a registration with a new address. */
export function newcomer() {
  return { name: "Anna Ride", email: `${unique("rider")}@example.com`, password: PASSWORD };
}

/** A person who has registered. */
export async function rider(): Promise<Rider> {
  const body = newcomer();
  const answer = await post("/api/register", body);
  if (answer.status !== 200) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { ...body, id: answer.body.id };
}

/** The cookies named `jwt` that an answer sets. */
export function jwtCookies(answer: Pick<Answer, "headers">): string[] {
  return answer.headers.getSetCookie().filter((cookie) => cookie.startsWith("jwt="));
}

/** Signs in; what a browser would send from then on. */
export async function signIn({ email, password }: Pick<Rider, "email" | "password">) {
  const answer = await post("/api/login", { email, password });
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${JSON.stringify(answer.body)}`);
  const jwt: string = answer.body.jwt;
  return { jwt, cookie: { cookie: `jwt=${jwt}` } };
}

/** A person who is signed in. */
export async function signedIn() {
  const who = await rider();
  return { ...who, ...(await signIn(who)) };
}

/** Returns the accounts with this address. */
export const usersWith = (email: string) => rows("SELECT id FROM users WHERE email = ?", email);
