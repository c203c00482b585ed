/** A room that is no inbox: nobody in it subscribes to other rooms. */
import type { InboxMethods, Local } from "../rpc.ts";

export const NOT_AN_INBOX: Local<InboxMethods> = {
  relay: () => null,
  heard: () => null,
  relayFrame: () => {},
  dropped: () => {},
};
