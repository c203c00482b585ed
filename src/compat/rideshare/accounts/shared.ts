/** What Rideshare's account routes share: the person's wire shape, password checks and the change of an account. */

import {
  changeAccount,
  findUser,
  identityMessages,
  requireStrong,
  takenRefusal,
  type User,
  weaknesses,
} from "../../../modules/identity/index.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { Refusal, refuse } from "../../../platform/http/errors.ts";
import { email, secret, string } from "../../../platform/http/input/fields.ts";
import { literal } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";

export const tag = "Rideshare";

export const EMAIL_TAKEN = { email: literal("user with this email already exists.") };

export const Person = z
  .object({ id: z.number().int(), name: z.string(), email: z.string() })
  .openapi("RideshareUser");

/** This app has one name where the others have two: split at the first space, joined again when read. */
export function splitName(name: string): { firstName: string; lastName: string } {
  const space = name.indexOf(" ");
  return space < 0
    ? { firstName: name, lastName: "" }
    : { firstName: name.slice(0, space), lastName: name.slice(space + 1) };
}

export function nameOf(user: User): string {
  return [user.firstName, user.lastName].filter(Boolean).join(" ") || user.username;
}

export function toPersonWire(user: User): z.input<typeof Person> {
  return { id: user.id, name: nameOf(user), email: user.email ?? "" };
}

/** Throws if a password is too weak. The shipped client splits an `error` array at commas, so no message may contain one. */
export type WeakPassword = (password: string) => void;

export const legacyWeakness: WeakPassword = (password) => {
  const faults = weaknesses(password, { minLength: 8 });
  if (faults.length > 0) throw new Refusal(400, { fields: { error: faults } });
};

export const restWeakness: WeakPassword = (password) => requireStrong(password, "password");

export async function ownUser(ctx: RequestContext, caller: Caller): Promise<User> {
  const user = await findUser(ctx, caller.userId);
  if (!user) throw refuse(401, identityMessages.noActiveAccount);
  return user;
}

export const UserChange = z
  .object({
    name: string({ max: 255 }).optional(),
    email: email(255).optional(),
    password: secret().optional(),
  })
  .openapi("RideshareUserChange");

interface Change {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
  readonly locale?: "ru" | "en" | undefined;
  readonly mailReminders?: boolean | undefined;
}

export async function applyChange(
  ctx: RequestContext,
  caller: Caller,
  change: Change,
  weakness: WeakPassword,
): Promise<User> {
  if (change.password !== undefined) weakness(change.password);
  const { name, ...rest } = change;
  const changed = await changeAccount(
    ctx,
    caller.userId,
    { ...rest, ...(name === undefined ? {} : splitName(name)) },
    { session: caller.sessionId },
  );
  if (changed.ok) return changed.user;
  if (changed.taken === "missing") throw refuse(401, identityMessages.noActiveAccount);
  throw takenRefusal(changed.taken, EMAIL_TAKEN);
}
