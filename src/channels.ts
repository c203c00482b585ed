/** All sockets, as the AsyncAPI document lists them. Read when the assets are built; no part of the Worker. */
import { chatChannels } from "./modules/chat/channels.ts";
import { dispatchChannels } from "./modules/dispatch/channels.ts";
import { eventChannels } from "./modules/events/channels.ts";
import { inboxChannels } from "./modules/notifications/channels.ts";
import { ticketChannels } from "./modules/support/channels.ts";
import { trackChannels } from "./modules/tracking/channels.ts";
import type { Channel } from "./platform/realtime/documents/channel.ts";

/** In the order in which they are shown. */
export const channels: readonly Channel[] = [
  ...inboxChannels,
  ...chatChannels,
  ...eventChannels,
  ...trackChannels,
  ...dispatchChannels,
  ...ticketChannels,
];
