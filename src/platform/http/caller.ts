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

export function isOperator(caller: Pick<Caller, "isStaff" | "userType">): boolean {
  return caller.isStaff || caller.userType === "OPERATOR";
}
