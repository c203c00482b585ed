/** Events: what other rooms of the house may use. */

export { eventAuthorizer } from "./authorizer.ts";
export { changeEvents, createEvents, type EventChange, type EventDraft } from "./commands/commands.ts";
export { BLANK, type ClientProfile, type EventFault } from "./commands/plans.ts";
export { removeEvents } from "./commands/removal.ts";
export { eventResources } from "./console/resources.ts";
export { eraseEventWords } from "./erasure.ts";
export { fellowsWithin } from "./fellows.ts";
export { geocoding } from "./geo/geocoding.ts";
export { eventPages } from "./mail/pages.tsx";
export { sendReminders } from "./mail/reminders.ts";
export { eventMails } from "./mail/templates.ts";
export { memberFaults, planFaults } from "./messages.ts";
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
export { eventRoomHandler } from "./room.ts";
export { eventRoutes } from "./routes.ts";
export { sweepWaitlists } from "./waitlist/waitlist.ts";
