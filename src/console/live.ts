/** The page's live connection: one socket for all rooms that its screens listen to. */
import { Live } from "@caravan/client/live";
import { HttpError } from "ra-core";
import { call, session } from "./session.ts";

/** A connection with the browser's session key. Its user closes it. */
export function openLive(): Live {
  return new Live({
    credentials: {
      token: () => session.key(),
      async renew() {
        try {
          await call("GET", "/api/v1/notifications/unread-count/");
          return session.key();
        } catch (error) {
          // A key can't be renewed: it is good, or it is over.
          if (error instanceof HttpError && error.status === 401) return null;
          throw error;
        }
      },
    },
  });
}
