/** Staff's changes to accounts: their rules and consequences, and the console's actions. */
import { and, eq, isNull, sql } from "drizzle-orm";
import { randomToken } from "../../../platform/crypto/digest.ts";
import { commit } from "../../../platform/db/outbox.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import { recheckEffect } from "../../../platform/realtime/rights/recheck.ts";
import type {
  Audit,
  Change,
  Consequences,
  Statement,
  Subject,
  Values,
} from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { requestResetLink } from "../recovery/password-reset.ts";
import { verificationFor } from "../recovery/verification.ts";
import { requireUsername } from "../refusals.ts";
import { trackRoom } from "../room-names.ts";
import { foldUsername, madeFrom } from "../rules.ts";
import { dropSessions, enforce, revokeEffect } from "../sessions/sessions.ts";
import { profiles, users } from "../tables.ts";
import { changeAccount, deleteAccount } from "./commands.ts";
import { type ChangeParts, type ContactChange, contactParts } from "./contacts.ts";
import { isNotLastAdministrator } from "./powers.ts";
import { findUser } from "./queries.ts";

const OWN_RIGHTS = text("You can't remove your own rights.", "Нельзя лишить прав самого себя.");
const OWN_ACCOUNT = text("You can't delete your own account here.", "Удалить здесь самого себя нельзя.");
const NO_ADDRESS = text(
  "There is no address to which a link may be sent.",
  "Нет адреса, на который можно отправить ссылку.",
);

const NOTHING_TO_VERIFY = {
  email: text("There is no address to verify.", "Подтверждать нечего: адреса нет или он уже подтверждён."),
  phone: text("There is no phone to verify.", "Подтверждать нечего: номера нет или он уже подтверждён."),
};

/** The consequences of a change by staff. Blocking a user or changing their rights signs them out everywhere; new contacts must be verified again. */
export async function consequencesOf(ctx: RequestContext, change: Change): Promise<Consequences> {
  const { before, values, caller } = change;
  const userId = before ? Number(before.id) : null;
  if (userId === caller.userId && (values.is_active === false || values.is_staff === false))
    throw invalid({ non_field_errors: OWN_RIGHTS });
  if (typeof values.username === "string") requireUsername(values.username);
  const contacts = await contactsOf(ctx, userId, values);
  const revocation = userId !== null && losesRights(values) ? { userId } : null;
  return {
    set: {
      ...("username" in values ? nameColumns({ ...before?.row, ...values }) : {}),
      ...contacts.set,
    },
    where: and(contacts.where, endsAdministrator(before, values) ? isNotLastAdministrator() : undefined),
    effects: [
      ...contacts.effects,
      ...(revocation ? [revokeEffect(ctx, revocation)] : []),
      // A blocked account's location is no longer visible to anybody.
      ...(before && values.is_active === false ? [recheckEffect([trackRoom(Number(before.id))])] : []),
    ],
    rest: [
      ...profileOf(ctx, userId, values),
      ...contacts.statements,
      ...(revocation ? [dropSessions(ctx, revocation)] : []),
    ],
    after: async () => revocation && enforce(ctx, revocation),
  };
}

/** The columns that depend on a username: its key, and whether it is hidden from others. */
function nameColumns({ username, email }: Values) {
  const name = String(username);
  const address = typeof email === "string" ? email : null;
  return { usernameKey: foldUsername(name), usernameIsGenerated: madeFrom(name, { email: address }) };
}

/** Two administrators who take each other's rights at once must not leave none. */
const endsAdministrator = (before: Subject | null, values: Values) =>
  Boolean(before?.row.is_staff) && (values.is_active === false || values.is_staff === false);

/** `values` holds only the changed fields. */
const losesRights = (values: Values) =>
  values.is_active === false || values.is_staff === false || values.user_type !== undefined;

/** The consequences for address and phone: a new account gets a verification mail, a change is handled as everywhere (`contacts.ts`). */
async function contactsOf(ctx: RequestContext, userId: number | null, values: Values): Promise<ChangeParts> {
  const { email, phone } = values as ContactChange;
  if (userId !== null) {
    const user = await findUser(ctx, userId);
    if (!user) throw notFound();
    return contactParts(ctx, user, { email, phone });
  }
  if (!email) return { set: {}, where: undefined, statements: [], effects: [] };
  const username = String(values.username);
  const locale = values.locale === "ru" ? "ru" : "en";
  const person = { userId: newUser(username), email, username, locale } as const;
  const { statement, effect } = await verificationFor(ctx, person);
  return { set: {}, where: undefined, statements: [statement], effects: [effect] };
}

