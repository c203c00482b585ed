/** The console's part of an account's export: saved views, and groups of staff. */
import { eq } from "drizzle-orm";
import type { RequestContext } from "../../platform/runtime.ts";
import { savedViews, staffGroupMembers, staffGroups } from "./tables.ts";

export async function exportSavedViews(ctx: RequestContext, userId: number): Promise<object> {
  const views = await ctx.db.select().from(savedViews).where(eq(savedViews.authorId, userId));
  return { saved_views: views.map(({ authorId: _, ...view }) => view) };
}

/** The groups in which the person is. */
export async function exportGroups(ctx: RequestContext, userId: number): Promise<object> {
  const groups = await ctx.db
    .select({ name: staffGroups.name, rights: staffGroups.rights, since: staffGroupMembers.createdAt })
    .from(staffGroupMembers)
    .innerJoin(staffGroups, eq(staffGroups.id, staffGroupMembers.groupId))
    .where(eq(staffGroupMembers.userId, userId));
  return { staff_groups: groups };
}
