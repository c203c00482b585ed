/** The Worker's side of a handshake: checks the request, admits its person (`entrance.ts`), and passes the socket to the room's object. */
import { isAllowedOrigin } from "../../http/cors.ts";
import { forbidden, invalid, notFound, Refusal, refuse } from "../../http/errors.ts";
import { coarseRateLimit } from "../../http/limits/rate-limits.ts";
import { messages } from "../../http/messages.ts";
import type { RawRoute } from "../../http/mount.ts";
import { text } from "../../http/text.ts";
import type { RequestContext } from "../../runtime.ts";
import type { Admission } from "../handler.ts";
import { EPOCH } from "../log/journal/journal.ts";
import { noteRoom } from "../log/sweep.ts";
import { openInRoom } from "../relay/open-in-room.ts";
import { PROTOCOL } from "../socket/frames.ts";
import {
  ADMISSION_HEADER,
  HELD_ADMISSION_HEADER,
  type SocketAdmission,
  STALE_RIGHTS_HEADER,
} from "./admission.ts";
import type { RoomAuthorizer } from "./authorizer.ts";
import { protocolsOf, socketCredential } from "./credentials.ts";
import {
  type Entered,
  enter,
  enterAgain,
  type Handshake,
  type SocketIdentity,
  unauthorized,
} from "./entrance.ts";

const NOT_A_SOCKET = text("This address is a WebSocket.", "По этому адресу открывают WebSocket.");
const BAD_POSITION = text("A position is a whole number from 0.", "Позиция — целое число от 0.");

/** The route of one kind of socket. */
export function socketRoute(authorizer: RoomAuthorizer, identity: SocketIdentity): RawRoute {
  return {
    path: authorizer.path,
    async handle(ctx, request, params) {
      try {
        return await shakeHands(ctx, request, authorizer, identity, params.id ?? "");
      } catch (error) {
        if (
          authorizer.refusedWith === undefined ||
          !(error instanceof Refusal) ||
          !REFUSALS.has(error.status)
        )
          throw error;
        return openAndClose(request, authorizer.refusedWith);
      }
    },
  };
}

/** The refusals that the older apps hear as a close code. */
const REFUSALS = new Set([401, 403, 404]);

/** Echoes one offered sub-protocol too: without it browsers report 1006 instead of the code. */
function openAndClose(request: Request, code: number): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, "refused");
  const [protocol] = protocolsOf(request);
  const headers = new Headers(protocol ? { "Sec-WebSocket-Protocol": protocol } : {});
  return new Response(null, { status: 101, webSocket: client, headers });
}

async function shakeHands(
  ctx: RequestContext,
  request: Request,
  authorizer: RoomAuthorizer,
  identity: SocketIdentity,
  id: string,
): Promise<Response> {
  await checkRequest(ctx, request, authorizer);
  const url = new URL(request.url);
  const since = positionOf(url);
  const protocols = protocolsOf(request);
  const native = protocols.includes(PROTOCOL);
  const handshake: Handshake = {
    ctx,
    authorizer,
    identity,
    id,
    credential: authorizer.anonymous ? null : socketCredential(request, url, protocols),
    ticketText: url.searchParams.get("ticket"),
    isDocumented: !native,
  };
  const protocol = native ? PROTOCOL : (protocols[0] ?? null);
  const socket = { native, protocol, epoch: epochOf(url), since };
  let asked = ctx.now();
  let entered = await enter(handshake);
  if (entered.isNews) noteRoom(ctx, entered.admission.room);
  let response = await open(ctx, socket, entered, asked);
  for (let tries = 0; tries < MOST_LOOKUPS && isStale(response, entered.admission); tries++) {
    const version = response.headers.get(STALE_RIGHTS_HEADER);
    asked = ctx.now();
    entered = await enterAgain(handshake, entered, version === null ? undefined : Number(version));
    response = await open(ctx, socket, entered, asked);
  }
  return catchRefusal(response);
}

/** How often rights that change during the handshake are looked up again. */
const MOST_LOOKUPS = 3;

/**
 * The authorizer may have read its facts before a right ended, or ended and began again; so may a right that is held.
 * 400: an object of the version before knows no held rights.
 */
function isStale({ status }: Response, { asOf, isHeld = false }: Admission): boolean {
  return status === 409 || (status === 403 && asOf !== undefined) || (status === 400 && isHeld);
}

/** Refuses what is no upgrade, comes too often, or comes from a page of another origin. */
async function checkRequest(
  ctx: RequestContext,
  request: Request,
  authorizer: RoomAuthorizer,
): Promise<void> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Refusal(426, { detail: NOT_A_SOCKET }, { Upgrade: "websocket" });
  }
  await coarseRateLimit(ctx, authorizer.path);
  const origin = request.headers.get("origin");
  if (origin && !isAllowedOrigin(origin, request, ctx.runtime.settings))
    throw refuse(403, messages.originRefused);
}

type SocketWish = Pick<SocketAdmission, "native" | "protocol" | "epoch" | "since">;

async function open(
  ctx: RequestContext,
  socket: SocketWish,
  { caller, admission }: Entered,
  asked: number,
): Promise<Response> {
  const { asOf = asked, beforeOpen, isUntold: _, isHeld = false, ...right } = admission;
  await beforeOpen?.();
  const admitted: SocketAdmission = { ...socket, ...right, caller, admittedAt: asOf };
  const name = isHeld ? HELD_ADMISSION_HEADER : ADMISSION_HEADER;
  const headers = { Upgrade: "websocket", [name]: JSON.stringify(admitted) };
  const wish = { room: right.room, userId: caller?.userId, headers };
  const response = await openInRoom(ctx.runtime, wish, ctx.now());
  if (!response) throw notFound();
  return response;
}

function catchRefusal(response: Response): Response {
  if (response.status === 401) throw unauthorized();
  if (response.status === 403 || response.status === 409) throw forbidden();
  if (response.status === 404) throw notFound();
  return response;
}

/** The position to resume from; null when none is given. */
function positionOf(url: URL): number | null {
  const text = url.searchParams.get("since");
  if (text === null) return null;
  if (!/^\d{1,15}$/.test(text)) throw invalid({ since: BAD_POSITION });
  return Number(text);
}

/** The epoch of that position, null when none is given; empty for one that this server can't have issued. */
function epochOf(url: URL): string | null {
  const text = url.searchParams.get("epoch");
  return text === null || EPOCH.test(text) ? text : "";
}
