/** The matrix of chats: their two members, and staff who may read. */
import { rows } from "../../harness/api.ts";
import { members, newPerson, type Person, type Table } from "../world.ts";

const CHATS = "/api/v1/chats/";

/** A friend of the owner's, and their chat when one is wanted. */
async function friendOf(owner: Person): Promise<Person> {
  const friend = await newPerson("stranger");
  const [low, high] = [Math.min(owner.id, friend.id), Math.max(owner.id, friend.id)];
  await rows(
    "INSERT INTO friendships (low_id, high_id, initiator_id, created_at) VALUES (?, ?, ?, 1)",
    low,
    high,
    owner.id,
  );
  return friend;
}

/** Inserts a chat of the owner with a friend and returns its id. */
export async function chatOf(owner: Person): Promise<number> {
  const friend = await friendOf(owner);
  const [low, high] = [Math.min(owner.id, friend.id), Math.max(owner.id, friend.id)];
  const [chat] = await rows<{ id: number }>(
    `INSERT INTO chats (initiator_id, receiver_id, low_id, high_id, started_at, active_at)
     VALUES (?1, ?2, ?3, ?4, 1, 1) RETURNING id`,
    owner.id,
    friend.id,
    low,
    high,
  );
  return chat?.id ?? 0;
}

export const chats: Table = {
  "GET /api/v1/chats": { responses: members(200) },
  "GET /api/v1/chats/search": {
    responses: members(200),
    ask: () => ({ path: `${CHATS}search/?search=слово` }),
  },
  "POST /api/v1/chats/start": {
    responses: [401, 403, 200, 403, 403, 403],
    async ask(owner) {
      const friend = await friendOf(owner);
      return { body: { email: `${friend.username}@example.com` } };
    },
  },
  "GET /api/v1/chats/:id": {
    responses: [401, 403, 200, 403, 403, 200],
    ask: async (owner) => ({ path: `${CHATS}${await chatOf(owner)}/` }),
  },
};
