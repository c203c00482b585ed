/** Who may subscribe to a room from their own socket. The connection registry holds these rights as it does those of sockets. */
import type { Caller } from "../../http/caller.ts";
import { Refusal } from "../../http/errors.ts";
import type { RequestContext } from "../../runtime.ts";
import type { Admission } from "../handler.ts";
import { type Fault, fault, NO_SUCH_ROOM } from "../socket/frames.ts";
import { isOutdated } from "../stubs.ts";
import { authorizerOf, type RoomAuthorizer } from "./authorizer.ts";
import { type Answer, type Entrance, registryOf } from "./connection-registry.ts";
import { admissionBy, rightOf } from "./held-rights.ts";

const FORBIDDEN = fault("forbidden", "You may not enter this room.");

/**
 * Admits a person to the room of this name; a refusal becomes a fault. `fresh` passes over the held right, because the
 * room knows that it has changed.
 */
export async function authorizeOrFault(
  authorizers: readonly RoomAuthorizer[],
  ctx: RequestContext,
  caller: Caller,
  name: string,
  fresh: boolean,
): Promise<Admission | Fault> {
  const { authorizer, id } = authorizerOf(authorizers, name) ?? {};
  if (!authorizer || id === undefined) return NO_SUCH_ROOM;
  const entrance = { caller, address: name, subscribes: true };
  try {
    const answer = fresh || authorizer.asksNothing ? null : await askRegistry(ctx, entrance);
    if (answer?.is === "refused") return FORBIDDEN;
    if (answer?.is === "admitted" && answer.held) return admissionBy(answer.held);
    const asked = ctx.now();
    const admission = await authorizer.authorize(ctx, caller, id, fresh);
    await admission.beforeOpen?.();
    if (!authorizer.asksNothing) {
      const right = rightOf(admission, admission.asOf ?? asked);
      await askRegistry(ctx, { ...entrance, room: admission.room, right });
    }
    return admission;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (fresh) await registryOf(ctx.runtime.registries, caller.userId).drop(name);
    return error.status === 404 ? NO_SUCH_ROOM : FORBIDDEN;
  }
}

/** Null from an object of the version before: it holds no rights. */
async function askRegistry(ctx: RequestContext, entrance: Entrance): Promise<Answer | null> {
  try {
    return await registryOf(ctx.runtime.registries, entrance.caller.userId).admit(entrance);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    return null;
  }
}
