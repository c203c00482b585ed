/** An account's address and phone changed, whoever changes them: what is written beside the column, and how it is undone. */
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

/** How long a change can be taken back, in ms. */
const UNDO = 7 * 24 * 3600_000;

/** What changes, in its stored form; null takes it away. */
export interface ContactChange {
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** What a change of an account adds to its own update. */
export interface ChangeParts {
  readonly set: Partial<typeof users.$inferInsert>;
  /** The account still has what it had when this was prepared. */
  readonly where: SQL | undefined;
  readonly statements: readonly BatchItem<"sqlite">[];
  readonly effects: readonly Effect[];
}

/**
 * Everything that belongs to a new address or phone: it is unproved (`proved`: a code was read there), asks for its
 * proof by mail, voids what was sent to reset a password, and the former one is told and can take it back for 7 days.
 * Who returns to a former one gets it as it was. Refuses with 429 when one address is written to too often.
 */
export async function contactParts(
  ctx: RequestContext,
  before: User,
  change: ContactChange,
  proved = false,
): Promise<ChangeParts> {
  const kinds = (["email", "phone"] as const).filter(
    (kind) => change[kind] !== undefined && change[kind] !== before[kind],
  );
  if (kinds.length === 0) return { set: {}, where: undefined, statements: [], effects: [] };
  const former = await formerOf(ctx, before.id);
  const parts = await Promise.all(
    kinds.map((kind) => onePart(ctx, before, kind, change[kind] ?? null, former, proved)),
  );
  return {
    set: Object.assign({}, ...parts.map(({ set }) => set)),
    where: and(...parts.map(({ where }) => where)),
    statements: [...parts.flatMap(({ statements }) => statements), dropResets(ctx, before.id)],
    effects: parts.flatMap(({ effects }) => effects),
  };
}

type Former = typeof formerContacts.$inferSelect;

async function onePart(
  ctx: RequestContext,
  before: User,
  kind: Contact,
  value: string | null,
  former: readonly Former[],
  proved: boolean,
): Promise<ChangeParts> {
  const own = former.find((each) => each.kind === kind && each.value === value);
  const verifiedAt = own ? own.verifiedAt : proved ? ctx.now() : null;
  const isChanged = own ? own.isChanged : value !== null;
  // Who returns takes the change back: what came after it can't be brought up again.
  const left = own
    ? { statements: [dropSince(ctx, own)], effects: [] }
    : await leave(ctx, before, kind, value, former);
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
 * Keeps the former address or phone for 7 days and tells it. One that was never its owner's for sure is not kept and
 * not told: a change could name anybody's.
 */
async function leave(
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
    expiresAt: now + UNDO,
  });
  const url = `${ctx.origin}/account-undo/${secret}/`;
  const more = kind === "phone" ? elsewhere : [];
  return { statements: [keep], effects: [undoOffer(before, kind, value, url), ...more] };
}

function undoHash(ctx: RequestContext, secret: string): Promise<string> {
  return ctx.runtime.keys.hmac("undo", secret);
}

/** What an account had within the last 7 days. */
export async function formerOf(ctx: RequestContext, userId: number): Promise<Former[]> {
  return ctx.db
    .select()
    .from(formerContacts)
    .where(and(eq(formerContacts.userId, userId), gt(formerContacts.expiresAt, ctx.now())));
}

export const emailsOf = (former: readonly Former[]) =>
  former.filter(({ kind }) => kind === "email").map(({ value }) => value);

/** A former address or phone and every later one of the same kind. */
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

/** The change that a mailed link takes back; null when the link is wrong, old or used. Spends nothing. */
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

/** Gives the account its former address or phone back and ends all its sessions. False when the link is dead. */
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

/** Whether somebody else has this phone, or can still take it back. */
export async function isPhoneTaken(ctx: RequestContext, phone: string, userId: number): Promise<boolean> {
  const [row] = await ctx.db.all(sql`SELECT 1 FROM ${users} WHERE phone = ${phone} AND id <> ${userId}
    UNION ALL SELECT 1 FROM ${formerContacts} WHERE value = ${phone} AND kind = 'phone' AND user_id <> ${userId}
      AND expires_at > ${ctx.now()}`);
  return row !== undefined;
}

/** Counts a letter to an address that a change puts on an account, before anything is written. */
export async function countNewAddress(ctx: RequestContext, email: string): Promise<void> {
  await countMail(ctx, `verify:${email}`);
}

export async function purgeFormerContacts(ctx: RequestContext): Promise<void> {
  await ctx.db.delete(formerContacts).where(lt(formerContacts.expiresAt, ctx.now()));
}