/** The id of a new account, as a subquery for the transaction that creates it. */
const newUser = (username: string) =>
  sql<number>`(SELECT id FROM users WHERE username_key = ${foldUsername(username)})`;

/** The statement that writes the profile. Every account has one; it holds the birthday. */
function profileOf(ctx: RequestContext, userId: number | null, values: Values): Statement[] {
  if (userId !== null && !("birthday" in values)) return [];
  const birthday = (values.birthday ?? null) as string | null;
  return [
    ctx.db
      .insert(profiles)
      .values({ userId: userId ?? (newUser(String(values.username)) as never), birthday })
      .onConflictDoUpdate({ target: profiles.userId, set: { birthday } }),
  ];
}

/** Deletes an account. Staff cannot delete their own here. */
export async function removeAccount(
  ctx: RequestContext,
  caller: Caller,
  { id, row }: Subject,
  audit: Audit,
): Promise<boolean> {
  const userId = Number(id);
  if (userId === caller.userId) throw refuse(409, OWN_ACCOUNT);
  const { username, user_type } = row;
  const also = [audit("delete", { username, user_type }, null)];
  return deleteAccount(ctx, userId, { session: caller.sessionId, also });
}

/** Ends one session and closes its sockets. */
export async function removeDevice(
  ctx: RequestContext,
  _: Caller,
  { id, row }: Subject,
  audit: Audit,
): Promise<boolean> {
  const revocation = { userId: Number(row.user), sessionId: id };
  const { user, door } = row;
  return endAll(ctx, revocation, audit("delete", { user, door }, null));
}

async function endAll(
  ctx: RequestContext,
  revocation: Parameters<typeof enforce>[1],
  audit: Statement,
): Promise<boolean> {
  const ended = await commit(ctx, dropSessions(ctx, revocation), [revokeEffect(ctx, revocation)], [audit]);
  await enforce(ctx, revocation);
  return ended !== null;
}

/** Ends all sessions. Without sessions nothing is done and nothing is logged. */
export async function endDevices(
  ctx: RequestContext,
  _: Caller,
  { id }: Subject,
  audit: Audit,
): Promise<null> {
  await endAll(ctx, { userId: Number(id) }, audit("end_sessions", null, null));
  return null;
}

/** Marks an e-mail or a phone as verified, for users who cannot receive the code and proved it otherwise. */
const markVerified =
  (column: "email" | "phone") =>
  async (ctx: RequestContext, _: Caller, { id, row }: Subject, audit: Audit): Promise<null> => {
    const verifiedAt = `${column}VerifiedAt` as const;
    const update = ctx.db
      .update(users)
      .set({ [verifiedAt]: ctx.now() })
      .where(
        and(eq(users.id, Number(id)), eq(users[column], String(row[column])), isNull(users[verifiedAt])),
      );
    const entry = audit(`confirm_${column}`, { [column]: row[column] }, null);
    if (!(await commit(ctx, update, [], [entry]))) throw refuse(409, NOTHING_TO_VERIFY[column]);
    return null;
  };

export const markEmailVerified = markVerified("email");
export const markPhoneVerified = markVerified("phone");

/** Mails a reset link to the account's address. */
export async function sendReset(
  ctx: RequestContext,
  _: Caller,
  { row }: Subject,
  audit: Audit,
): Promise<null> {
  const sent =
    typeof row.email === "string" &&
    (await requestResetLink(ctx, row.email, [audit("send_reset", null, null)]));
  if (!sent) throw refuse(409, NO_ADDRESS);
  return null;
}

/** Sets a temporary password that is shown only once. Every device is signed out; the user must change it at the next sign-in. */
export async function giveTemporaryPassword(
  ctx: RequestContext,
  _: Caller,
  { id }: Subject,
  audit: Audit,
): Promise<{ password: string }> {
  const password = randomToken(12);
  const entry = audit("temporary_password", null, null);
  const changed = await changeAccount(
    ctx,
    Number(id),
    { password, passwordIsTemporary: true },
    {
      also: [entry],
    },
  );
  if (!changed.ok) throw notFound();
  return { password };
}
