/** Two friends with a chat, as the Find Friend app brings them there. */

import { post } from "../harness/api.ts";
import { connect, connectNative, type Socket } from "../harness/socket.ts";
import { befriend, type Member, member } from "../social/social.ts";

export interface Pair {
  readonly one: Member;
  readonly other: Member;
  readonly chat: number;
}

export async function chatters(): Promise<Pair> {
  const [one, other] = await Promise.all([member(), member()]);
  await befriend(one, other);
  const { status, body } = await post("/api/v1/chats/start/", { email: other.email }, { key: one.key });
  if (status !== 200) throw new Error(`start: ${status} ${JSON.stringify(body)}`);
  return { one, other, chat: body.id };
}

/** A socket of the documented dialect, by header. */
export function raw(pair: Pair, who: Member): Promise<Socket> {
  return connect(`/ws/chat/${pair.chat}/`, { headers: { Authorization: `Token ${who.key}` } });
}

export function native(pair: Pair, who: Member, query = ""): Promise<Socket> {
  return connectNative(`/ws/chat/${pair.chat}/${query}`, who.key);
}

export function me(who: Member): Promise<Socket> {
  return connectNative("/ws/me/", who.key);
}

export const say = (ref: string, text: string, room?: string) => ({
  t: "say",
  ref,
  kind: "message",
  body: { text },
  ...(room ? { room } : {}),
});
