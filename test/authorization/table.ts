/** The authorization matrix of the documented routes, module by module: a row for every one. `pages.ts` has the rest. */
import { accounts } from "./accounts.ts";
import { admin } from "./admin.ts";
import { chats } from "./chats.ts";
import { earnings } from "./earnings.ts";
import { events } from "./events.ts";
import { files } from "./files.ts";
import { findFriendEvents } from "./find-friend-events.ts";
import { fleet } from "./fleet.ts";
import { notifications } from "./notifications.ts";
import { orders } from "./orders.ts";
import { social } from "./social.ts";
import { support } from "./support.ts";
import { tracking } from "./tracking.ts";
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
  "GET /api/v1": { responses: members(200) },
  "GET /health": { responses: everybody(200) },
};
