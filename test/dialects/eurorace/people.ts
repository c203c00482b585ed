/** People as Eurorace's app registers them. */
import { outboxOf, post, unique } from "../../harness/api.ts";

export interface Racer {
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly key: string;
}

/** The body of a registration. */
export function registration(username: string, email: string | null, password: string) {
  return { username, ...(email ? { email } : {}), password1: password, password2: password };
}

/** A person with names of their own and the body that registers them. */
export function newcomer() {
  const username = unique("racer");
  const email = `${username}@example.com`;
  const password = "securepassword123";
  const body = { username, email, password1: password, password2: password };
  return { username, email, password, body };
}

/** A person who has registered. */
export async function signedUp(): Promise<Racer> {
  const { username, email, password, body } = newcomer();
  const answer = await post("/api/auth/registration/", body);
  if (answer.status !== 201) throw new Error(`registration: ${answer.status} ${JSON.stringify(answer.body)}`);
  return { username, email, password, key: answer.body.key };
}

/** The path and query of the link in the newest letter to an address. */
export async function linkOf(email: string): Promise<string> {
  const [letter] = await outboxOf(email);
  const link = letter?.links[0];
  if (!link) throw new Error(`no letter with a link to ${email}`);
  return new URL(link).pathname;
}

/** The key inside the newest confirmation link. */
export async function keyOf(email: string): Promise<string> {
  const [, key = ""] = /^\/account-confirm-email\/([\w-]+)\/$/.exec(await linkOf(email)) ?? [];
  return key;
}

/** Uid and token inside the newest reset link. */
export async function resetOf(email: string): Promise<{ uid: string; token: string }> {
  const [, uid = "", token = ""] =
    /^\/password_reset_confirm\/([0-9a-z]+)-(.+)$/.exec(await linkOf(email)) ?? [];
  return { uid, token };
}
