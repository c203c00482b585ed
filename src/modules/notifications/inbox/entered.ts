/** Whether somebody has entered a person's inbox: until then it is told of nothing (`beginning.ts`). */
import { type SQL, sql } from "drizzle-orm";

/** SQL: 1 when somebody has entered this person's inbox, so that it is told of notices. */
export const isEntered = (userId: SQL): SQL<number> =>
  sql`EXISTS (SELECT 1 FROM inboxes WHERE inboxes.user_id = ${userId})`;
