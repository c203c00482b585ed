/** Who may enter the rooms of one kind, and how a room's name leads to the authorizer that decides it. */
import type { Caller } from "../../http/caller.ts";
import { Refusal } from "../../http/errors.ts";
import { messages } from "../../http/messages.ts";
import type { RequestContext } from "../../runtime.ts";
import type { Admission } from "../handler.ts";

/** Decides who may enter one kind of room. Each module has the authorizers of its rooms. */
export interface RoomAuthorizer {
  /** The part before the colon in `event:12`. */
  readonly kind: string;
  /** Where the socket opens: `/ws/events/:id`. */
  readonly path: string;
  /** The room and the right. Refuses with 401, 403 or 404. `fresh`: read nothing from a cache, the room refused what it said. */
  authorize(ctx: RequestContext, caller: Caller | null, id: string, fresh?: boolean): Promise<Admission>;
  /** It decides by the caller alone, without a read of the database: there is no right to hold. */
  readonly asksNothing?: boolean;
  /** Every caller is anonymous, whatever credential the request has, and rooms are entered by this address only. */
  readonly anonymous?: boolean;
  /** As the app documents it: a refused socket opens and is closed at once with this code. */
  readonly refusedWith?: number;
}

/** The authorizer of the room of this name, and the room's id; null for a kind that has none. */
export function authorizerOf(
  authorizers: readonly RoomAuthorizer[],
  name: string,
): { readonly authorizer: RoomAuthorizer; readonly id: string } | null {
  const [kind = "", ...id] = name.split(":");
  const authorizer = authorizers.find((known) => known.kind === kind && !known.anonymous);
  return authorizer ? { authorizer, id: id.join(":") } : null;
}

/** For rooms without anonymous access. Throws a 401 without a caller. */
export function requireCaller(caller: Caller | null): Caller {
  if (!caller)
    throw new Refusal(401, { detail: messages.noCredentials }, { "WWW-Authenticate": 'Bearer realm="api"' });
  return caller;
}
