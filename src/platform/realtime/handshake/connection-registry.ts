/** One object per person: the rooms with their sockets and their rights there, and which of their sessions have ended. */
import { DurableObject } from "cloudflare:workers";
import { type Caller, TRUSTED_FOR } from "../../http/caller.ts";
import { isRevoked, type Revocation } from "../rights/revocation.ts";
import { CLOSE } from "../socket/frames.ts";
import { isHeard } from "../socket/liveness.ts";
import { roomIn } from "../stubs.ts";
import { type HeldRight, type HeldRoom, RegistryStore } from "./registry-store.ts";
import type { Ticket } from "./tickets.ts";

/** A revocation is remembered longer than anything that is signed may be trusted. */
const REVOCATION_MEMORY = TRUSTED_FOR + 3600_000;
/** The clocks of two machines differ by less than this, and a read of the database is faster. Milliseconds. */
const CLOCKS_DIFFER = 60_000;

/** A client of today has one socket, in the inbox; older ones have one in each room that is open on the screen. */
const ROOMS_ASKED = 8;

/** A socket that is about to open. */
export interface Entrance {
  readonly caller: Pick<Caller, "userId" | "sessionId" | "signedInAt" | "userType" | "isStaff" | "rights">;
  /** The caller as a credential says, signed at this time (epoch ms). Absent: as the database said just now. */
  readonly signedAt?: number | undefined;
  /** `event:7`, as the client named it: is there a right to enter it? */
  readonly address?: string | undefined;
  /** The room in which it opens. Absent while only a held right is asked for. */
  readonly room?: string | undefined;
  /** It is greeted by facts that come with a right that is looked up. */
  readonly isDocumented?: boolean | undefined;
  /** Not a socket: an inbox subscribes to the room, and is closed itself by a revocation. */
  readonly subscribes?: boolean | undefined;
  /** The right to the room, to be held for the next handshake; null for one that must be looked up each time. */
  readonly right?: Omit<HeldRight, "role"> | null | undefined;
  /** The one-time ticket, when one is used, and when it expires (epoch ms). */
  readonly ticket?: Pick<Ticket, "id" | "expiresAt" | "room"> | undefined;
}

/** The same in the words of the version before this one. */
interface Registration extends Pick<Caller, "userId" | "sessionId" | "signedInAt"> {
  readonly room: string;
  readonly ticket?: Pick<Ticket, "id" | "expiresAt"> | undefined;
}

/** `unsure`: whether the session has ended can't be told here; the database knows. */
export type Answer =
  | { readonly is: "refused" | "unsure" }
  | {
      readonly is: "admitted";
      /** The right that is held to the address; the socket may open by it. */
      readonly held: HeldRoom | null;
      /** The room was not noted for a day. */
      readonly isNews: boolean;
    };

/**
 * Every handshake and every revocation of one person passes through here, so they have one order: a revocation closes
 * the sockets of earlier handshakes, and later handshakes are refused. It remembers revocations for as long as a signed
 * credential is trusted, so a handshake needs no read of the database.
 */
