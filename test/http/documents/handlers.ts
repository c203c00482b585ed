/** The handler behind each channel of the AsyncAPI document. */
import { authorizers } from "../../../src/app.ts";
import { chatRoomHandler } from "../../../src/modules/chat/index.ts";
import { opsRoomHandler, orderRoomHandler, truckRoomHandler } from "../../../src/modules/dispatch/index.ts";
import { eventRoomHandler } from "../../../src/modules/events/index.ts";
import { inboxRoomHandler } from "../../../src/modules/notifications/index.ts";
import { ticketRoomHandler } from "../../../src/modules/support/index.ts";
import { trackRoomHandler } from "../../../src/modules/tracking/index.ts";
import type { RoomHandler } from "../../../src/platform/realtime/handler.ts";
import { authorizeOrFault } from "../../../src/platform/realtime/handshake/subscription.ts";

const unused = () => {
  throw new Error("no context is opened");
};

const handlers: Readonly<Record<string, RoomHandler>> = {
  me: inboxRoomHandler((...asked) => authorizeOrFault(authorizers, ...asked))(unused),
  chat: chatRoomHandler(unused),
  events: eventRoomHandler(unused),
  location: trackRoomHandler(unused),
  watched: trackRoomHandler(unused),
  order: orderRoomHandler(unused),
  shared: orderRoomHandler(unused),
  truck: truckRoomHandler(unused),
  ops: opsRoomHandler(unused),
  ticket: ticketRoomHandler(unused),
};

/** The handler of a channel's room; fails for a channel that is not listed. */
export function handlerOf(channel: string): RoomHandler {
  const handler = handlers[channel];
  if (!handler) throw new Error(`list the handler of ${channel}`);
  return handler;
}
