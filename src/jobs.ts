/** What runs without a request: the outbox's effects by kind, and the clock's jobs. */

import { purgeJobs, workOnJob } from "./modules/admin/index.ts";
import { eraseChatWords } from "./modules/chat/index.ts";
import {
  closeOrderRoom,
  dispatchConfirmed,
  idleTrucks,
  type OrderNotice,
  purgeShares,
  sweepOffers,
  type TruckNotice,
  tellOrder,
  tellTruck,
} from "./modules/dispatch/index.ts";
import { documentMails, sendExpiryReminders } from "./modules/documents/index.ts";
import {
  announce,
  eraseEventWords,
  eventMails,
  geocode,
  type Notice,
  sendReminders,
  sweepLines,
} from "./modules/events/index.ts";
import { checkFiles, purgePendingFiles } from "./modules/files/index.ts";
import { identityMails, purgeCodes, purgeSessions, sweepAvatars } from "./modules/identity/index.ts";
import { eraseNotices, pushNotice } from "./modules/notifications/index.ts";
import { type Parting, part } from "./modules/social/index.ts";
import {
  announceChange,
  announceMessage,
  eraseTicketWords,
  type TicketChanged,
} from "./modules/support/index.ts";
import {
  announceTask,
  checkTracks,
  eraseTrack,
  rollTracks,
  type TaskNotice,
} from "./modules/tracking/index.ts";
import { deliver, type Handlers, sweepOutbox } from "./platform/db/delivery.ts";
import { bury, purgeOutbox } from "./platform/db/outbox.ts";
import { purgeIdempotencyKeys } from "./platform/http/idempotency.ts";
import { openJobScope } from "./platform/http/scope.ts";
import { log } from "./platform/log.ts";
import { deliverMail, deliverSms, type Templates } from "./platform/mail/mail.ts";
import { rosterOf } from "./platform/realtime/roster.ts";
import type { Revocation } from "./platform/realtime/sockets.ts";
import { sweepRooms } from "./platform/realtime/sweep.ts";
import type { JobMessage, Runtime, Scope } from "./platform/runtime.ts";

/** Every letter that the house can write. */
export const templates: Templates = { ...identityMails, ...eventMails, ...documentMails };

/** Effect kind → what carries it out. Each stands being repeated. */
const handlers: Handlers = {
  mail: (scope, row) => deliverMail(scope.runtime, row, templates),
  sms: (scope, row) => deliverSms(scope.runtime, row),
  async revoke(scope, row) {
    const revocation = row.payload as Revocation;
    await rosterOf(scope.runtime.rosters, revocation.userId).revoke(revocation);
  },
  async object(scope, row) {
    await scope.runtime.bucket.delete(row.address);
  },
  async erase(scope, row) {
    const { userId } = row.payload as { userId: number };
    await eraseEventWords(scope, userId);
    await eraseChatWords(scope, userId);
    await eraseTrack(scope, userId);
    await eraseNotices(scope, userId);
    // What the cascade's triggers wrote nobody has handed over: pictures go now, not at the next minute.
    await sweepOutbox(scope);
  },
  notice: (scope, row) => pushNotice(scope, row.payload as Parameters<typeof pushNotice>[1]),
  ticket_message: (scope, row) => announceMessage(scope, row.payload as { id: string }),
  ticket_change: (scope, row) => announceChange(scope, row.payload as TicketChanged),
  ticket_erase: (scope, row) =>
    eraseTicketWords(scope, row.address, (row.payload as { author: number }).author),
  admin_job: (scope, row) => workOnJob(scope, (row.payload as { id: string }).id),
  geocode: (scope, row) => geocode(scope, row.payload as { uuid: string }),
  task_notice: (scope, row) => announceTask(scope, row.payload as TaskNotice),
  async track_roll(scope) {
    await rollTracks(scope);
  },
  order_notice: (scope, row) => tellOrder(scope, row.payload as OrderNotice),
  truck_notice: (scope, row) => tellTruck(scope, row.payload as TruckNotice),
  order_gone: (scope, row) => closeOrderRoom(scope, row.address),
  order_dispatch: (scope, row) => dispatchConfirmed(scope, (row.payload as { orderId: string }).orderId),
  part: (scope, row) => part(scope, row.payload as Parting),
  event_notice: (scope, row) => announce(scope, row.payload as Notice),
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
  idempotencyKeys: purgeIdempotencyKeys,
};

/** Cron expression in `wrangler.toml` → its jobs. */
const SCHEDULE: Record<string, Record<string, (scope: Scope) => Promise<unknown>>> = {
  "* * * * *": EVERY_MINUTE,
  "17 3 * * *": {
    outbox: purgeOutbox,
    pictures: sweepAvatars,
    files: checkFiles,
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
  await deliver(scope, handlers, batch.messages);
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
