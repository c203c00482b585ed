/** Events: what other rooms of the house may use. */

export { changeEvents, createEvents, type EventChange, type EventDraft } from "./commands.ts";
export { eraseEventWords } from "./erasure.ts";
export { fellowsWithin } from "./fellows.ts";
export { eventGate } from "./gate.ts";
export { geocoding } from "./geocoding.ts";
export { eventMails } from "./mails.ts";
export { memberFaults, planFaults } from "./messages.ts";
export { eventNotice } from "./notices.ts";
export { eventPages } from "./pages.tsx";
export { BLANK, type Door, type EventFault } from "./plans.ts";
export {
  countEvents,
  type Event,
  exportEvents,
  findEvent,
  listEvents,
  searchEvents,
  usernameFor,
} from "./queries.ts";
export { sendReminders } from "./reminders.ts";
export { removeEvents } from "./removal.ts";
export { eventResources } from "./resources.ts";
export { eventTenant } from "./room.ts";
export { eventRoutes } from "./routes.ts";
export { sweepLines } from "./waitlist.ts";
