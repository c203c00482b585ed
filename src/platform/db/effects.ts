/**
 * Effects outside the database: an outbox row, written in the batch of the change. `row` leaves it to the queue; `now` and
 * `soon` run it right after the commit, and only a failure goes to the queue. A crash in between leaves the row to the
 * sweep, so `run` must be idempotent: rooms, for example, recognize each entry by its ref.
 */
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import type { DirectRun, Effect } from "./outbox.ts";
import type { Handler, Handlers } from "./outbox-delivery.ts";

/** A kind of effect as seen by code that only asks for it. */
export interface EffectDeclaration<Payload extends object> {
  readonly kind: string;
  /** What it concerns, as `order:UUID`: shown in the console, and counted by the limits on letters. */
  readonly address: (payload: Payload) => string;
  /** The effect for a commit that leaves it to the queue. */
  row(payload: Payload): Effect;
  /** The effect for a commit that runs it before it returns. Pass `run` when the facts are already loaded. */
  now(payload: Payload, run?: DirectRun): Effect;
  /** The effect for a commit that runs it beside the response; otherwise like `now`. */
  soon(payload: Payload, run?: DirectRun): Effect;
}

/** Runs an effect. Throws when it must be tried again. Rows written by triggers have an `address` only. */
type Run<Payload extends object> = (
  ctx: RequestContext,
  payload: Payload,
  address: string,
) => Promise<unknown>;

interface EffectOptions<Payload extends object> {
  readonly address: (payload: Payload) => string;
  readonly run: Run<Payload>;
}

export interface EffectDefinition<Payload extends object> extends EffectDeclaration<Payload> {
  /** Runs it without a row of its own. A failure is only logged. */
  attempt(ctx: RequestContext, payload: Payload): Promise<void>;
  /** Runs it and throws its errors. */
  run(ctx: RequestContext, payload: Payload): Promise<unknown>;
  /** What the outbox does with a row. */
  readonly handle: Handler;
}

/** Declares a kind without its implementation, for code that must not import it. `implementEffect` completes it. */
export function declareEffect<Payload extends object>(
  kind: string,
  address: (payload: Payload) => string,
): EffectDeclaration<Payload> {
  const row = (payload: Payload): Effect => ({ kind, address: address(payload), payload });
  return {
    kind,
    address,
    row,
    now: (payload, run) => ({ ...row(payload), direct: "now", ...(run && { run }) }),
    soon: (payload, run) => ({ ...row(payload), direct: "soon", ...(run && { run }) }),
  };
}

/** Declares a kind of effect: the contents of its rows, and what runs for them. */
export function defineEffect<Payload extends object>(
  kind: string,
  { address, run }: EffectOptions<Payload>,
): EffectDefinition<Payload> {
  return implementEffect(declareEffect(kind, address), run);
}

export function implementEffect<Payload extends object>(
  declared: EffectDeclaration<Payload>,
  run: Run<Payload>,
): EffectDefinition<Payload> {
  const { kind, address } = declared;
  const carryOut = (ctx: RequestContext, payload: Payload) => run(ctx, payload, address(payload));
  return {
    ...declared,
    run: carryOut,
    async attempt(ctx, payload) {
      try {
        await carryOut(ctx, payload);
      } catch (error) {
        log("warn", "effect", { kind, address: address(payload), requestId: ctx.requestId }, error);
      }
    },
    handle: (ctx, row) => run(ctx, row.payload as Payload, row.address),
  };
}

/** Handlers by kind, for the outbox. Throws at start when a kind is declared twice. */
export function handlersOf(effects: readonly Pick<EffectDefinition<never>, "kind" | "handle">[]): Handlers {
  const handlers: Record<string, Handler> = {};
  for (const { kind, handle } of effects) {
    if (kind in handlers) throw new Error(`two effects are called ${kind}`);
    handlers[kind] = handle;
  }
  return handlers;
}
