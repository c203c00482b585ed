/** Work without a request: handlers of outbox effects by kind, and cron jobs. */
import { jobSliceRun, measureStorage, purgeJobs } from "./modules/admin/index.ts";
import {
  chatRecheck,
  chatTextErased,
  chatTextMove,
  checkChatText,
  eraseChatWords,
  moveOldText,
} from "./modules/chat/index.ts";
import {
  idleTrucks,
  isOffered,
  orderDeleted,
  orderDispatched,
  orderUpdated,
  purgeShares,
  purgeTrails,
  sweepOffers,
  truckUpdated,
} from "./modules/dispatch/index.ts";
import { documentMails, sendExpiryReminders } from "./modules/documents/index.ts";
import {
  eraseEventWords,
  eventMails,
  eventNotice,
  geocoding,
  sendReminders,
  sweepWaitlists,
} from "./modules/events/index.ts";
import { checkFiles, cleanFiles, purgePendingFiles } from "./modules/files/index.ts";
import {
  accountErased,
  cleanAvatars,
  identityMails,
  purgeApiKeys,
  purgeCodes,
  purgeDevices,
  purgeFormerContacts,
  purgePendingSecrets,
  purgeProofs,
  purgeSessions,
  sessionsRevoked,
  sweepAvatars,
} from "./modules/identity/index.ts";
import { eraseNotices, noticePush, pushHandler } from "./modules/notifications/index.ts";
import { messageNotice, purgeReads, ticketChange, ticketErased } from "./modules/support/index.ts";
import {
  checkTracks,
  compactTracks,
  eraseTrack,
  taskNotice,
  trackCompaction,
} from "./modules/tracking/index.ts";
import { eraseWebhooks, purgeWebhooks, sweepWebhooks, webhookMails } from "./modules/webhooks/index.ts";
import { purgeKeyUses } from "./platform/db/audit.ts";
import { deadLetter, purgeOutbox } from "./platform/db/claims.ts";
import { handlersOf, implementEffect } from "./platform/db/effects.ts";
import { deliver, type Handlers, sweepOutbox } from "./platform/db/outbox-delivery.ts";
import { purgeIdempotencyKeys } from "./platform/http/idempotency.ts";
import { openJobContext } from "./platform/http/request-context.ts";
import { purgeRequestLog } from "./platform/http/request-log.ts";
import { log } from "./platform/log.ts";
import { deliverMail, deliverSms, type Templates } from "./platform/mail/mail.ts";
import { sweepRooms } from "./platform/realtime/log/sweep.ts";
import { roomsRechecked } from "./platform/realtime/rights/recheck.ts";
import type { JobMessage, RequestContext, Runtime } from "./platform/runtime.ts";
import { objectDeletion } from "./platform/storage/media.ts";

/** All mail templates by name. */
export const templates: Templates = { ...identityMails, ...eventMails, ...documentMails, ...webhookMails };

/** Erases what rooms and other people's lists hold of a deleted account. */
const ERASURES = [eraseEventWords, eraseChatWords, eraseTrack, eraseNotices, eraseWebhooks];

/** Runs all erasures of a deleted account. */
const accountErasure = implementEffect(accountErased, async (ctx, { userId }) => {
  for (const erase of ERASURES) await erase(ctx, userId);
  // Triggers of the cascade wrote effects without enqueueing them: delete the pictures now, not at the next sweep.
  await sweepOutbox(ctx);
});

/** Effect kind → handler. All are idempotent. */
export const effectHandlers: Handlers = {
  mail: (ctx, row) => deliverMail(ctx.runtime, row, templates),
  sms: (ctx, row) => deliverSms(ctx.runtime, row),
  push: pushHandler({ offer: isOffered }),
  ...handlersOf([
    accountErasure,
    chatRecheck,
    eventNotice,
    geocoding,
    jobSliceRun,
    messageNotice,
    noticePush,
    objectDeletion,
    orderDispatched,
    orderDeleted,
    orderUpdated,
    roomsRechecked,
    sessionsRevoked,
    taskNotice,
    ticketChange,
    ticketErased,
    trackCompaction,
    chatTextMove,
    chatTextErased,
    truckUpdated,
  ]),
};

/** Runs a job of every minute once an hour. */
function hourly(job: (ctx: RequestContext) => Promise<unknown>) {
  return async (ctx: RequestContext): Promise<unknown> =>
    new Date(ctx.now()).getUTCMinutes() === 23 ? job(ctx) : null;
}

/** Jobs of every minute. A failing job does not stop the others. */
const EVERY_MINUTE: Record<string, (ctx: RequestContext) => Promise<unknown>> = {
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
  proofs: purgeProofs,
  formerContacts: purgeFormerContacts,
  idempotencyKeys: purgeIdempotencyKeys,
  requestLog: hourly(purgeRequestLog),
  webhooks: sweepWebhooks,
};

/** Cron expression in `wrangler.toml` → its jobs. */
const SCHEDULE: Record<string, Record<string, (ctx: RequestContext) => Promise<unknown>>> = {
  "* * * * *": EVERY_MINUTE,
  "17 3 * * *": {
    outbox: purgeOutbox,
    pictures: sweepAvatars,
    cleanAvatars,
    devices: purgeDevices,
    pendingSecrets: purgePendingSecrets,
    apiKeys: purgeApiKeys,
    keyUses: purgeKeyUses,
    files: checkFiles,
    cleanFiles,
    lines: sweepWaitlists,
    chatText: moveOldText,
    chatObjects: checkChatText,
    tracks: compactTracks,
    days: checkTracks,
    truckTrails: purgeTrails,
    reads: purgeReads,
    adminJobs: purgeJobs,
    storageUse: measureStorage,
    webhooks: purgeWebhooks,
  },
};

export async function consumeQueue(
  runtime: Runtime,
  batch: MessageBatch<JobMessage>,
  context: ExecutionContext,
): Promise<void> {
  const ctx = openJobContext(runtime, context);
  if (batch.queue.includes("-dead")) {
    // No work is lost with the message: its row is in the outbox, dead or left to the sweep.
    log("warn", "queue.dead", { count: batch.messages.length });
    await deadLetter(ctx.db, ctx.now());
    return;
  }
  await deliver(ctx, effectHandlers, batch.messages);
}

export async function runSchedule(
  runtime: Runtime,
  controller: ScheduledController,
  context: ExecutionContext,
): Promise<void> {
  for (const [name, job] of Object.entries(SCHEDULE[controller.cron] ?? {})) {
    try {
      await job(openJobContext(runtime, context));
    } catch (error) {
      log("error", "cron", { job: name }, error);
    }
  }
}
