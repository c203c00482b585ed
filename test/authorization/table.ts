/** The authorization matrix: one row per documented route, by module. `tables/pages.ts` has the pages. */
import { accounts } from "./tables/accounts.ts";
import { admin } from "./tables/admin.ts";
import { chats } from "./tables/chats.ts";
import { earnings } from "./tables/earnings.ts";
import { events } from "./tables/events.ts";
import { files } from "./tables/files.ts";
import { findFriendEvents } from "./tables/find-friend-events.ts";
import { fleet } from "./tables/fleet.ts";
import { notifications } from "./tables/notifications.ts";
import { orders } from "./tables/orders.ts";
import { social } from "./tables/social.ts";
import { support } from "./tables/support.ts";
import { tracking } from "./tables/tracking.ts";
import { webhooks } from "./tables/webhooks.ts";
import { everybody, members, type Table } from "./world.ts";

export const table: Table = {
  ...accounts,
  ...admin,
  ...chats,
  ...events,
  ...earnings,
  ...files,
  ...fleet,
  ...findFriendEvents,
  ...notifications,
  ...orders,
  ...social,
  ...support,
  ...tracking,
  ...webhooks,
  "GET /api/v1": { responses: members(200) },
  "GET /health": { responses: everybody(200) },
};
