/** Who a caller is, once `authenticate.ts` has found out: the type and its roles. */

export type UserType = "CLIENT" | "DRIVER" | "OPERATOR";

export interface Caller {
  readonly userId: number;
  readonly sessionId: string;
  readonly userType: UserType;
  readonly isStaff: boolean;
  /** Start of the session, epoch ms: revocations before it do not concern this session. */
  readonly signedInAt?: number;
  /** Epoch ms at which the credential expires. */
  readonly expiresAt: number;
}

export type Role = "client" | "driver" | "operator" | "staff";

export function isOperator(caller: Caller): boolean {
  return caller.isStaff || caller.userType === "OPERATOR";
}
