/** Support: what other rooms of the house may use. */
export { addMessage } from "./conversation.ts";
export { announceChange, announceMessage, eraseTicketWords, type TicketChanged } from "./notices.ts";
export { ticketsOverview } from "./overview.ts";
export { supportResources } from "./resources.ts";
export { ticketGate, ticketTenant } from "./room.ts";
export { supportRoutes } from "./routes.ts";
export { exportSupport, findTicket, openTicket, ticketAccess } from "./tickets.ts";
