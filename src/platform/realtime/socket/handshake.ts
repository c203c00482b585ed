/** The Worker's side of a socket: who is it, may they enter, and the hand-over to the room's object. */
import { z } from "@hono/zod-openapi";
import type { Authenticate } from "../../http/admit.ts";
import {
  type Caller,
  type Credential,
  credentialOf,
  isSessionKey,
  tokenCredential,
} from "../../http/caller.ts";
import { isAllowedOrigin } from "../../http/cors.ts";
import { forbidden, invalid, notFound, Refusal, refuse } from "../../http/errors.ts";
import { string } from "../../http/input/fields.ts";
import { coarseRateLimit } from "../../http/limits/rate-limits.ts";
import { messages } from "../../http/messages.ts";
import type { RawRoute } from "../../http/mount.ts";
import { type Route, respond, route } from "../../http/route.ts";
import { text } from "../../http/text.ts";
import type { RequestContext } from "../../runtime.ts";
import type { SocketDocument } from "../asyncapi.ts";
import { ADMISSION_HEADER, type Admission, type SocketAdmission, STALE_RIGHTS_HEADER } from "../handler.ts";
import { EPOCH } from "../log/journal.ts";
import { noteRoom } from "../log/sweep.ts";
import { type Fault, fault, PROTOCOL } from "./frames.ts";
import { registryOf } from "./registry.ts";
import { issueTicket, readTicket, TICKET_LIFETIME, type Ticket } from "./tickets.ts";

/** Who may enter one kind of room. Each module brings the gates of its rooms. */
export interface RoomAuthorizer {
  /** The part before the colon in `event:12`. */
  readonly kind: string;
  /** Where the socket opens: `/ws/events/:id`. */
  readonly path: string;
  readonly document: SocketDocument;
  /** Where they come in. Refuses with 401, 403 or 404. `fresh`: what was read before counts no more, the room refused it. */
  authorize(ctx: RequestContext, caller: Caller | null, id: string, fresh?: boolean): Promise<Admission>;
  /** Nobody is known here: whoever comes is a stranger, and comes to this address only. */
  readonly anonymous?: boolean;
  /** The app's documents ask for it: a refused socket opens and closes at once with this code. */
  readonly refusedWith?: number;
}

const NOT_A_SOCKET = text("This address is a WebSocket.", "По этому адресу открывают WebSocket.");
const BAD_POSITION = text("A position is a whole number from 0.", "Позиция — целое число от 0.");

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

/** No credential, no right, no such thing. */
const REFUSALS = new Set([401, 403, 404]);

/** One offered sub-protocol is echoed here too: without it browsers report 1006 and not the code. */
function openAndClose(request: Request, code: number): Response {
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  server.close(code, "refused");
  const [protocol] = protocolsOf(request);
  const headers = new Headers(protocol ? { "Sec-WebSocket-Protocol": protocol } : {});
  return new Response(null, { status: 101, webSocket: client, headers });
}

function protocolsOf(request: Request): string[] {
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",");
  return offered.map((word) => word.trim()).filter(Boolean);
}

async function shakeHands(
  ctx: RequestContext,
  request: Request,
  authorizer: RoomAuthorizer,
  authenticate: Authenticate,
  id: string,
): Promise<Response> {
  if (request.headers.get("upgrade")?.toLowerCase() !== "websocket") {
    throw new Refusal(426, { detail: NOT_A_SOCKET }, { Upgrade: "websocket" });
  }
  await coarseRateLimit(ctx, authorizer.path);
  const origin = request.headers.get("origin");
  if (origin && !isAllowedOrigin(origin, request, ctx.runtime.settings))
    throw refuse(403, messages.originRefused);
  const url = new URL(request.url);
  const since = position(url.searchParams.get("since"));
  const protocols = protocolsOf(request);
  const asked = ctx.now();
  const ticketText = url.searchParams.get("ticket");
  const { caller, admission, ticket } = ticketText
    ? await byTicket(ctx, authorizer, authenticate, id, ticketText)
    : await byCredential(
        ctx,
        authorizer,
        authenticate,
        id,
        authorizer.anonymous ? null : socketCredential(request, url, protocols),
      );
  const { room } = admission;
  if (caller) {
    const { userId, sessionId, signedInAt } = caller;
    const entrance = { userId, sessionId, signedInAt, room, ticket };
    const admission = await registryOf(ctx.runtime.registries, userId).register(entrance);
    if (!admission) throw unauthorized();
  }
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
    openIn(ctx, { ...socket, ...admitted, admittedAt: asOf, rightsVersion });
  await admission.beforeOpen?.();
  let answer = await open(admission);
  for (let tries = 0; tries < LOOKS && isStale(answer, admission); tries++) {
    const version = answer.headers.get(STALE_RIGHTS_HEADER);
    const asOf = ctx.now();
    const again = await authorizer.authorize(ctx, caller, id, true);
    answer = await open({ asOf, ...again }, version === null ? undefined : Number(version));
  }
  return answerOf(answer);
}

/** How often rights are looked up again that change while somebody comes in. */
const LOOKS = 3;

/** The gate may have gone by what it read before a right ended, or ended and began anew. */
function isStale({ status }: Response, { asOf }: Admission): boolean {
  return status === 409 || (status === 403 && asOf !== undefined);
}