export class ConnectionRegistry extends DurableObject<Cloudflare.Env> {
  readonly #store: RegistryStore;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    this.#store = new RegistryStore(state.storage.sql, REVOCATION_MEMORY, Date.now());
  }

  /**
   * Whether a socket may open, and by which right. Without `room` a held right is looked for: if there is one, the socket
   * opens by it. A socket that opens is noted, and its ticket used.
   */
  admit(entrance: Entrance, now = Date.now()): Answer {
    const { caller, signedAt, address, right, ticket } = entrance;
    const revocations = this.#store.revocations(now);
    if (revocations.some((revocation) => isRevoked({ caller }, revocation))) return { is: "refused" };
    if (signedAt !== undefined && this.#isUnsure(caller, signedAt, revocations)) return { is: "unsure" };
    const held = entrance.room === undefined ? this.#held(entrance, now) : null;
    const room = entrance.room ?? held?.room;
    if (room === undefined) return { is: "admitted", held, isNews: false };
    if (ticket && (ticket.room !== room || !this.#store.useTicket(ticket, now))) return { is: "refused" };
    const role = roleOf(caller);
    const given = right && { ...right, role };
    const note = { room, address, right: given && this.#isHeld(given, entrance, now) ? undefined : given };
    return {
      is: "admitted",
      held,
      isNews: this.#store.noteRoom({ ...note, opens: !entrance.subscribes }, now),
    };
  }

  /** A documented socket that is greeted has its right looked up each time; the right that is held stays as good. */
  #isHeld(right: HeldRight, { address, caller, isDocumented }: Entrance, now: number): boolean {
    if (!right.greets || !isDocumented) return false;
    const held = this.#held({ address, caller }, now)?.right;
    return (
      held !== undefined && JSON.stringify({ ...held, asOf: 0 }) === JSON.stringify({ ...right, asOf: 0 })
    );
  }

  /** Takes a held right back. */
  drop(address: string): void {
    this.#store.drop(address);
  }

  /** The session may have begun just before a revocation, by the clock of another machine; or its end was forgotten. */
  #isUnsure(
    { signedInAt = 0 }: Entrance["caller"],
    signedAt: number,
    revocations: readonly Revocation[],
  ): boolean {
    const isClose = ({ at, sessionId }: Revocation) =>
      at !== undefined && sessionId === undefined && signedInAt > at && signedInAt <= at + CLOCKS_DIFFER;
    return signedAt <= this.#store.trustFrom + CLOCKS_DIFFER || revocations.some(isClose);
  }

  #held({ address, caller, isDocumented }: Entrance, now: number): HeldRoom | null {
    const held = address === undefined ? null : this.#store.heldRoom(address);
    if (!held) return null;
    const { asOf, until = Number.POSITIVE_INFINITY, role, greets } = held.right;
    const isFresh = asOf > now - TRUSTED_FOR && asOf > this.#store.trustFrom;
    return isFresh && role === roleOf(caller) && until > now && !(greets && isDocumented) ? held : null;
  }

  /** The handshake of a Worker of the version before, which has looked everything up. */
  register({ room, ticket, ...caller }: Registration, now = Date.now()): boolean {
    const entrance = {
      caller: { ...caller, userType: "CLIENT", isStaff: false },
      room,
      ticket: ticket && { ...ticket, room },
    } as const;
    return this.admit(entrance, now).is === "admitted";
  }

  /** Closes this person's sockets in every room. Safe to repeat. */
  async revoke(
    revocation: Revocation,
    code: number = CLOSE.unauthenticated,
    reason = "signed out",
    now = Date.now(),
  ): Promise<void> {
    // Sessions that begin later are not meant.
    this.#store.addRevocation({ at: now, ...revocation }, now + REVOCATION_MEMORY, now);
    const results = await Promise.allSettled(
      this.#store.rooms().map((room) => roomIn(this.env, room)?.revoke(revocation, code, reason)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  /**
   * Whether a socket of this person was heard lately, by the rule of presence. Asks the rooms in which one opened last;
   * a room that can't be reached counts as silent.
   */
  async isHeard(userId: number, now = Date.now()): Promise<boolean> {
    const asked = this.#store.likelyRooms(ROOMS_ASKED).map(async (room) => {
      const heardAt = (await roomIn(this.env, room)?.heardFrom(userId)) ?? 0;
      if (!isHeard(heardAt, now)) throw new Error("silent");
    });
    return Promise.any(asked).then(
      () => true,
      () => false,
    );
  }
}

/** Rights depend on it. */
const roleOf = ({ userType, isStaff, rights }: Entrance["caller"]): string => {
  if (rights) return `${userType}+${rights.join()}`;
  return isStaff ? `${userType}+STAFF` : userType;
};

export function registryOf(
  registries: DurableObjectNamespace<ConnectionRegistry>,
  userId: number,
): DurableObjectStub<ConnectionRegistry> {
  return registries.getByName(`user:${userId}`);
}
