/** Errors that all apps' routes share: an account can't be created, changed or signed in to. */
import { invalid, Refusal, refuse } from "../../platform/http/errors.ts";
import type { Text } from "../../platform/http/text.ts";
import type { TakenIdentifier } from "./accounts/commands.ts";
import type { FactorVerdict } from "./factors/proofs/requirement.ts";
import { messages } from "./messages.ts";
import { DEFAULT_POLICY, type PasswordPolicy, usernameFault, weaknesses } from "./rules.ts";
import type { Refreshed } from "./sessions/sessions.ts";
import type { SignedIn } from "./sessions/sign-in.ts";

/** Refuses a weak password: 400 with all its weaknesses under `field`. */
export function requireStrong(
  password: string,
  field: string,
  policy: PasswordPolicy = DEFAULT_POLICY,
): void {
  const faults = weaknesses(password, policy);
  if (faults.length > 0) throw invalid({ [field]: faults });
}

/** Refuses a reserved or mixed-script username. */
export function requireUsername(username: string): void {
  const fault = usernameFault(username);
  if (fault) throw invalid({ username: fault });
}

const TAKEN: Record<TakenIdentifier, Text> = {
  username: messages.usernameTaken,
  email: messages.emailTaken,
  phone: messages.phoneTaken,
};

/** 400 for a username, e-mail or phone that is taken; an app may use its own wording. */
export function takenRefusal(
  taken: TakenIdentifier,
  words: Partial<Record<TakenIdentifier, Text>> = {},
): Refusal {
  return invalid({ [taken]: words[taken] ?? TAKEN[taken] });
}

const REFRESH_FAULTS = {
  invalid: messages.tokenInvalid,
  wrong_type: messages.tokenWrongType,
  reused: messages.tokenReused,
};

/** The 401 for a refused refresh token, worded as the original token library does. */
export function refreshRefusal(fault: Exclude<Refreshed, { ok: true }>["fault"]): Refusal {
  const refusal = refuse(401, REFRESH_FAULTS[fault], { code: "token_not_valid" });
  return new Refusal(401, refusal.body, { "WWW-Authenticate": 'Bearer realm="api"' });
}

/** A refused second factor: the text, and what an app reads beside it: `code` and the `methods` that the account has. */
export function factorFault({ reason, methods }: Exclude<FactorVerdict, { readonly ok: true }>): SignInFault {
  const text = reason === "otp_required" ? messages.otpRequired : messages.otpInvalid;
  return { text, extra: { code: reason, methods } };
}

interface SignInFault {
  readonly text: Text;
  /** Keys beside the text, in every dialect. */
  readonly extra?: Record<string, unknown>;
}

/** What a refused sign-in says. `wrong`: the app's words for credentials that are not right. */
export function signInFault(refused: Exclude<SignedIn, { readonly ok: true }>, wrong: Text): SignInFault {
  switch (refused.reason) {
    case "otp_required":
    case "otp_invalid":
      return factorFault(refused);
    case "unverified":
      return { text: messages.emailNotVerified };
    default:
      return { text: wrong };
  }
}
