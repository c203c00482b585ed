/** Runs effects right after their commit and settles their rows in one statement; what failed goes to the queue. */
import { log, rootCause } from "../log.ts";
import { DeliveryError } from "../mail/mail.ts";
import type { RequestContext } from "../runtime.ts";
import { complete, type OutboxRow, retryLater } from "./claims.ts";
import { enqueue } from "./enqueue.ts";
import type { Effect } from "./outbox.ts";

/** An effect with its row's id. */
export type StoredEffect = Effect & { readonly id: string };

/** What the commit's statements returned. */
export interface Written {
  readonly changed: unknown;
  /** Of the statements that came with the change, in their order. */
  readonly rest: readonly unknown[];
}

/** Runs all of them; ends when those that are to run `now` have ended. Never throws. */
export async function runDirectly(
  ctx: RequestContext,
  effects: readonly StoredEffect[],
  written: Written,
): Promise<void> {
  if (effects.length === 0) return;
  const runs = effects.map((effect) => runOne(ctx, effect, written));
  ctx.defer(
    "outbox.settle",
    Promise.all(runs).then((results) => settle(ctx, results)),
  );
  await Promise.all(runs.filter((_, index) => effects[index]?.direct === "now"));
}

interface Result {
  readonly row: OutboxRow;
  /** Null when it succeeded. */
  readonly error: unknown;
}

async function runOne(ctx: RequestContext, effect: StoredEffect, written: Written): Promise<Result> {
  const { id, kind, address, payload, run = () => ctx.runtime.runEffect(ctx, row) } = effect;
  const row: OutboxRow = { id, kind, address, payload, attempts: 1 };
  try {
    await run(ctx, written.changed, written.rest);
    return { row, error: null };
  } catch (error) {
    log("warn", "effect.direct", { id, kind, address, requestId: ctx.requestId }, error);
    return { row, error };
  }
}

async function settle(ctx: RequestContext, results: readonly Result[]): Promise<void> {
  const failed = results.filter(({ error }) => error !== null);
  const done = results.filter(({ error }) => error === null).map(({ row }) => ({ ...row, forget: false }));
  await complete(ctx.db, done, ctx.now());
  for (const { row, error } of failed) {
    const final = error instanceof DeliveryError && error.final;
    await retryLater(ctx.db, { row, error: rootCause(error), final }, ctx.now(), 0);
  }
  await enqueue(
    ctx.runtime.queue,
    failed.map(({ row }) => row.id),
  );
}
