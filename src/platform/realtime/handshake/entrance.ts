/**
 * Who opens a socket, and by which right. The database is read only where what the client holds (a signed token or
 * ticket) and what the person's connection registry remembers (ended sessions, held rights) do not say it.
 */
import { type Authenticate, factorRequired } from "../../http/authenticate.ts";
import { type Caller, type KnownCaller, onSocket } from "../../http/caller.ts";
import type { Credential } from "../../http/credentials.ts";
import { Refusal } from "../../http/errors.ts";
import { keyFault } from "../../http/key-scopes.ts";
import { messages } from "../../http/messages.ts";
import type { RequestContext } from "../../runtime.ts";
import type { Admission } from "../handler.ts";
import { isOutdated } from "../stubs.ts";
import type { RoomAuthorizer } from "./authorizer.ts";
import { registryOf } from "./connection-registry.ts";
import { admissionBy, rightOf } from "./held-rights.ts";
import { readTicket, type Ticket } from "./tickets.ts";

/** How the callers of sockets are found. The identity module provides it. */
export interface SocketIdentity {
  readonly authenticate: Authenticate;
  /** The caller as the credential says it; null when it does not. */
  readonly signedCaller: (ctx: RequestContext, credential: Credential) => Promise<KnownCaller | null>;
}

export interface Handshake {
  readonly ctx: RequestContext;
  readonly authorizer: RoomAuthorizer;
  readonly identity: SocketIdentity;
  /** The room's id, as in the path. */
  readonly id: string;
  readonly credential: Credential | null;
  readonly ticketText: string | null;
  readonly isDocumented: boolean;
}

export interface Entered {
  readonly caller: Caller | null;
  readonly admission: Admission;
  /** This person has not entered the room for a day. */
  readonly isNews: boolean;
}

interface Person {
  readonly caller: Caller;
  readonly credential: Credential;
  /** When the credential was signed that says who this is, epoch ms. Absent: the database says it. */
  readonly signedAt?: number;
  readonly ticket?: Ticket | undefined;
}

/** Admits a handshake. Throws the refusals of the authorizer, and a 401 for a bad credential. */
export async function enter(handshake: Handshake): Promise<Entered> {
  const person = await identify(handshake);
  const entered = person && (await enterAs(handshake, person));
  if (entered) return entered;
  // A signed credential never refuses: the role in it may be older than the person's rights.
  const known = person && (await lookUp(handshake, person, true));
  return (known && (await enterAs(handshake, known))) ?? enterAsNobody(handshake);
}

/** Looks up the right again, because the room knows that it has changed. `version`: as the room named it. */
export async function enterAgain(
  handshake: Handshake,
  { caller }: Entered,
  version: number | undefined,
): Promise<Entered> {
  const again = { version };
  const person = caller && (await identify(handshake, true));
  if (!person) return enterAsNobody(handshake, again);
  try {
    // Its ticket is used by now.
    const { ticket: _, ...ticketless } = person;
    return (await lookUpRight(handshake, ticketless, again)) ?? enterAsNobody(handshake, again);
  } catch (error) {
    if (error instanceof Refusal) await registryFor(handshake, person).drop(addressOf(handshake));
    throw error;
  }
}

async function enterAsNobody({ ctx, authorizer, id }: Handshake, again?: Again): Promise<Entered> {
  const admission = await authorizer.authorize(ctx, null, id, again !== undefined);
  return {
    caller: null,
    admission: again ? { ...admission, rightsVersion: again.version } : admission,
    isNews: true,
  };
}

/** A right is looked up again, because the room says that it may have changed. */
interface Again {
  /** The room's version of rights. */
  readonly version: number | undefined;
}

/** Null: the database must say who this is, or that the session has ended. */
async function enterAs(handshake: Handshake, person: Person): Promise<Entered | null> {
  const { authorizer, isDocumented } = handshake;
  const { caller, signedAt, ticket } = person;
  if (authorizer.asksNothing) return lookUpRight(handshake, person);
  try {
    const address = addressOf(handshake);
    const answer = await registryFor(handshake, person).admit({
      caller,
      signedAt,
      ticket,
      address,
      isDocumented,
    });
    if (answer.is !== "admitted") return notAdmitted(person, answer.is);
    if (answer.held) return { caller, admission: admissionBy(answer.held), isNews: answer.isNews };
  } catch (error) {
    if (!isOutdated(error)) throw error;
  }
  return lookUpRight(handshake, person);
}

