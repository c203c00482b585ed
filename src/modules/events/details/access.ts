/** Loads an event that the caller may read or change, or refuses. */
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, notFound } from "../../../platform/http/errors.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { mayChange, mayRead } from "../rules.ts";
import { type EventDetails, findEventDetails } from "./queries.ts";

/** The event, or a 404. An event for signed-in people is a 404 for anonymous callers. */
export async function requireEvent(
  ctx: RequestContext,
  caller: Caller | null,
  id: number,
): Promise<EventDetails> {
  const event = await findEventDetails(ctx, id);
  if (!event || !mayRead(event, caller)) throw notFound();
  return event;
}

/** The event, or a 403 for a caller who may not change it. */
export async function requireEditableEvent(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<EventDetails> {
  const event = await requireEvent(ctx, caller, id);
  if (!mayChange(event, caller)) throw forbidden();
  return event;
}
