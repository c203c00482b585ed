/** Changes a phone: a code goes to the new one, and the change is made with that code. */
import { and, eq, sql } from "drizzle-orm";
import { randomCode } from "../../../platform/crypto/digest.ts";
import { isUniqueViolation } from "../../../platform/db/client.ts";
import { commit } from "../../../platform/db/outbox.ts";
import { countMail } from "../../../platform/http/limits/rate-limits.ts";
import { smsEffect } from "../../../platform/mail/mail.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { contactParts } from "../accounts/contacts.ts";
import { findUser } from "../accounts/queries.ts";
import { codeSms } from "../mail/templates.ts";
import { codes, users } from "../tables.ts";
import { dropCodes, prepareCode, spendCode, tryCode } from "./codes.ts";

/** Prepares the code that verifies a new phone, for the transaction that changes the account. */
export async function phoneRequest(ctx: RequestContext, userId: number, phone: string) {
  await countMail(ctx, `change:${phone}`);
  const code = randomCode();
  const { statement } = await prepareCode(ctx, {
    purpose: "change_phone",
    userId,
    secret: `${userId}:${code}`,
    target: phone,
  });
  return {
    also: [dropCodes(ctx, userId, "change_phone"), statement],
    effects: [smsEffect(phone, codeSms(code, undefined, ctx.locale), code)],
  };
}

/** Changes the phone if the code is right; `session` is the requesting session. */
export async function confirmPhoneChange(
  ctx: RequestContext,
  userId: number,
  session: string,
  secret: string,
): Promise<"changed" | "wrong" | "taken"> {
  const code = await tryCode(ctx, "change_phone", userId, `${userId}:${secret}`);
  const user = code && (await findUser(ctx, userId));
  if (!user) return "wrong";
  const now = ctx.now();
  const contacts = await contactParts(ctx, user, { phone: code.target }, true);
  const change = ctx.db
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
    const rest = [spendCode(ctx, code.id), ...contacts.statements];
    return (await commit(ctx, change, contacts.effects, rest)) ? "changed" : "wrong";
  } catch (error) {
    if (isUniqueViolation(error, "users.phone")) return "taken";
    throw error;
  }
}
