/** What runs without a request: the outbox's effects by kind, and the clock's jobs. */
import { jobWorked, purgeJobs } from "./modules/admin/index.ts";
import { chatRecheck, eraseChatWords } from "./modules/chat/index.ts";
import {
  idleTrucks,
  orderDispatched,
  orderGone,
  orderNotice,
  purgeShares,
  sweepOffers,
  truckChanged,
} from "./modules/dispatch/index.ts";
import { documentMails, sendExpiryReminders } from "./modules/documents/index.ts";
import {
  eraseEventWords,
  eventMails,
  eventNotice,
  geocoding,
  sendReminders,
  sweepLines,
} from "./modules/events/index.ts";
import { checkFiles, cleanFiles, purgePendingFiles } from "./modules/files/index.ts";
import {
  accountErased,
  cleanAvatars,
  identityMails,
  purgeCodes,
  purgeDevices,
  purgeFormerContacts,
  purgeSessions,
  sessionsRevoked,
  sweepAvatars,
} from "./modules/identity/index.ts";
import { eraseNotices, noticePush } from "./modules/notifications/index.ts";
import { messageNotice, ticketChange, ticketErased } from "./modules/support/index.ts";
import { checkTracks, eraseTrack, rollTracks, taskNotice, trackRoll } from "./modules/tracking/index.ts";
import { deliver, type Handlers, sweepOutbox } from "./platform/db/delivery.ts";
import { handlersOf, implementEffect } from "./platform/db/effects.ts";
import { bury, purgeOutbox } from "./platform/db/outbox.ts";
import { purgeIdempotencyKeys } from "./platform/http/idempotency.ts";
import { openJobScope } from "./platform/http/scope.ts";
import { log } from "./platform/log.ts";
import { deliverMail, deliverSms, type Templates } from "./platform/mail/mail.ts";
import { roomsRechecked } from "./platform/realtime/recheck.ts";
import { sweepRooms } from "./platform/realtime/sweep.ts";
import type { JobMessage, Runtime, Scope } from "./platform/runtime.ts";
import { objectDropped } from "./platform/storage/media.ts";

/** Every letter that the house can write. */
export const templates: Templates = { ...identityMails, ...eventMails, ...documentMails };

/** With an account goes what rooms and other people's lists hold of it. */
const ERASURES = [eraseEventWords, eraseChatWords, eraseTrack, eraseNotices];

/** What rooms and other people's lists hold of an account that is gone. */
const accountWords = implementEffect(accountErased, async (scope, { userId }) => {
  for (const erase of ERASURES) await erase(scope, userId);
  // What the cascade's triggers wrote nobody has handed over: pictures go now, not at the next minute.
  await sweepOutbox(scope);
});

/** Effect kind → what carries it out. Each stands being repeated. */
export const effectHandlers: Handlers = {
  mail: (scope, row) => deliverMail(scope.runtime, row, templates),
  sms: (scope, row) => deliverSms(scope.runtime, row),
  ...handlersOf([
    accountWords,
    chatRecheck,
    eventNotice,
    geocoding,
    jobWorked,
    messageNotice,
    noticePush,
    objectDropped,
    orderDispatched,
    orderGone,
    orderNotice,
    roomsRechecked,
    sessionsRevoked,
    taskNotice,
    ticketChange,
    ticketErased,
    trackRoll,
    truckChanged,
  ]),
};

/** Every minute, each on its own: one that fails stops no other. */
const EVERY_MINUTE: Record<string, (scope: Scope) => Promise<unknown>> = {
  reminders: sendReminders,
  expiries: sendExpiryReminders,
  files: purgePendingFiles,
  idleTrucks,
  offers: sweepOffers,
  shares: purgeShares,
  outbox: sweepOutbox,
  rooms: sweepRooms,
  sessions: purgeSessions,
  codes: purgeCodes,
  formerContacts: purgeFormerContacts,
  idempotencyKeys: purgeIdempotencyKeys,
};

/** Cron expression in `wrangler.toml` → its jobs. */
const SCHEDULE: Record<string, Record<string, (scope: Scope) => Promise<unknown>>> = {
  "* * * * *": EVERY_MINUTE,
  "17 3 * * *": {
    outbox: purgeOutbox,
    pictures: sweepAvatars,
    cleanAvatars,
    devices: purgeDevices,
    files: checkFiles,
    cleanFiles,
    lines: sweepLines,
    tracks: rollTracks,
    days: checkTracks,
    adminJobs: purgeJobs,
  },
};

export async function consume(
  runtime: Runtime,
  batch: MessageBatch<JobMessage>,
  context: ExecutionContext,
): Promise<void> {
  const scope = openJobScope(runtime, context);
  if (batch.queue.includes("-dead")) {
    // Nothing is lost with a message: its row is in the outbox, dead by now or left to the sweep.
    log("warn", "queue.dead", { count: batch.messages.length });
    await bury(scope.db, scope.now());
    return;
  }
  await deliver(scope, effectHandlers, batch.messages);
}

export async function tick(
  runtime: Runtime,
  controller: ScheduledController,
  context: ExecutionContext,
): Promise<void> {
  for (const [name, job] of Object.entries(SCHEDULE[controller.cron] ?? {})) {
    try {
      await job(openJobScope(runtime, context));
    } catch (error) {
      log("error", "cron", { job: name }, error);
    }
  }
}
