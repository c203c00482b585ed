/** What Find Friend's routes create, for the test of repeated requests. */

import { rows, unique } from "../../harness/api.ts";
import type { Creation } from "../../http/idempotency/creations.ts";

/** People whom nobody has asked yet. */
const free = await rows<{ id: number }>(
  `INSERT INTO users (username, username_key, created_at, updated_at)
   SELECT ?1 || key, ?1 || key, 1, 1 FROM json_each('[${"0,".repeat(99)}0]') RETURNING id`,
  unique("asked"),
);
const request = () => ({ to_user: free.pop()?.id ?? 0 });

export const friendCreations: Readonly<Record<string, Creation>> = {
  "post /api/v1/friends": {
    signedIn: true,
    body: request,
    other: request,
    made: async (body) =>
      (await rows("SELECT id FROM friend_requests WHERE to_id = ?", (body as { to_user: number }).to_user))
        .length,
  },
};
