/** Events: what other rooms of the house may use. */
export { eventGate } from "./gate.ts";
export { eventMails } from "./mails.ts";
export { announce, type Notice } from "./notices.ts";
export { eventSocket, eventTenant } from "./room.ts";
export {
  countEvents,
  createEvents,
  type Event,
  type EventChange,
  type EventDraft,
  exportEvents,
  findEvent,
  listEvents,
  removeEvents,
  searchEvents,
  sendReminders,
  updateEvents,
} from "./service.ts";