/** Asks the authorizer, and has the registry note the room and hold the right. Null as `enterAs`. */
async function lookUpRight(handshake: Handshake, person: Person, again?: Again): Promise<Entered | null> {
  const { ctx, authorizer, id, isDocumented } = handshake;
  const { caller, signedAt, ticket } = person;
  const asked = ctx.now();
  let admission: Admission;
  try {
    admission = await authorizer.authorize(ctx, caller, id, again !== undefined);
  } catch (error) {
    if (error instanceof Refusal && signedAt !== undefined) return null;
    throw error;
  }
  const { room, asOf = asked } = admission;
  if (ticket && ticket.room !== room) throw unauthorized();
  const right = authorizer.asksNothing ? undefined : rightOf(admission, asOf, again?.version);
  const address = authorizer.asksNothing ? undefined : addressOf(handshake);
  const entrance = { caller, signedAt, ticket, room, address, right, isDocumented };
  const answer = await noteEntrance(handshake, person, entrance);
  if (answer.is !== "admitted") return notAdmitted(person, answer.is);
  // The room's version goes with the right that was looked up for it.
  const looked = again ? { ...admission, rightsVersion: again.version } : admission;
  return { caller, admission: looked, isNews: answer.isNews };
}

type Noted = Parameters<ReturnType<typeof registryFor>["admit"]>[0] & { readonly room: string };

/** During a deploy the registry's object may still run the version before, which remembers revocations for a moment only. */
async function noteEntrance(handshake: Handshake, person: Person, entrance: Noted) {
  const registry = registryFor(handshake, person);
  try {
    return await registry.admit(entrance);
  } catch (error) {
    if (!isOutdated(error)) throw error;
    if (person.signedAt !== undefined) return { is: "unsure" } as const;
    const { userId, sessionId, signedInAt } = person.caller;
    const { room, ticket } = entrance;
    const isOpen = await registry.register({ userId, sessionId, signedInAt, room, ticket });
    return isOpen ? ({ is: "admitted", isNews: true } as const) : ({ is: "refused" } as const);
  }
}

/** A bad token in the URL or a sub-protocol is an error; a stale header or cookie may be there by accident and counts as none. */
function notAdmitted({ credential }: Person, why: "refused" | "unsure"): null {
  if (why === "refused" && credential.from === "socket") throw unauthorized();
  return null;
}

/** Null without a credential, or with a stale header or cookie. */
async function identify(handshake: Handshake, fromDatabase = false): Promise<Person | null> {
  const { ctx, identity, credential, ticketText } = handshake;
  if (ticketText) return holderOf(handshake, ticketText, fromDatabase);
  if (!credential) return null;
  const signed = fromDatabase ? null : await identity.signedCaller(ctx, credential);
  return signed
    ? { ...signed, signedAt: signed.asOf, credential }
    : lookUp(handshake, { credential }, fromDatabase);
}

async function holderOf(
  handshake: Handshake,
  ticketText: string,
  fromDatabase: boolean,
): Promise<Person | null> {
  const { ctx } = handshake;
  const ticket = await readTicket(ctx.runtime, ticketText, ctx.now());
  if (!ticket) throw unauthorized();
  const value = `${ticket.userId}.${ticket.sessionId}`;
  const credential = { scheme: "Session", value, from: "socket" } as const;
  const { signed } = ticket;
  return signed && !fromDatabase
    ? { caller: signed.caller, signedAt: signed.asOf, credential, ticket }
    : lookUp(handshake, { credential, ticket }, fromDatabase);
}

/** Looks the session up. `isFresh`: in no cache. */
async function lookUp(
  { ctx, identity }: Handshake,
  { credential, ticket }: Pick<Person, "credential" | "ticket">,
  isFresh: boolean,
): Promise<Person | null> {
  const found = await identity.authenticate(ctx, credential, isFresh);
  if (!found.ok) {
    if (credential.from === "socket") throw unauthorized();
    return null;
  }
  if (found.caller.mustSetUpFactor) throw factorRequired();
  // Rooms ask rights of a person, not scopes: a key opens no socket.
  const closed = found.caller.key && keyFault(found.caller.key, {});
  if (closed) throw closed;
  const expiresAt = Math.min(found.caller.expiresAt, ticket?.until ?? Number.POSITIVE_INFINITY);
  return { caller: { ...onSocket(found.caller), expiresAt }, credential, ticket };
}

const registryFor = ({ ctx }: Handshake, { caller }: Person) =>
  registryOf(ctx.runtime.registries, caller.userId);

/** `event:7` or `event:<uuid>`: how this client names the room. */
const addressOf = ({ authorizer, id }: Handshake): string => `${authorizer.kind}:${id}`;

export function unauthorized(): Refusal {
  return new Refusal(401, { detail: messages.invalidToken }, { "WWW-Authenticate": 'Bearer realm="api"' });
}
