/** Public API of the support module. */

export { openTicket } from "./commands.ts";
export { purgeReads } from "./console/commands.ts";
export { conversationRoutes } from "./console/routes.ts";
export { messageNotice, ticketChange, ticketErased } from "./notices.ts";
export { ticketsOverview } from "./overview.ts";
export { exportSupport } from "./queries.ts";
export { supportResources } from "./resources.ts";
export { supportRoutes } from "./routes.ts";
export { ticketAuthorizer, ticketRoomHandler } from "./ticket.room.ts";
