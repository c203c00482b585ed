/** Finds the credential that a request carries: header, then cookie. It is checked by identity (`sessions/authentication.ts`). */
import type { Caller } from "./caller.ts";
import { cookieOf, SESSION_COOKIE } from "./cookies.ts";

/**
 * `Bearer` carries an access JWT, `Token` an opaque session key. `Session` is `user.session` from a redeemed socket
 * ticket; clients cannot send it.
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

/** The credential of a request: the `Authorization` header first, then the cookie; null without either. */
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

/** A token without its scheme, as sockets send it: a session key, otherwise a JWT. */
export function tokenCredential(value: string): Credential {
  return { scheme: isSessionKey(value) ? "Token" : "Bearer", value, from: "socket" };
}