async function openIn(ctx: RequestContext, admission: SocketAdmission): Promise<Response> {
  const stub = ctx.runtime.room(admission.room);
  if (!stub) throw notFound();
  const headers = { Upgrade: "websocket", [ADMISSION_HEADER]: JSON.stringify(admission) };
  return stub.fetch(new Request("https://room/", { headers }));
}

function answerOf(answer: Response): Response {
  if (answer.status === 401) throw unauthorized();
  if (answer.status === 403 || answer.status === 409) throw forbidden();
  if (answer.status === 404) throw notFound();
  return answer;
}

/** The room of this name as these gates let somebody into it; null for one that no gate knows. */
async function authorizeByName(
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

/** The same for somebody who follows rooms from their own socket: refusals become faults. */
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
    return admission ?? fault("not_found", "There is no such room.");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 404) return fault("not_found", "There is no such room.");
    return fault("forbidden", "You may not enter this room.");
  }
}

interface Entry {
  readonly caller: Caller | null;
  readonly admission: Admission;
  readonly ticket?: Ticket;
}

async function byTicket(
  ctx: RequestContext,
  authorizer: RoomAuthorizer,
  authenticate: Authenticate,
  id: string,
  words: string,
): Promise<Entry> {
  const ticket = await readTicket(ctx.runtime, words, ctx.now());
  if (!ticket) throw unauthorized();
  const value = `${ticket.userId}.${ticket.sessionId}`;
  const holder = await authenticate(ctx, { scheme: "Session", value, from: "socket" });
  if (!holder.ok) throw unauthorized();
  const caller = { ...holder.caller, expiresAt: Math.min(holder.caller.expiresAt, ticket.until) };
  const admission = await authorizer.authorize(ctx, caller, id);
  if (admission.room !== ticket.room) throw unauthorized();
  return { caller, admission, ticket };
}

async function byCredential(
  ctx: RequestContext,
  authorizer: RoomAuthorizer,
  authenticate: Authenticate,
  id: string,
  credential: Credential | null,
): Promise<Entry> {
  const proof = credential && (await authenticate(ctx, credential));
  // What was put into the URL or a sub-protocol was put there on purpose; a stale header or cookie counts as none.
  if (proof && !proof.ok && credential.from === "socket") throw unauthorized();
  const caller = proof?.ok ? proof.caller : null;
  return { caller, admission: await authorizer.authorize(ctx, caller, id) };
}

/** What a socket offers: sub-protocols first (browsers can send nothing else), then the URL, then header and cookie. */
function socketCredential(request: Request, url: URL, protocols: readonly string[]): Credential | null {
  const fromProtocols = protocolCredential(protocols);
  if (fromProtocols) return fromProtocols;
  const value = queryToken(url);
  if (value) return tokenCredential(value);
  const offered = credentialOf(request);
  return offered && "from" in offered ? offered : null;
}

/** `auth.<token>` beside our protocol, `["Token", key]` or `["Bearer", token]` anywhere in the list, or a lone key or token. */
function protocolCredential(protocols: readonly string[]): Credential | null {
  const auth = protocols.find((word) => word.startsWith("auth."));
  if (auth) return tokenCredential(auth.slice("auth.".length));
  for (const scheme of ["Token", "Bearer"]) {
    const value = protocols.includes(scheme) ? protocols[protocols.indexOf(scheme) + 1] : undefined;
    if (value) return tokenCredential(value);
  }
  const [only] = protocols;
  const isCredential = protocols.length === 1 && only && (isSessionKey(only) || only.split(".").length === 3);
  return isCredential ? tokenCredential(only) : null;
}

function queryToken(url: URL): string | null {
  for (const name of ["token", "access", "access_token"]) {
    const value = url.searchParams.get(name);
    if (value) return value;
  }
  return null;
}

function position(word: string | null): number | null {
  if (word === null) return null;
  if (!/^\d{1,15}$/.test(word)) throw invalid({ since: BAD_POSITION });
  return Number(word);
}

/** An epoch of ours, null for none given; what can't be one is foreign, and not carried any further. */
function epochOf(url: URL): string | null {
  const word = url.searchParams.get("epoch");
  return word === null || EPOCH.test(word) ? word : "";
}

function unauthorized(): Refusal {
  return new Refusal(401, { detail: messages.invalidToken }, { "WWW-Authenticate": 'Bearer realm="api"' });
}

/** For gates that let nobody in whom they don't know: a 401. */
export function known(caller: Caller | null): Caller {
  if (!caller)
    throw new Refusal(401, { detail: messages.noCredentials }, { "WWW-Authenticate": 'Bearer realm="api"' });
  return caller;
}

/** `POST /api/v1/realtime/ticket/`: a ticket for one of the rooms behind these gates. */
export function ticketRoute(authorizers: readonly RoomAuthorizer[]): Route {
  return route({
    method: "post",
    path: "/api/v1/realtime/ticket",
    tag: "Realtime",
    summary: "Get a one-time ticket for a socket",
    description:
      "For clients that can set neither header nor sub-protocol: open the socket with `?ticket=` within 15 seconds.",
    access: "signedIn",
    body: z.object({ room: string({ max: 100 }).openapi({ example: "event:3" }) }),
    responses: { 201: z.object({ ticket: z.string(), expires_in: z.number().int() }) },
    async handle({ ctx, caller, body }) {
      const admission = await authorizeByName(authorizers, ctx, caller, body.room);
      if (!admission) throw notFound();
      const ticket = await issueTicket(ctx.runtime, caller, admission.room, ctx.now());
      return respond(201, { ticket, expires_in: TICKET_LIFETIME });
    },
  });
}
