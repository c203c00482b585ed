/** Support: what other rooms of the house may use. */
export { addMessage } from "./conversation.ts";
export { announceMessage, eraseTicketWords } from "./notices.ts";
export { ticketsOverview } from "./overview.ts";
export { supportResources } from "./resources.ts";
export { ticketGate, ticketSocket, ticketTenant } from "./room.ts";
export { supportRoutes } from "./routes.ts";
export { exportSupport, findTicket, openTicket, ticketAccess } from "./tickets.ts";
