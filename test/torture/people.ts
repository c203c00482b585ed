/** Pairs of friends with a chat, made over HTTP. */
import type { NativeClient } from "./clients/native.ts";
import type { PhoneClient } from "./clients/phone.ts";
import type { RawClient } from "./clients/raw.ts";
import type { World } from "./world.ts";

export interface Person {
  readonly id: number;
  /** For the `Token` scheme. */
  readonly key: string;
  /** A signed token of another session. */
  readonly access: string;
  readonly email: string;
}

export interface TestedChat {
  readonly chat: number;
  readonly clients: readonly (NativeClient | PhoneClient | RawClient)[];
}

/** Registers two people, makes them friends and returns them. */
export async function pairUp(world: World, n: number): Promise<[Person, Person]> {
  const people = [];
  for (const side of ["one", "other"]) {
    const email = `${side}.${n}@example.com`;
    const password = "a password for torture";
    const form = { email, password, first_name: "Анна", last_name: "Мария" };
    await expect(world.call("/api/v1/users/", form), 201);
    const answer = await expect(world.call("/api/v1/auth/token/login/", { email, password }), 200);
    const { auth_token: key } = (await answer.json()) as { auth_token: string };
    const signedIn = await expect(world.call("/api/v1/auth/login/", { phone: email, password }), 200);
    const { access } = (await signedIn.json()) as { access: string };
    const [row] = await world.query<{ id: number }>("SELECT id FROM users WHERE email = ?", email);
    people.push({ id: row?.id ?? 0, key, access, email });
  }
  const [one, other] = people as [Person, Person];
  const request = await expect(world.call("/api/v1/friends/", { to_user: other.id }, one.key), 201);
  const { id } = (await request.json()) as { id: number };
  await expect(world.call(`/api/v1/friends/${id}/accept/`, {}, other.key), 200);
  return [one, other];
}

/** Starts the chat of two friends and returns its id. */
export async function startChat(world: World, one: Person, other: Person): Promise<number> {
  const answer = await expect(world.call("/api/v1/chats/start/", { email: other.email }, one.key), 200);
  return ((await answer.json()) as { id: number }).id;
}

async function expect(answering: Promise<Response>, status: number): Promise<Response> {
  const answer = await answering;
  if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
