/** Who calls, and what a request offers as proof. The proof is checked by the identity module. */
import { cookieOf, SESSION_COOKIE } from "./cookies.ts";

export type UserType = "CLIENT" | "DRIVER" | "OPERATOR";

export interface Caller {
  readonly userId: number;
  readonly sessionId: string;
  readonly userType: UserType;
  readonly isStaff: boolean;
  /** When the session began, epoch ms: what was revoked before that does not mean it. */
  readonly signedInAt?: number;
  /** Epoch ms after which the credential no longer counts. */
  readonly expiresAt: number;
}

export type Role = "client" | "driver" | "operator" | "staff";

export function isOperator(caller: Caller): boolean {
  return caller.isStaff || caller.userType === "OPERATOR";
}

/**
 * `Bearer` carries an access JWT, `Token` an opaque session key; `Session` is `user.session` as a ticket of our own
 * vouches for them, and never comes from a client as such.
 */
export interface Credential {
  readonly scheme: "Bearer" | "Token" | "Session";
  readonly value: string;
  readonly from: "header" | "cookie" | "socket";
}

export type CredentialFault =
  | "invalid"
  | "wrong_type"
  | "inactive"
  | "deleted"
  | "malformed"
  | "empty"
  | "spaces";

export type Authentication =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly fault: CredentialFault };

/** What the request offers: the `Authorization` header first, then the cookie; null when neither does. */
export function credentialOf(
  request: Request,
): Credential | { readonly fault: CredentialFault; scheme: string } | null {
  const header = request.headers.get("authorization");
  const [word = "", ...values] = header?.trim().split(/\s+/) ?? [];
  const scheme = word.toLowerCase() === "bearer" ? "Bearer" : word.toLowerCase() === "token" ? "Token" : null;
  if (scheme) {
    const [value] = values;
    if (values.length === 1 && value) return { scheme, value, from: "header" };
    if (scheme === "Bearer") return { fault: "malformed", scheme };
    return { fault: values.length === 0 ? "empty" : "spaces", scheme };
  }
  const cookie = cookieOf(request, SESSION_COOKIE);
  return cookie ? { scheme: "Bearer", value: cookie, from: "cookie" } : null;
}

/** A session key is 40 hex digits. */
export function isSessionKey(value: string): boolean {
  return /^[0-9a-f]{40}$/.test(value);
}

/** A token that came without its scheme, as sockets offer it: what is no session key can only be a JWT. */
export function tokenCredential(value: string): Credential {
  return { scheme: isSessionKey(value) ? "Token" : "Bearer", value, from: "socket" };
}
