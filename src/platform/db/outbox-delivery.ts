/** Delivers outbox rows, each by at most one consumer at a time. */
import { log, rootCause } from "../log.ts";
import { DeliveryError, FORGET } from "../mail/mail.ts";
import type { JobMessage, RequestContext } from "../runtime.ts";
import { claim, complete, deadLetter, type OutboxRow, overdue, retryLater } from "./claims.ts";
import { enqueue } from "./outbox.ts";

/** Delivers one effect. Throws when it must be tried again; returns `FORGET` when the payload held a secret. */
export type Handler = (ctx: RequestContext, row: OutboxRow) => Promise<unknown>;
export type Handlers = Readonly<Record<string, Handler>>;

/** Concurrent deliveries; a Worker has six outgoing connections. */
const PARALLEL = 6;

/** Delivers one queue batch. Every message is acked or retried by itself, so a failure repeats no other. */
export async function deliver(
  ctx: RequestContext,
  handlers: Handlers,
  messages: readonly Message<JobMessage>[],
): Promise<void> {
  const byId = new Map(messages.map((message) => [message.body.outbox, message]));
  const rows = await claim(ctx.db, [...byId.keys()], ctx.now());
  const done: { id: string; forget: boolean }[] = [];
  const again = new Set<Message<JobMessage>>();
  const work = async (row: OutboxRow) => {
    try {
      const result = await handle(ctx, handlers, row);
      done.push({ id: row.id, forget: result === FORGET });
    } catch (error) {
      const final = error instanceof DeliveryError && error.final;
      const seconds = await retryLater(ctx.db, { row, error: rootCause(error), final }, ctx.now());
      const facts = { id: row.id, kind: row.kind, attempts: row.attempts, dead: seconds === null };
      log("warn", "outbox.deliver", facts, error);
      const message = byId.get(row.id);
      if (seconds === null || !message) return;
      message.retry({ delaySeconds: seconds });
      again.add(message);
    }
  };
  for (let from = 0; from < rows.length; from += PARALLEL)
    await Promise.all(rows.slice(from, from + PARALLEL).map(work));
  await complete(ctx.db, done, ctx.now());
  // The rest is done or claimed by another consumer.
  for (const message of messages) if (!again.has(message)) message.ack();
}

/** Delivers one row with the handler of its kind. */
export async function handle(ctx: RequestContext, handlers: Handlers, row: OutboxRow): Promise<unknown> {
  const handler = handlers[row.kind];
  if (!handler) throw new DeliveryError(`nobody carries out ${row.kind}`, true);
  return handler(ctx, row);
}

/** Sends rows to the queue that were lost between commit and queue, or left by a dead consumer with attempts remaining. */
export async function sweepOutbox(ctx: RequestContext): Promise<void> {
  await deadLetter(ctx.db, ctx.now());
  await enqueue(ctx.runtime.queue, await overdue(ctx.db, ctx.now()));
}
