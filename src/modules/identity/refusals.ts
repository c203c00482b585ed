/** Errors that all apps' routes share: an account can't be created, changed or signed in to. */
import { invalid, Refusal, refuse } from "../../platform/http/errors.ts";
import type { Text } from "../../platform/http/text.ts";
import type { TakenIdentifier } from "./accounts/commands.ts";
import { messages } from "./messages.ts";
import { DEFAULT_POLICY, type PasswordPolicy, usernameFault, weaknesses } from "./rules.ts";
import type { Refreshed } from "./sessions/sessions.ts";

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
