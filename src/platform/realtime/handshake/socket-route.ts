/** The Worker's side of a handshake: authenticates, authorizes, registers the socket, and passes it to the room's object. */
import type { Authenticate } from "../../http/authenticate.ts";
import type { Caller } from "../../http/caller.ts";
import { isAllowedOrigin } from "../../http/cors.ts";
import type { Credential } from "../../http/credentials.ts";
import { forbidden, invalid, notFound, Refusal, refuse } from "../../http/errors.ts";
import { coarseRateLimit } from "../../http/limits/rate-limits.ts";
import { messages } from "../../http/messages.ts";
import type { RawRoute } from "../../http/mount.ts";
import { text } from "../../http/text.ts";
import type { RequestContext } from "../../runtime.ts";
import type { Admission } from "../handler.ts";
import { EPOCH } from "../log/journal.ts";
import { noteRoom } from "../log/sweep.ts";
import { PROTOCOL } from "../socket/frames.ts";
import { ADMISSION_HEADER, type SocketAdmission, STALE_RIGHTS_HEADER } from "./admission.ts";
import type { RoomAuthorizer } from "./authorizer.ts";
import { registryOf } from "./connection-registry.ts";
import { protocolsOf, socketCredential } from "./credentials.ts";
import { readTicket, type Ticket } from "./tickets.ts";

const NOT_A_SOCKET = text("This address is a WebSocket.", "По этому адресу открывают WebSocket.");
const BAD_POSITION = text("A position is a whole number from 0.", "Позиция — целое число от 0.");

/** The route of one kind of socket. */
export function socketRoute(authorizer: RoomAuthorizer, authenticate: Authenticate): RawRoute {
  return {
    path: authorizer.path,
    async handle(ctx, request, params) {
      try {
        return await shakeHands(ctx, request, authorizer, authenticate, params.id ?? "");
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
  authenticate: Authenticate,
  id: string,
): Promise<Response> {
  await checkRequest(ctx, request, authorizer);
  const url = new URL(request.url);
  const since = positionOf(url);
  const protocols = protocolsOf(request);
  const asked = ctx.now();
  const ticketText = url.searchParams.get("ticket");
  const credential = authorizer.anonymous ? null : socketCredential(request, url, protocols);
  const { caller, admission, ticket } = ticketText
    ? await admitByTicket(ctx, authorizer, authenticate, id, ticketText)
    : await admitByCredential(ctx, authorizer, authenticate, id, credential);
  const { room } = admission;
  if (caller) await register(ctx, caller, room, ticket);
  noteRoom(ctx, room);
  const native = protocols.includes(PROTOCOL);
  const socket = {
    caller,
    native,
    protocol: native ? PROTOCOL : (protocols[0] ?? null),
    epoch: epochOf(url),
    since,
  };
  const open = ({ asOf = asked, beforeOpen: _, ...admitted }: Admission, rightsVersion?: number) =>
    openInRoom(ctx, { ...socket, ...admitted, admittedAt: asOf, rightsVersion });
  await admission.beforeOpen?.();
  let response = await open(admission);
  for (let tries = 0; tries < MOST_LOOKUPS && isStale(response, admission); tries++) {
    const version = response.headers.get(STALE_RIGHTS_HEADER);
    const asOf = ctx.now();
    const again = await authorizer.authorize(ctx, caller, id, true);
    response = await open({ asOf, ...again }, version === null ? undefined : Number(version));
  }
  return catchRefusal(response);
}

/** How often rights that change during the handshake are looked up again. */
const MOST_LOOKUPS = 3;

/** The authorizer may have read its facts before a right ended, or ended and began again. */
function isStale({ status }: Response, { asOf }: Admission): boolean {
  return status === 409 || (status === 403 && asOf !== undefined);
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

/** From here on a revocation reaches the socket. */
async function register(ctx: RequestContext, caller: Caller, room: string, ticket?: Ticket): Promise<void> {
  const { userId, sessionId, signedInAt } = caller;
  const registry = registryOf(ctx.runtime.registries, userId);
  if (!(await registry.register({ userId, sessionId, signedInAt, room, ticket }))) throw unauthorized();
}

async function openInRoom(ctx: RequestContext, admission: SocketAdmission): Promise<Response> {
  const stub = ctx.runtime.room(admission.room);
  if (!stub) throw notFound();
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(admission) };
  return stub.fetch(new Request("https://room/", { headers }));
}

function catchRefusal(response: Response): Response {
  if (response.status === 401) throw unauthorized();
  if (response.status === 403 || response.status === 409) throw forbidden();
  if (response.status === 404) throw notFound();
  return response;
}

interface Admitted {
  readonly caller: Caller | null;
  readonly admission: Admission;
  readonly ticket?: Ticket;
}

async function admitByTicket(
  ctx: RequestContext,
  authorizer: RoomAuthorizer,
  authenticate: Authenticate,
  id: string,
  ticketText: string,
): Promise<Admitted> {
  const ticket = await readTicket(ctx.runtime, ticketText, ctx.now());
  if (!ticket) throw unauthorized();
  const value = `${ticket.userId}.${ticket.sessionId}`;
  const holder = await authenticate(ctx, { scheme: "Session", value, from: "socket" });
  if (!holder.ok) throw unauthorized();
  const caller = { ...holder.caller, expiresAt: Math.min(holder.caller.expiresAt, ticket.until) };
  const admission = await authorizer.authorize(ctx, caller, id);
  if (admission.room !== ticket.room) throw unauthorized();
  return { caller, admission, ticket };
}

async function admitByCredential(
  ctx: RequestContext,
  authorizer: RoomAuthorizer,
  authenticate: Authenticate,
  id: string,
  credential: Credential | null,
): Promise<Admitted> {
  const proof = credential && (await authenticate(ctx, credential));
  // A bad token in the URL or a sub-protocol is an error; a stale header or cookie may be there by accident and counts as none.
  if (proof && !proof.ok && credential.from === "socket") throw unauthorized();
  const caller = proof?.ok ? proof.caller : null;
  return { caller, admission: await authorizer.authorize(ctx, caller, id) };
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

function unauthorized(): Refusal {
  return new Refusal(401, { detail: messages.invalidToken }, { "WWW-Authenticate": 'Bearer realm="api"' });
}
