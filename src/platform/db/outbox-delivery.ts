/** Delivers outbox rows, each by at most one consumer at a time. */
import { log, rootCause } from "../log.ts";
import { DeliveryError, FORGET } from "../mail/mail.ts";
import { Withheld } from "../mail/suppressions.ts";
import type { JobMessage, RequestContext } from "../runtime.ts";
import {
  backOff,
  claim,
  complete,
  type Done,
  deadLetter,
  noteLost,
  type OutboxRow,
  overdue,
  retryLater,
  untried,
} from "./claims.ts";
import { enqueue } from "./enqueue.ts";

/** Delivers one effect. Throws when it must be tried again; returns `FORGET` when the payload held a secret, `Withheld` when nothing was sent. */
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
  const rows = await take(ctx, messages);
  const done: Done[] = [];
  const again = new Set<Message<JobMessage>>();
  const work = async (row: OutboxRow) => {
    try {
      const result = await handle(ctx, handlers, row);
      const withheld = result instanceof Withheld ? result : undefined;
      done.push({
        id: row.id,
        attempts: row.attempts,
        forget: result === FORGET || withheld?.forget === true,
        withheld: withheld?.reason,
      });
    } catch (error) {
      const { final = false, retryAfter = backOff(row.attempts) } =
        error instanceof DeliveryError ? error : {};
      const failure = { row, error: rootCause(error), final };
      const seconds = await retryLater(ctx.db, failure, ctx.now(), retryAfter);
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

/** The rows of these messages that this consumer is to deliver. */
async function take(ctx: RequestContext, messages: readonly Message<JobMessage>[]): Promise<OutboxRow[]> {
  const isFirst = ({ body, attempts }: Message<JobMessage>) => body.isNew === true && attempts === 1;
  const idOf = ({ body }: Message<JobMessage>) => body.outbox;
  const first = await untried(ctx.db, messages.filter(isFirst).map(idOf));
  const taken = new Set(first.map(({ id }) => id));
  const others = messages.map(idOf).filter((id) => !taken.has(id));
  return [...first, ...(await claim(ctx.db, others, ctx.now()))];
}

/** Delivers one row with the handler of its kind. */
export async function handle(ctx: RequestContext, handlers: Handlers, row: OutboxRow): Promise<unknown> {
  const handler = handlers[row.kind];
  if (!handler) throw new DeliveryError(`nobody carries out ${row.kind}`, true);
  return handler(ctx, row);
}

/** Sends rows to the queue that were lost between commit and queue, or left by a dead consumer with attempts remaining. */
export async function sweepOutbox(ctx: RequestContext): Promise<void> {
  await noteLost(ctx.db, ctx.now());
  await deadLetter(ctx.db, ctx.now());
  await enqueue(ctx.runtime.queue, await overdue(ctx.db, ctx.now()));
}
