/** An account's address and phone changed, whoever changes them: what is written beside the column, and how it is undone. */
import { and, eq, gt, gte, lt, type SQL, sql } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";
import { randomToken } from "../../platform/crypto/digest.ts";
import { commit, type Effect } from "../../platform/db/outbox.ts";
import { countMail } from "../../platform/http/limits.ts";
import type { Scope } from "../../platform/runtime.ts";
import { dropCodes, dropResets } from "./codes.ts";
import { forgetDevices } from "./devices.ts";
import { contactChanged, undoOffer } from "./letters.ts";
import type { User } from "./people.ts";
import { isTrusted } from "./rules.ts";
import { dropSessions, enforce, revokeEffect } from "./sessions.ts";
import { formerContacts, users } from "./tables.ts";
import { verificationFor } from "./verification.ts";

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
  scope: Scope,
  before: User,
  change: ContactChange,
  proved = false,
): Promise<ChangeParts> {
  const kinds = (["email", "phone"] as const).filter(
    (kind) => change[kind] !== undefined && change[kind] !== before[kind],
  );
  if (kinds.length === 0) return { set: {}, where: undefined, statements: [], effects: [] };
  const former = await formerOf(scope, before.id);
  const parts = await Promise.all(
    kinds.map((kind) => onePart(scope, before, kind, change[kind] ?? null, former, proved)),
  );
  return {
    set: Object.assign({}, ...parts.map(({ set }) => set)),
    where: and(...parts.map(({ where }) => where)),
    statements: [...parts.flatMap(({ statements }) => statements), dropResets(scope, before.id)],
    effects: parts.flatMap(({ effects }) => effects),
  };
}

type Former = typeof formerContacts.$inferSelect;

async function onePart(
  scope: Scope,
  before: User,
  kind: Contact,
  value: string | null,
  former: readonly Former[],
  proved: boolean,
): Promise<ChangeParts> {
  const own = former.find((each) => each.kind === kind && each.value === value);
  const verifiedAt = own ? own.verifiedAt : proved ? scope.now() : null;
  const isChanged = own ? own.isChanged : value !== null;
  // Who returns takes the change back: what came after it can't be brought up again.
  const left = own
    ? { statements: [dropSince(scope, own)], effects: [] }
    : await leave(scope, before, kind, value, former);
  const proof =
    kind === "email" && value && verifiedAt === null ? await askForProof(scope, before, value) : null;
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

async function askForProof(scope: Scope, { id, username }: User, email: string) {
  return verificationFor(scope, { userId: id, email, username, locale: scope.locale });
}

/**
 * Keeps the former address or phone for 7 days and tells it. One that was never its owner's for sure is not kept and
 * not told: a change could name anybody's.
 */
async function leave(
  scope: Scope,
  before: User,
  kind: Contact,
  value: string | null,
  former: readonly Former[],
) {
  const old = before[kind];
  const elsewhere = contactChanged(scope, before, kind, emailsOf(former));
  if (!old || !isTrusted(before, kind)) return { statements: [], effects: elsewhere };
  const secret = randomToken();
  const now = scope.now();
  const keep = scope.db.insert(formerContacts).values({
    id: crypto.randomUUID(),
    userId: before.id,
    kind,
    value: old,
    verifiedAt: kind === "email" ? before.emailVerifiedAt : before.phoneVerifiedAt,
    isChanged: kind === "email" ? before.emailIsChanged : before.phoneIsChanged,
    secretHash: await undoHash(scope, secret),
    createdAt: now,
    expiresAt: now + UNDO,
  });
  const url = `${scope.origin}/account-undo/${secret}/`;
  const more = kind === "phone" ? elsewhere : [];
  return { statements: [keep], effects: [undoOffer(before, kind, value, url), ...more] };
}

function undoHash(scope: Scope, secret: string): Promise<string> {
  return scope.runtime.keys.hmac("undo", secret);
}

/** What an account had within the last 7 days. */
export async function formerOf(scope: Scope, userId: number): Promise<Former[]> {
  return scope.db
    .select()
    .from(formerContacts)
    .where(and(eq(formerContacts.userId, userId), gt(formerContacts.expiresAt, scope.now())));
}

export const emailsOf = (former: readonly Former[]) =>
  former.filter(({ kind }) => kind === "email").map(({ value }) => value);

/** A former address or phone and every later one of the same kind. */
function dropSince(scope: Scope, { userId, kind, createdAt }: Former) {
  return scope.db
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
export async function findUndo(scope: Scope, secret: string): Promise<Former | null> {
  const [row] = await scope.db
    .select()
    .from(formerContacts)
    .where(
      and(
        eq(formerContacts.secretHash, await undoHash(scope, secret)),
        gt(formerContacts.expiresAt, scope.now()),
      ),
    );
  return row ?? null;
}

/** Gives the account its former address or phone back and ends all its sessions. False when the link is dead. */
export async function undoChange(scope: Scope, secret: string): Promise<boolean> {
  const former = await findUndo(scope, secret);
  if (!former) return false;
  const { id, userId, kind, value, verifiedAt, isChanged } = former;
  const revocation = { userId };
  const spend = scope.db
    .delete(formerContacts)
    .where(and(eq(formerContacts.id, id), gt(formerContacts.expiresAt, scope.now())));
  const restore = scope.db
    .update(users)
    .set({ ...stateOf(kind, value, verifiedAt, isChanged), updatedAt: scope.now() })
    .where(eq(users.id, userId));
  const done = await commit(
    scope,
    spend,
    [revokeEffect(scope, revocation)],
    [
      dropSince(scope, former),
      restore,
      dropSessions(scope, revocation),
      dropResets(scope, userId),
      dropCodes(scope, userId, kind === "email" ? "verify_email" : "change_phone"),
      forgetDevices(scope, userId),
    ],
  );
  if (done) await enforce(scope, revocation);
  return done !== null;
}

/** Whether somebody else has this phone, or can still take it back. */
export async function isPhoneTaken(scope: Scope, phone: string, userId: number): Promise<boolean> {
  const [row] = await scope.db.all(sql`SELECT 1 FROM ${users} WHERE phone = ${phone} AND id <> ${userId}
    UNION ALL SELECT 1 FROM ${formerContacts} WHERE value = ${phone} AND kind = 'phone' AND user_id <> ${userId}
      AND expires_at > ${scope.now()}`);
  return row !== undefined;
}

/** Counts a letter to an address that a change puts on an account, before anything is written. */
export async function countNewAddress(scope: Scope, email: string): Promise<void> {
  await countMail(scope, `verify:${email}`);
}

export async function purgeFormerContacts(scope: Scope): Promise<void> {
  await scope.db.delete(formerContacts).where(lt(formerContacts.expiresAt, scope.now()));
}
