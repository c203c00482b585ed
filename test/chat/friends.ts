/** Two friends with a chat, set up through the Find Friend API. */

import { post } from "../harness/api.ts";
import { connect, connectNative, type Socket } from "../harness/socket.ts";
import { befriend, type Member, member } from "../social/social.ts";

export interface Pair {
  readonly one: Member;
  readonly other: Member;
  readonly chat: number;
}

/** Registers two friends and starts their chat. */
export async function chatters(): Promise<Pair> {
  const [one, other] = await Promise.all([member(), member()]);
  await befriend(one, other);
  const { status, body } = await post("/api/v1/chats/start/", { email: other.email }, { key: one.key });
  if (status !== 200) throw new Error(`start: ${status} ${JSON.stringify(body)}`);
  return { one, other, chat: body.id };
}

/** Opens the chat's socket in the documented dialect, authenticated by header. */
export function raw(pair: Pair, who: Member): Promise<Socket> {
  return connect(`/ws/chat/${pair.chat}/`, { headers: { Authorization: `Token ${who.key}` } });
}

/** Opens the chat's socket in `caravan.v1`. */
export function native(pair: Pair, who: Member, query = ""): Promise<Socket> {
  return connectNative(`/ws/chat/${pair.chat}/${query}`, who.key);
}

/** Opens a member's own socket, `ws/me/`. */
export function me(who: Member): Promise<Socket> {
  return connectNative("/ws/me/", who.key);
}

/** A `say` frame with a text; `room` for a socket that subscribes. */
export const say = (ref: string, text: string, room?: string) => ({
  t: "say",
  ref,
  kind: "message",
  body: { text },
  ...(room ? { room } : {}),
});
