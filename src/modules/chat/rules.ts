/** Rules for who may open, read and write in a chat. Pure. */

/** Maximum length of a message in characters. */
export const MAX_TEXT = 1000;

export interface ChatFacts {
  /** Null after the account was deleted. */
  readonly initiatorId: number | null;
  readonly receiverId: number | null;
  readonly friends: boolean;
  readonly blocked: boolean;
}

export function isMember(
  { initiatorId, receiverId }: Pick<ChatFacts, "initiatorId" | "receiverId">,
  userId: number,
) {
  return userId === initiatorId || userId === receiverId;
}

/** Both keep reading their messages after the friendship ended; staff may read any chat. */
export function mayView(
  chat: Pick<ChatFacts, "initiatorId" | "receiverId">,
  caller: { userId: number; isStaff: boolean },
) {
  return caller.isStaff || isMember(chat, caller.userId);
}

/** The socket is for two people who are friends now; staff may listen. */
export function mayJoin(
  chat: ChatFacts,
  caller: { userId: number; isStaff: boolean },
): "writes" | "listens" | "stays out" {
  if (!isMember(chat, caller.userId)) return caller.isStaff ? "listens" : "stays out";
  return chat.friends && !chat.blocked ? "writes" : "stays out";
}
