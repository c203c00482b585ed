/** Authenticates the caller of a route and checks the access level that the route requires: who, 401 or 403. */
import type { RequestContext } from "../runtime.ts";
import { type Caller, type CallerKey, isOperator, mayOperate, usesConsole } from "./caller.ts";
import { requireOwnOrigin } from "./cors.ts";
import { type Authentication, type Credential, type CredentialFault, credentialOf } from "./credentials.ts";
import { forbidden, Refusal, refuse } from "./errors.ts";
import { keyFault } from "./key-scopes.ts";
import { count } from "./limits/rate-limits.ts";
import { messages } from "./messages.ts";
import type { Route } from "./route.ts";
import type { Text } from "./text.ts";

/**
 * Checks a credential. The identity module provides it, because the platform knows no module's tables. `fresh`: by no
 * cache.
 */
export type Authenticate = (
  ctx: RequestContext,
  credential: Credential,
  fresh?: boolean,
) => Promise<Authentication>;

/** Returns the caller of a route; null where none is required. Refuses with 401 or 403. */
export async function authenticateCaller(
  authenticate: Authenticate,
  ctx: RequestContext,
  route: Pick<Route, "access" | "challenge" | "isSetUp" | "keyScope" | "right">,
  request: Request,
): Promise<Caller | null> {
  if (route.access === "public") return null;
  const offered = credentialOf(request);
  const scheme = route.challenge ?? "Bearer";
  if (!offered) {
    if (route.access === "optional") return null;
    throw unauthorized(scheme, { detail: messages.noCredentials });
  }
  const result: Authentication =
    "fault" in offered ? { ok: false, fault: offered.fault } : await authenticate(ctx, offered);
  if (!result.ok) {
    if (route.access === "optional") return null;
    throw unauthorized(
      scheme,
      offered.scheme === "Token" ? tokenFault(result.fault) : bearerFault(result.fault),
    );
  }
  if ("from" in offered && offered.from === "cookie") requireOwnOrigin(ctx, request);
  if (result.caller.mustSetUpFactor && !route.isSetUp) {
    if (route.access === "optional") return null;
    throw factorRequired();
  }
  if (result.caller.key) await admitKey(ctx, result.caller.key, route);
  if (route.access === "staff" && !result.caller.isStaff) throw forbidden();
  if (route.access === "driver" && result.caller.userType !== "DRIVER") throw forbidden();
  if (route.access === "operator" && !isAdmitted(result.caller, route.right)) throw forbidden();
  return result.caller;
}

/** Groups pass only routes that name a right. `any`: the handler asks for the right to what the request names. */
function isAdmitted(caller: Caller, right: string | undefined): boolean {
  if (right === undefined) return isOperator(caller);
  return right === "any" ? usesConsole(caller) : mayOperate(caller, right);
}

/** Counts a request with a key, and refuses it where the key has no scope: also where no caller is required, because a server made a mistake. */
async function admitKey(ctx: RequestContext, key: CallerKey, route: Pick<Route, "keyScope">): Promise<void> {
  await count(ctx, "apiKey", key.id);
  const closed = keyFault(key, route);
  if (closed) throw closed;
}

/** The 403 of staff without a second factor, where the settings require one. */
export function factorRequired(): Refusal {
  return refuse(403, messages.factorRequired, { code: "second_factor_required" });
}

interface Fault {
  readonly detail: Text;
  readonly extra?: Record<string, unknown>;
}

function unauthorized(scheme: "Bearer" | "Token", fault: Fault): Refusal {
  return new Refusal(401, fault, { "WWW-Authenticate": scheme === "Token" ? "Token" : 'Bearer realm="api"' });
}

function tokenFault(fault: CredentialFault): Fault {
  if (fault === "empty") return { detail: messages.tokenHeaderEmpty };
  if (fault === "spaces") return { detail: messages.tokenHeaderSpaces };
  return {
    detail: fault === "inactive" || fault === "deleted" ? messages.inactiveUser : messages.invalidToken,
  };
}

/** Literal messages of the original token library: English in every locale, with keys that clients read. */
function bearerFault(fault: CredentialFault): Fault {
  switch (fault) {
    case "malformed":
      return literally(
        "Authorization header must contain two space-delimited values",
        "bad_authorization_header",
      );
    case "inactive":
      return literally("User is inactive", "user_inactive");
    case "deleted":
      return literally("User not found", "user_not_found");
    default: {
      const message = fault === "wrong_type" ? "Token has wrong type" : "Token is invalid or expired";
      const fault_ = literally("Given token not valid for any token type", "token_not_valid");
      const messages_ = [{ token_class: "AccessToken", token_type: "access", message }];
      return { ...fault_, extra: { ...fault_.extra, messages: messages_ } };
    }
  }
}

function literally(words: string, code: string): Fault {
  return { detail: { en: words, ru: words }, extra: { code } };
}
