/** Find Friend members for tests, and calls between them. */

import { type Someone, someone, USERS } from "../dialects/find-friend/people.ts";
import { del, get, patch, post, rows } from "../harness/api.ts";

export const ME = `${USERS}me/`;
export const FRIENDS = "/api/v1/friends/";

export interface Member extends Someone {
  readonly id: number;
}

/** Registers a member with these names and profile facts. */
export async function member(
  names: Record<string, string> = {},
  facts: Record<string, unknown> = {},
): Promise<Member> {
  const { email, key } = await someone(names);
  const { status, body } = await patch(ME, facts, { key });
  if (status !== 200) throw new Error(`profile: ${status} ${JSON.stringify(body)}`);
  return { email, key, id: body.id };
}

/** Sends a friend request; returns its id. */
export async function ask({ key }: Member, { id }: Member): Promise<number> {
  const { status, body } = await post(FRIENDS, { to_user: id }, { key });
  if (status !== 201) throw new Error(`request: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Makes two people friends by request and answer; returns the request's id. */
export async function befriend(one: Member, other: Member): Promise<number> {
  const id = await ask(one, other);
  const { status } = await post(`${FRIENDS}${id}/accept/`, undefined, { key: other.key });
  if (status !== 200) throw new Error(`accept: ${status}`);
  return id;
}

/** Registers two members who are strangers to each other. */
export const pair = async (): Promise<[Member, Member]> => [
  await member({ first_name: "Иван", last_name: "Петров" }),
  await member({ first_name: "Мария", last_name: "Ким" }),
];
/** A member's friend requests. */
export const requests = async ({ key }: Member) => (await get(FRIENDS, { key })).body;
/** Answers a friend request; returns the response. */
export const answer = (verb: "accept" | "decline", { key }: Member, id: number | string) =>
  post(`${FRIENDS}${id}/${verb}/`, undefined, { key });
/** Sends a friend request; returns the response. */
export const send = ({ key }: Member, to: number) => post(FRIENDS, { to_user: to }, { key });
/** The ids of a member's friends. */
export const friendIds = async (who: Member) => (await me(who)).friends.map(({ id }: { id: number }) => id);
/** A member's notifications, the oldest first. */
export const noticesOf = ({ id }: Member) =>
  rows<{ type: string; message: string; about: string }>(
    "SELECT type, message, about FROM notifications WHERE user_id = ? ORDER BY id",
    id,
  );
/** Blocks another member; returns the response. */
export const block = ({ key }: Member, { id }: Member) => post(`${USERS}${id}/block/`, undefined, { key });
/** Lifts a block; returns the response. */
export const unblock = ({ key }: Member, { id }: Member) => del(`${USERS}${id}/block/`, undefined, { key });
/** Reads another member's profile; returns the response. */
export const seen = ({ key }: Member, { id }: Member) => get(`${USERS}${id}/`, { key });
/** A member's own profile. */
export const me = async ({ key }: Member) => (await get(ME, { key })).body;

export const NOT_FOUND = { detail: "Страница не найдена." };
export const FORBIDDEN = { detail: "У вас недостаточно прав для выполнения данного действия." };
export const ANONYMOUS = { detail: "Учетные данные не были предоставлены." };
