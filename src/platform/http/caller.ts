/** Who a caller is, once `authenticate.ts` has found out: the type and its roles. */

export const USER_TYPES = ["CLIENT", "DRIVER", "OPERATOR"] as const;
export type UserType = (typeof USER_TYPES)[number];

/** The API key that a request was made with. */
export interface CallerKey {
  readonly id: string;
  /** Its first characters, by which lists and the audit log name it. */
  readonly prefix: string;
  readonly scopes: readonly string[];
}

export interface Caller {
  readonly userId: number;
  readonly sessionId: string;
  readonly userType: UserType;
  readonly isStaff: boolean;
  /** Start of the session, epoch ms: revocations before it do not concern this session. */
  readonly signedInAt?: number;
  /** Epoch ms at which the credential expires. */
  readonly expiresAt: number;
  /** Staff who must set up a second factor, and may do nothing else until then. */
  readonly mustSetUpFactor?: true;
  /**
   * Of staff and operators in groups: exactly what they may do in the console, as `orders:read`. Their role gives them
   * nothing then, at this door or another: `isStaff` is false.
   */
  readonly rights?: readonly string[];
  /** Absent: a session. With a key, `sessionId` names the key and no session. */
  readonly key?: CallerKey;
}

/**
 * How long a socket may be opened by what a credential says of its caller, without a read of the database. Connection
 * registries remember longer whose sessions have ended. Milliseconds.
 */
export const TRUSTED_FOR = 24 * 3600_000;

/** A caller, and when what is known of them was read, epoch ms. Later changes are not in it. */
export interface KnownCaller {
  readonly caller: Caller;
  readonly asOf: number;
}

export type Role = "client" | "driver" | "operator" | "staff";

type Powers = Pick<Caller, "isStaff" | "userType" | "rights">;

export function isOperator(caller: Powers): boolean {
  return caller.isStaff || (caller.userType === "OPERATOR" && !caller.rights);
}

/** Whether the caller may do this as operators may: by their role, or by a right of their groups. */
export function mayOperate(caller: Powers, right: string): boolean {
  return isOperator(caller) || (caller.rights?.includes(right) ?? false);
}

/** Whether the caller may open the console at all. */
export function usesConsole(caller: Powers): boolean {
  return isOperator(caller) || caller.rights !== undefined;
}

/** Staff whom no group limits. */
export function isAdministrator(caller: Powers): boolean {
  return caller.isStaff && !caller.rights;
}

/** The caller as a socket keeps it, which has little space: rooms ask what a group may read and edit. */
export function onSocket(caller: Caller): Caller {
  return caller.rights
    ? { ...caller, rights: caller.rights.filter((right) => /:(read|edit)$/.test(right)) }
    : caller;
}

/**
 * Whether somebody whom the console has admitted to one thing may do another one, too: a group's member only by its right,
 * whatever powers the admission lends them.
 */
export function mayAlso(caller: Powers, right: string): boolean {
  return caller.rights?.includes(right) ?? isOperator(caller);
}

/** The caller as modules see them in a change that the console's rule has admitted: with the powers that it takes. */
export function admitted(caller: Caller): Caller {
  return caller.rights ? { ...caller, isStaff: true } : caller;
}
