/**
 * Effects outside the database: a row in the outbox, written in the batch of the change, and carried out at once as well.
 * The outbox repeats what fails, so `run` must stand being repeated: rooms, for example, know each entry by its ref.
 */
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";
import type { Handler, Handlers } from "./delivery.ts";
import type { Effect } from "./outbox.ts";

/** A kind of effect as seen by code that only asks for it. */
export interface EffectDeclaration<Payload extends object> {
  readonly kind: string;
  /** What it concerns, as `order:UUID`: shown in the console, and counted by the limits on letters. */
  readonly address: (payload: Payload) => string;
  /** The outbox row: put it among the effects of the commit. */
  row(payload: Payload): Effect;
}

/** Carries an effect out. Throws when it must be tried again. `address` is all that rows of a trigger have. */
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
  /** Carries it out before the answer. A failure is logged, and the outbox repeats it. `run` where the facts are at hand already. */
  now(ctx: RequestContext, payload: Payload, run?: () => Promise<unknown>): Promise<void>;
  /** Carries it out beside the answer; otherwise like `now`. */
  soon(ctx: RequestContext, payload: Payload, run?: () => Promise<unknown>): void;
  /** Carries it out and throws what it throws. */
  run(ctx: RequestContext, payload: Payload): Promise<unknown>;
  /** What the outbox does with a row. */
  readonly handle: Handler;
}

/** Declares a kind without what carries it out, where the code that asks must not import that. `implementEffect` completes it. */
export function declareEffect<Payload extends object>(
  kind: string,
  address: (payload: Payload) => string,
): EffectDeclaration<Payload> {
  return { kind, address, row: (payload) => ({ kind, address: address(payload), payload }) };
}

/** Declares a kind of effect: the one place that says what its rows hold and what is done with them. */
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
  const now = async (
    ctx: RequestContext,
    payload: Payload,
    work = () => carryOut(ctx, payload),
  ): Promise<void> => {
    try {
      await work();
    } catch (error) {
      log("warn", "effect.now", { kind, address: address(payload), requestId: ctx.requestId }, error);
    }
  };
  return {
    ...declared,
    run: carryOut,
    now,
    soon: (ctx, payload, work) => ctx.defer(kind, now(ctx, payload, work)),
    handle: (ctx, row) => run(ctx, row.payload as Payload, row.address),
  };
}

/** Effects by their kind, for the outbox. A kind that is declared twice is a mistake of ours and stops the start. */
export function handlersOf(effects: readonly Pick<EffectDefinition<never>, "kind" | "handle">[]): Handlers {
  const handlers: Record<string, Handler> = {};
  for (const { kind, handle } of effects) {
    if (kind in handlers) throw new Error(`two effects are called ${kind}`);
    handlers[kind] = handle;
  }
  return handlers;
}
