/** Finds the chat of two people, and makes it. */
import { type Account, type Caravan, isCaravanError } from "@caravan/client";

export interface Listed {
  readonly id: number;
  /** Who is in it. */
  readonly names: string;
}

export async function chatsOf({ api }: Caravan): Promise<readonly Listed[]> {
  const chats = await api.GET("/api/v1/chats/");
  return chats.map(({ id, initiator, receiver }) => ({
    id,
    names: [initiator, receiver].map((side) => side?.first_name || side?.email || "—").join(" · "),
  }));
}

/** The chat with the owner of this address, which is started if need be; null when they are not friends. */
export async function chatWith({ api }: Caravan, email: string): Promise<number | null> {
  try {
    return (await api.POST("/api/v1/chats/start/", { body: { email } })).id;
  } catch (error) {
    if (isCaravanError(error) && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}

type Side = readonly [Caravan, Account];

/** Mutual requests make a friendship; friends may start a chat. */
export async function befriend([one, first]: Side, [other, second]: Side): Promise<number | null> {
  await one.api.POST("/api/v1/friends/", { body: { to_user: second.id } });
  await other.api.POST("/api/v1/friends/", { body: { to_user: first.id } });
  return chatWith(one, second.email);
}
