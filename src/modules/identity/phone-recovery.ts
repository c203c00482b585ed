/** Proof by phone: passwords set anew and phones changed with a code that a message brought. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode } from "../../platform/crypto/digest.ts";
import { anyHasher } from "../../platform/crypto/hasher.ts";
import { seal, unseal } from "../../platform/crypto/sealed.ts";
import { isUniqueViolation } from "../../platform/db/client.ts";
import { commit } from "../../platform/db/outbox.ts";
import { attempt, clientOf, countMail } from "../../platform/http/limits.ts";
import { smsEffect } from "../../platform/mail/mail.ts";
import type { Scope } from "../../platform/runtime.ts";
import {
  dropCodes,
  findWaiting,
  guessCode,
  guessWaiting,
  type LiveCode,
  prepareCode,
  spendCode,
} from "./codes.ts";
import { contactParts } from "./contacts.ts";
import { deviceColumns, deviceMarks, deviceSubject } from "./devices.ts";
import { codeSms } from "./mails.ts";
import { findByPhone, findUser } from "./people.ts";
import { issueReset, mailResetLink, resetPasswordHash } from "./recovery.ts";
import { mayRecover } from "./rules.ts";
import { codes, users } from "./tables.ts";

/**
 * Sends a code to a phone, if somebody active has it, with a page that takes it and then activates `password`, which
 * waits sealed until then. Where only an address is proved, a reset link goes there instead.
 */
export async function requestResetSms(scope: Scope, phone: string, password: string): Promise<void> {
  const marks = await deviceMarks(scope);
  const [found] = await scope.db
    .select({ user: users, device: deviceColumns(marks), othersAsked: othersAsked(scope) })
    .from(users)
    .where(eq(users.phone, phone));
  const device = deviceSubject(scope, marks, found?.device);
  await countMail(scope, [phone, ...(device ? [device] : [])].join("|"));
  // Hashed for nobody, too: a watch must not tell who has an account.
  const passwordHash = await anyHasher(scope.runtime.hashers).hash(password);
  if (found && !mayRecover(found.user, "phone")) {
    await mailResetLink(scope, found.user);
    return;
  }
  const [id, code] = [crypto.randomUUID(), randomCode()];
  // Of two who ask at once one may not be the owner: then no page activates what either typed, and only the code counts.
  const isSealed = !found?.othersAsked;
  const url = isSealed ? `${scope.origin}/password_reset_phone/${id}/` : undefined;
  const sealedPassword = isSealed ? await seal(await waitingKey(scope, id, code), passwordHash) : undefined;
  const reset = {
    purpose: "reset_sms",
    id,
    secret: `${found?.user.id ?? 0}:${code}`,
    ...(sealedPassword ? { sealedPassword } : {}),
  } as const;
  await issueReset(scope, found?.user ?? null, reset, (to) =>
    smsEffect(to, codeSms(code, url, scope.locale), code, url),
  );
}

/** A live code that somebody at another address asked for. */
function othersAsked(scope: Scope) {
  return sql`EXISTS (SELECT 1 FROM ${codes} AS c WHERE c.user_id = users.id AND c.purpose = 'reset_sms'
    AND c.expires_at > ${scope.now()} AND c.asked_from <> ${clientOf(scope)})`.mapWith(Boolean);
}

function waitingKey(scope: Scope, id: string, code: string): Promise<CryptoKey> {
  return scope.runtime.keys.sealingKey(`reset:${id}:${code}`);
}

/** The live code that was sent to a phone. A phone of nobody's costs the same statements. */
export async function checkResetSms(scope: Scope, phone: string, code: string): Promise<LiveCode | null> {
  await countGuess(scope);
  const user = await findByPhone(scope, phone);
  const userId = user?.id ?? 0;
  return guessCode(scope, "reset_sms", userId, `${userId}:${code}`);
}

function countGuess(scope: Scope): Promise<void> {
  return attempt(scope, "codeGuess", [{ rate: "codeGuess", subject: clientOf(scope) }]);
}

/** Whether a password waits for its code behind this page's address. */
export async function isResetWaiting(scope: Scope, id: string): Promise<boolean> {
  return (await findWaiting(scope, id)) !== null;
}

/** Activates the password that waits for this code. */
export async function activateReset(
  scope: Scope,
  id: string,
  code: string,
): Promise<"changed" | "wrong" | "dead"> {
  const waiting = await findWaiting(scope, id);
  if (!waiting) return "dead";
  await countGuess(scope);
  if (!(await guessWaiting(scope, "reset_sms", id, `${waiting.userId}:${code}`))) return "wrong";
  const passwordHash = await unseal(await waitingKey(scope, id, code), waiting.sealedPassword);
  return (await resetPasswordHash(scope, waiting, passwordHash)) ? "changed" : "dead";
}

/** What a request for a new phone writes, for the change of an account that it comes with. */
export async function phoneRequest(scope: Scope, userId: number, phone: string) {
  await countMail(scope, `change:${phone}`);
  const code = randomCode();
  const { statement } = await prepareCode(scope, {
    purpose: "change_phone",
    userId,
    secret: `${userId}:${code}`,
    target: phone,
  });
  return {
    also: [dropCodes(scope, userId, "change_phone"), statement],
    effects: [smsEffect(phone, codeSms(code, undefined, scope.locale), code)],
  };
}

/** Takes the new phone for a right code; `session` is the one that asks. */
export async function confirmPhoneChange(
  scope: Scope,
  userId: number,
  session: string,
  secret: string,
): Promise<"changed" | "wrong" | "taken"> {
  const code = await guessCode(scope, "change_phone", userId, `${userId}:${secret}`);
  const user = code && (await findUser(scope, userId));
  if (!user) return "wrong";
  const now = scope.now();
  const contacts = await contactParts(scope, user, { phone: code.target }, true);
  const change = scope.db
    .update(users)
    .set({ phoneVerifiedAt: now, ...contacts.set, updatedAt: now })
    .where(
      and(
        eq(users.id, userId),
        contacts.where,
        sql`EXISTS (SELECT 1 FROM ${codes} WHERE id = ${code.id} AND expires_at > ${now})`,
        sql`EXISTS (SELECT 1 FROM sessions WHERE id = ${session})`,
      ),
    );
  try {
    const rest = [spendCode(scope, code.id), ...contacts.statements];
    return (await commit(scope, change, contacts.effects, rest)) ? "changed" : "wrong";
  } catch (error) {
    if (isUniqueViolation(error, "users.phone")) return "taken";
    throw error;
  }
}
