/** Support: what other rooms of the house may use. */
export { messageNotice, ticketChange, ticketErased } from "./notices.ts";
export { ticketsOverview } from "./overview.ts";
export { supportResources } from "./resources.ts";
export { ticketGate, ticketTenant } from "./room.ts";
export { supportRoutes } from "./routes.ts";
export { exportSupport, openTicket } from "./tickets.ts";
