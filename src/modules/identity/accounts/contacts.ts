/** Changes of an account's address and phone, by its owner or by staff: their consequences, and how they are undone. */
import { and, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { commit, type Effect } from "../../../platform/db/outbox.ts";
import { countMail } from "../../../platform/http/limits/rate-limits.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { contactChanged, undoOffer } from "../mail/notices.ts";
import { dropCodes, dropResets } from "../recovery/codes.ts";
import { verificationFor } from "../recovery/verification.ts";
import { isTrusted } from "../rules.ts";
import { forgetDevices } from "../sessions/devices.ts";
import { dropSessions, enforce, revokeEffect } from "../sessions/sessions.ts";
import { formerContacts, users } from "../tables.ts";
import type { User } from "./queries.ts";

export type Contact = "email" | "phone";

/** How long a change can be undone, in ms. */
const UNDO_MS = 7 * 24 * 3600_000;

/** The new contacts in their stored form; null removes one. */
export interface ContactChange {
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** The parts that a change of contacts adds to the update of an account. */
export interface ChangeParts {
  readonly set: Partial<typeof users.$inferInsert>;
  /** Holds while the account's contact is the one read before the change. */
  readonly where: SQL | undefined;
  readonly statements: readonly BatchItem<"sqlite">[];
  readonly effects: readonly Effect[];
}

/**
 * The consequences of a new address or phone. It is unverified (unless `verified`: a code sent to it was entered), gets a
 * verification mail, and voids pending password resets. The former contact is notified and can undo the change for 7
 * days. Returning to a former contact restores its state. Refuses with 429 if an address gets too many mails.
 */
export async function contactParts(
  ctx: RequestContext,
  before: User,
  change: ContactChange,
  verified = false,
): Promise<ChangeParts> {
  const kinds = (["email", "phone"] as const).filter(
    (kind) => change[kind] !== undefined && change[kind] !== before[kind],
  );
  if (kinds.length === 0) return { set: {}, where: undefined, statements: [], effects: [] };
  const former = await formerOf(ctx, before.id);
  const parts = await Promise.all(
    kinds.map((kind) => changeOf(ctx, before, kind, change[kind] ?? null, former, verified)),
  );
  return {
    set: Object.assign({}, ...parts.map(({ set }) => set)),
    where: and(...parts.map(({ where }) => where)),
    statements: [...parts.flatMap(({ statements }) => statements), dropResets(ctx, before.id)],
    effects: parts.flatMap(({ effects }) => effects),
  };
}

type Former = typeof formerContacts.$inferSelect;

async function changeOf(
  ctx: RequestContext,
  before: User,
  kind: Contact,
  value: string | null,
  former: readonly Former[],
  verified: boolean,
): Promise<ChangeParts> {
  const own = former.find((each) => each.kind === kind && each.value === value);
  const verifiedAt = own ? own.verifiedAt : verified ? ctx.now() : null;
  const isChanged = own ? own.isChanged : value !== null;
  // Returning to a former contact undoes the change, so later contacts can no longer be restored.
  const left = own
    ? { statements: [dropSince(ctx, own)], effects: [] }
    : await keepFormer(ctx, before, kind, value, former);
  const proof =
    kind === "email" && value && verifiedAt === null ? await requestVerification(ctx, before, value) : null;
  return {
    set: stateOf(kind, value, verifiedAt, isChanged),
    where: sql`${users[kind]} IS ${before[kind]}`,
    statements: [...left.statements, ...(proof ? [proof.statement] : [])],
    effects: [...left.effects, ...(proof ? [proof.effect] : [])],
  };
}

function stateOf(kind: Contact, value: string | null, verifiedAt: number | null, isChanged: boolean) {
  return kind === "email"
    ? { email: value, emailVerifiedAt: verifiedAt, emailIsChanged: isChanged }
    : { phone: value, phoneVerifiedAt: verifiedAt, phoneIsChanged: isChanged };
}

async function requestVerification(ctx: RequestContext, { id, username }: User, email: string) {
  return verificationFor(ctx, { userId: id, email, username, locale: ctx.locale });
}

/**
 * Keeps the former address or phone for 7 days and notifies it. A contact that may not have been the owner's is neither
 * kept nor notified, because anybody's contact can be entered.
 */
async function keepFormer(
  ctx: RequestContext,
  before: User,
  kind: Contact,
  value: string | null,
  former: readonly Former[],
) {
  const old = before[kind];
  const elsewhere = contactChanged(ctx, before, kind, emailsOf(former));
  if (!old || !isTrusted(before, kind)) return { statements: [], effects: elsewhere };
  const secret = randomToken();
  const now = ctx.now();
  const keep = ctx.db.insert(formerContacts).values({
    id: crypto.randomUUID(),
    userId: before.id,
    kind,
    value: old,
    verifiedAt: kind === "email" ? before.emailVerifiedAt : before.phoneVerifiedAt,
    isChanged: kind === "email" ? before.emailIsChanged : before.phoneIsChanged,
    secretHash: await undoHash(ctx, secret),
    createdAt: now,
    expiresAt: now + UNDO_MS,
  });
  const url = `${ctx.origin}/account-undo/${secret}/`;
  const more = kind === "phone" ? elsewhere : [];
  return { statements: [keep], effects: [undoOffer(before, kind, value, url), ...more] };
}

function undoHash(ctx: RequestContext, secret: string): Promise<string> {
  return ctx.runtime.keys.hmac("undo", secret);
}

/** The contacts that an account had within the last 7 days. */
export async function formerOf(ctx: RequestContext, userId: number): Promise<Former[]> {
  return ctx.db
    .select()
    .from(formerContacts)
    .where(and(eq(formerContacts.userId, userId), gt(formerContacts.expiresAt, ctx.now())));
}

export const emailsOf = (former: readonly Former[]) =>
  former.filter(({ kind }) => kind === "email").map(({ value }) => value);

/** Deletes a former contact and every later one of the same kind. */
function dropSince(ctx: RequestContext, { userId, kind, createdAt }: Former) {
  return ctx.db
    .delete(formerContacts)
    .where(
      and(
        eq(formerContacts.userId, userId),
        eq(formerContacts.kind, kind),
        gte(formerContacts.createdAt, createdAt),
      ),
    );
}

/** The change that a link undoes; null if the link is wrong, expired or used. Does not use up the link. */
export async function findUndo(ctx: RequestContext, secret: string): Promise<Former | null> {
  const [row] = await ctx.db
    .select()
    .from(formerContacts)
    .where(
      and(
        eq(formerContacts.secretHash, await undoHash(ctx, secret)),
        gt(formerContacts.expiresAt, ctx.now()),
      ),
    );
  return row ?? null;
}

/** Restores the former address or phone and ends all sessions. False if the link is no longer valid. */
export async function undoChange(ctx: RequestContext, secret: string): Promise<boolean> {
  const former = await findUndo(ctx, secret);
  if (!former) return false;
  const { id, userId, kind, value, verifiedAt, isChanged } = former;
  const revocation = { userId };
  const spend = ctx.db
    .delete(formerContacts)
    .where(and(eq(formerContacts.id, id), gt(formerContacts.expiresAt, ctx.now())));
  const restore = ctx.db
    .update(users)
    .set({ ...stateOf(kind, value, verifiedAt, isChanged), updatedAt: ctx.now() })
    .where(eq(users.id, userId));
  const done = await commit(
    ctx,
    spend,
    [revokeEffect(ctx, revocation)],
    [
      dropSince(ctx, former),
      restore,
      dropSessions(ctx, revocation),
      dropResets(ctx, userId),
      dropCodes(ctx, userId, kind === "email" ? "verify_email" : "change_phone"),
      forgetDevices(ctx, userId),
    ],
  );
  if (done) await enforce(ctx, revocation);
  return done !== null;
}

/** Whether another account has this phone or can still restore it. */
export async function isPhoneTaken(ctx: RequestContext, phone: string, userId: number): Promise<boolean> {
  const [row] = await ctx.db.all(sql`SELECT 1 FROM ${users} WHERE phone = ${phone} AND id <> ${userId}
    UNION ALL SELECT 1 FROM ${formerContacts} WHERE value = ${phone} AND kind = 'phone' AND user_id <> ${userId}
      AND expires_at > ${ctx.now()}`);
  return row !== undefined;
}

/** Counts the mail to a new address against its limit, before anything is written. */
export async function countNewAddress(ctx: RequestContext, email: string): Promise<void> {
  await countMail(ctx, `verify:${email}`);
}

export async function purgeFormerContacts(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(formerContacts).where(lt(formerContacts.expiresAt, ctx.now()));
}
