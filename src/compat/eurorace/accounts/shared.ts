/** What Eurorace's account routes share: the user's wire shape, the password policy and the refusals. */

import {
  type AccountChange,
  changeAccount,
  DEFAULT_POLICY,
  findUser,
  identityMessages,
  type PasswordPolicy,
  takenRefusal,
  type User,
} from "../../../modules/identity/index.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { Refusal } from "../../../platform/http/errors.ts";
import { messages } from "../../../platform/http/messages.ts";
import { literal } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";

export const tag = "Eurorace";
/** The scheme that a 401 names in `WWW-Authenticate`. */
export const challenge = "Token";

export const EMAIL_TAKEN = {
  email: literal("User is already registered with this e-mail address."),
};

export const Detail = z.object({ detail: z.string() });
export const Key = z.object({ key: z.string() });
export const EuroraceUser = z
  .object({
    pk: z.number().int(),
    username: z.string(),
    email: z.string(),
    first_name: z.string(),
    last_name: z.string(),
  })
  .openapi("EuroraceUser");

export function toUserWire(user: User): z.input<typeof EuroraceUser> {
  return {
    pk: user.id,
    username: user.username,
    email: user.email ?? "",
    first_name: user.firstName,
    last_name: user.lastName,
  };
}

/** The password policy: a password must not resemble the username or the e-mail. */
export function policyFor(person: { username: string; email: string | null }): PasswordPolicy {
  return {
    ...DEFAULT_POLICY,
    attributes: [
      { name: identityMessages.username, value: person.username },
      { name: identityMessages.emailAddress, value: person.email },
    ],
  };
}

export function badKey(): Refusal {
  return new Refusal(401, { detail: messages.invalidToken }, { "WWW-Authenticate": "Token" });
}

export async function ownUser(ctx: RequestContext, caller: Caller): Promise<User> {
  const user = await findUser(ctx, caller.userId);
  if (!user) throw badKey();
  return user;
}

export async function applyChange(ctx: RequestContext, caller: Caller, facts: AccountChange): Promise<User> {
  const changed = await changeAccount(ctx, caller.userId, facts, { session: caller.sessionId });
  if (changed.ok) return changed.user;
  if (changed.taken === "missing") throw badKey();
  throw takenRefusal(changed.taken, EMAIL_TAKEN);
}
