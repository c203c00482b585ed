/** Who may open a chat, read it and write in it. Pure: facts in, verdict out. */

/** Characters of one message. */
export const MAX_TEXT = 1000;

export interface ChatFacts {
  /** Null once that account is gone. */
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

/** Messages stay readable for both after they have parted; staff may look at any chat. */
export function mayView(
  chat: Pick<ChatFacts, "initiatorId" | "receiverId">,
  caller: { userId: number; isStaff: boolean },
) {
  return caller.isStaff || isMember(chat, caller.userId);
}

/** Live, a chat is for two people who are friends now; staff may listen. */
export function mayJoin(
  chat: ChatFacts,
  caller: { userId: number; isStaff: boolean },
): "writes" | "listens" | "stays out" {
  if (!isMember(chat, caller.userId)) return caller.isStaff ? "listens" : "stays out";
  return chat.friends && !chat.blocked ? "writes" : "stays out";
}
