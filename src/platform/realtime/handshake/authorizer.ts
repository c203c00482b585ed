/** Who may enter the rooms of one kind, and how a room's name leads to the authorizer that decides it. */
import type { Caller } from "../../http/caller.ts";
import { Refusal } from "../../http/errors.ts";
import { messages } from "../../http/messages.ts";
import type { RequestContext } from "../../runtime.ts";
import type { SocketDocument } from "../asyncapi.ts";
import type { Admission } from "../handler.ts";
import { type Fault, fault, NO_SUCH_ROOM } from "../socket/frames.ts";

/** Decides who may enter one kind of room. Each module has the authorizers of its rooms. */
export interface RoomAuthorizer {
  /** The part before the colon in `event:12`. */
  readonly kind: string;
  /** Where the socket opens: `/ws/events/:id`. */
  readonly path: string;
  readonly document: SocketDocument;
  /** The room and the right. Refuses with 401, 403 or 404. `fresh`: read nothing from a cache, the room refused what it said. */
  authorize(ctx: RequestContext, caller: Caller | null, id: string, fresh?: boolean): Promise<Admission>;
  /** Every caller is anonymous, whatever credential the request has, and rooms are entered by this address only. */
  readonly anonymous?: boolean;
  /** As the app documents it: a refused socket opens and is closed at once with this code. */
  readonly refusedWith?: number;
}

/** Admits a person to the room of this name; null when no authorizer has rooms of that kind. */
export async function authorizeByName(
  authorizers: readonly RoomAuthorizer[],
  ctx: RequestContext,
  caller: Caller,
  name: string,
  fresh = false,
): Promise<Admission | null> {
  const [kind = "", ...id] = name.split(":");
  const authorizer = authorizers.find((known) => known.kind === kind && !known.anonymous);
  return authorizer ? authorizer.authorize(ctx, caller, id.join(":"), fresh) : null;
}

/** The same for a subscription from a person's own socket: refusals become faults. */
export async function authorizeOrFault(
  authorizers: readonly RoomAuthorizer[],
  ctx: RequestContext,
  caller: Caller,
  name: string,
  fresh: boolean,
): Promise<Admission | Fault> {
  try {
    const admission = await authorizeByName(authorizers, ctx, caller, name, fresh);
    if (!fresh) await admission?.beforeOpen?.();
    return admission ?? NO_SUCH_ROOM;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 404) return NO_SUCH_ROOM;
    return fault("forbidden", "You may not enter this room.");
  }
}

/** For rooms without anonymous access. Throws a 401 without a caller. */
export function requireCaller(caller: Caller | null): Caller {
  if (!caller)
    throw new Refusal(401, { detail: messages.noCredentials }, { "WWW-Authenticate": 'Bearer realm="api"' });
  return caller;
}
