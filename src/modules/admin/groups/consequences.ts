/**
 * Rules for groups, and what a change of them ends. Members who lose a right, or whose group takes the place of their
 * role, are signed out everywhere, as staff are who lose their role.
 */
import { eq, sql } from "drizzle-orm";
import { invalid, notFound, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Change, Consequences, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { dropSessions, enforce, findUser, powersOf, revokeEffect } from "../../identity/index.ts";
import { staffGroupMembers } from "../tables.ts";

const ONESELF = text("You can't put yourself into a group.", "Нельзя добавить в группу самого себя.");
const NO_STAFF = text(
  "Only staff and operators can be in a group.",
  "В группу можно добавить только персонал и операторов.",
);
const FULL = text("A group has at most 100 members.", "В группе не больше 100 участников.");
const HAS_MEMBERS = text(
  "Remove the members first: staff without a group have all rights.",
  "Сначала уберите участников: персонал без группы имеет все права.",
);

/** Members of a group; all of them are signed out in one transaction. */
const MOST = 100;

/** The ids of a group's members, as JSON in their order. */
const memberList = (groupId: number) =>
  sql<string>`(SELECT json_group_array(user_id) FROM (SELECT user_id FROM staff_group_members WHERE group_id = ${groupId} ORDER BY user_id))`;

/** What the transaction of a change adds so that nobody keeps a right on a socket or in a session. */
function signingOut(ctx: RequestContext, userIds: readonly number[]): Consequences {
  const revocations = userIds.map((userId) => ({ userId }));
  return {
    effects: revocations.map((revocation) => revokeEffect(ctx, revocation)),
    rest: revocations.map((revocation) => dropSessions(ctx, revocation)),
    after: () => Promise.all(revocations.map((revocation) => enforce(ctx, revocation))),
  };
}

/** Rights that are taken away end at once. Rights that are given are there with the next request. */
export async function groupConsequences(
  ctx: RequestContext,
  { before, values }: Change,
): Promise<Consequences> {
  if (!before || values.rights === undefined) return {};
  const given = new Set(values.rights as readonly string[]);
  const former = before.row.rights as readonly string[];
  if (former.every((right) => given.has(right))) return {};
  const [row] = await ctx.db.all<{ ids: string }>(sql`SELECT ${memberList(Number(before.id))} AS ids`);
  const ids = row?.ids ?? "[]";
  const members = JSON.parse(ids) as number[];
  return { ...signingOut(ctx, members), where: sql`${memberList(Number(before.id))} = ${ids}` };
}

export async function groupRemoval(ctx: RequestContext, { id }: Subject): Promise<Omit<Consequences, "set">> {
  const members = await ctx.db.$count(staffGroupMembers, eq(staffGroupMembers.groupId, Number(id)));
  if (members > 0) throw refuse(409, HAS_MEMBERS);
  return {};
}

export async function memberConsequences(
  ctx: RequestContext,
  { caller, values }: Change,
): Promise<Consequences> {
  const userId = Number(values.user);
  if (userId === caller.userId) throw invalid({ user: ONESELF });
  const user = await findUser(ctx, userId);
  if (!user) throw notFound();
  const { isStaff, userType } = powersOf({ ...user, groupRights: null });
  if (!isStaff && userType !== "OPERATOR") throw invalid({ user: NO_STAFF });
  const others = sql`SELECT count(*) FROM staff_group_members WHERE group_id = ${Number(values.group)}`;
  return {
    ...signingOut(ctx, [userId]),
    room: { condition: sql`(${others}) < ${MOST}`, refusal: invalid({ group: FULL }) },
  };
}

export async function memberRemoval(
  ctx: RequestContext,
  { row }: Subject,
): Promise<Omit<Consequences, "set">> {
  return signingOut(ctx, [Number(row.user)]);
}
