/** The console's part of an account's export: the views that the person saved. */
import { eq } from "drizzle-orm";
import type { RequestContext } from "../../platform/runtime.ts";
import { savedViews } from "./tables.ts";

export async function exportSavedViews(ctx: RequestContext, userId: number): Promise<object> {
  const views = await ctx.db.select().from(savedViews).where(eq(savedViews.authorId, userId));
  return { saved_views: views.map(({ authorId: _, ...view }) => view) };
}
