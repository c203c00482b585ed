/** What every door does alike when an account can't be made, changed or signed in. */
import { invalid, Refusal, refuse } from "../../platform/http/errors.ts";
import type { Text } from "../../platform/http/text.ts";
import type { TakenIdentifier } from "./accounts/commands.ts";
import { messages } from "./messages.ts";
import { DEFAULT_POLICY, type PasswordPolicy, usernameFault, weaknesses } from "./rules.ts";
import type { Refreshed } from "./sessions/sessions.ts";

/** Refuses a weak password under `field`, with everything that is wrong with it. */
export function requireStrong(
  password: string,
  field: string,
  policy: PasswordPolicy = DEFAULT_POLICY,
): void {
  const faults = weaknesses(password, policy);
  if (faults.length > 0) throw invalid({ [field]: faults });
}

/** Refuses a username that nobody may choose. */
export function requireUsername(username: string): void {
  const fault = usernameFault(username);
  if (fault) throw invalid({ username: fault });
}

const TAKEN: Record<TakenIdentifier, Text> = {
  username: messages.usernameTaken,
  email: messages.emailTaken,
  phone: messages.phoneTaken,
};

/** 400 for a name that is somebody's; a door may have its own words. */
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

/** The token library's 401 for a refresh that is refused. */
export function refreshRefusal(fault: Exclude<Refreshed, { ok: true }>["fault"]): Refusal {
  const refusal = refuse(401, REFRESH_FAULTS[fault], { code: "token_not_valid" });
  return new Refusal(401, refusal.body, { "WWW-Authenticate": 'Bearer realm="api"' });
}
