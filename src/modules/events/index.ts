/** Events: what other rooms of the house may use. */
export { eraseEventWords } from "./erasure.ts";
export { fellowEffects, fellowsWithin } from "./fellows.ts";
export { eventGate } from "./gate.ts";
export { geocoding } from "./geocoding.ts";
export { sweepLines } from "./line.ts";
export { eventMails } from "./mails.ts";
export { eventNotice } from "./notices.ts";
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
export { eventResources } from "./resources.ts";
export { eventTenant } from "./room.ts";
export { eventRoutes } from "./routes.ts";
export { createEvents, type EventChange, type EventDraft, removeEvents, updateEvents } from "./service.ts";
