/** Public API of this module. */

export { eventAuthorizer } from "./authorizer.ts";
export { sharedEventWindow } from "./co-participants.ts";
export { BLANK, type EventFault, type EventPolicy } from "./commands/plans.ts";
export { removeEvents } from "./commands/removal.ts";
export { changeEvents, createEvents, type EventChange, type EventDraft } from "./commands/write.ts";
export { eventResources } from "./console/resources.ts";
export { eraseEventWords } from "./erasure.ts";
export { geocoding } from "./geo/geocoding.ts";
export { eventPages } from "./mail/pages.tsx";
export { sendReminders } from "./mail/reminders.ts";
export { eventMails } from "./mail/templates.ts";
export { memberFaults, planFaults } from "./messages.ts";
export { eventNotice } from "./notices.ts";
export { sweepWaitlists } from "./participation/waitlist.ts";
export {
  countEvents,
  type Event,
  exportEvents,
  findEvent,
  listEvents,
  searchEvents,
  usernameFor,
  zoneOf,
} from "./queries.ts";
export { eventRoomHandler } from "./room.ts";
export { eventRoutes } from "./routes.ts";
