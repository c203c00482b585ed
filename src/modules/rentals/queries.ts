/** Reads car posts: a page by filters, one, its picture. Pictures belong to the files module. */
import { and, asc, count, desc, eq, gte, lte, type SQL, sql } from "drizzle-orm";
import { runBatch } from "../../platform/db/client.ts";
import { selectCounted } from "../../platform/db/counted-rows.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { Listed, Window } from "../../platform/http/lists/paging.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { fileUrl, newestFinished } from "../files/index.ts";
import { fold, mayChangePost } from "./rules.ts";
import { toPostWire } from "./schemas.ts";
import { carPosts } from "./tables.ts";

export type CarPost = typeof carPosts.$inferSelect;

export const ORDERS = [
  "id",
  "-id",
  "created_at",
  "-created_at",
  "price",
  "-price",
  "car_name",
  "-car_name",
] as const;

export type Order = (typeof ORDERS)[number];

export interface PostFilter {
  readonly userId?: number | undefined;
  /** Every word must occur in name, model, location or description. */
  readonly search?: string | undefined;
  readonly fuel?: string | undefined;
  readonly transmission?: string | undefined;
  /** Part of the location. */
  readonly location?: string | undefined;
  /** Hundredths. */
  readonly minPrice?: number | undefined;
  readonly maxPrice?: number | undefined;
  readonly order?: Order | undefined;
}

const COLUMNS = {
  id: carPosts.id,
  created_at: carPosts.createdAt,
  price: carPosts.priceValue,
  car_name: carPosts.carName,
};

/** Two statements in one trip. The order is total, so that no row moves between pages. */
export async function listPosts(
  ctx: RequestContext,
  filter: PostFilter,
  window: Window,
): Promise<Listed<CarPost>> {
  const where = conditions(filter);
  const order = filter.order ?? "id";
  const column = COLUMNS[order.replace("-", "") as keyof typeof COLUMNS];
  const [[counted], rows] = (await runBatch(ctx.db, [
    where
      ? ctx.db.select({ count: count() }).from(carPosts).where(where)
      : selectCounted(ctx.db, "car_posts"),
    ctx.db
      .select()
      .from(carPosts)
      .where(where)
      .orderBy(order.startsWith("-") ? desc(column) : asc(column), asc(carPosts.id))
      .limit(window.limit)
      .offset(window.offset),
  ])) as [{ count: number }[], CarPost[]];
  return { count: counted?.count ?? 0, rows };
}

function conditions(filter: PostFilter): SQL | undefined {
  const words = fold(filter.search)
    .split(/[\s,]+/)
    .filter(Boolean)
    .slice(0, 10);
  return and(
    filter.userId === undefined ? undefined : eq(carPosts.userId, filter.userId),
    filter.fuel === undefined ? undefined : eq(carPosts.fuelKey, fold(filter.fuel)),
    filter.transmission === undefined ? undefined : eq(carPosts.transmissionKey, fold(filter.transmission)),
    filter.location === undefined
      ? undefined
      : sql`instr(${carPosts.locationKey}, ${fold(filter.location)}) > 0`,
    filter.minPrice === undefined ? undefined : gte(carPosts.priceValue, filter.minPrice),
    filter.maxPrice === undefined ? undefined : lte(carPosts.priceValue, filter.maxPrice),
    ...words.map((word) => sql`instr(${carPosts.searchKey}, ${word}) > 0`),
  );
}

export async function findPost(ctx: RequestContext, id: number): Promise<CarPost | null> {
  const [post] = await ctx.db.select().from(carPosts).where(eq(carPosts.id, id));
  return post ?? null;
}

export type PostRefusal = "missing" | "forbidden";

/** The post, if the caller may change it. */
export async function ownPost(
  ctx: RequestContext,
  caller: Caller,
  id: number,
): Promise<CarPost | PostRefusal> {
  const post = await findPost(ctx, id);
  if (!post) return "missing";
  return mayChangePost(post, caller) ? post : "forbidden";
}

/** Adds the addresses of pictures, in one statement. */
export async function pictureUrls(
  ctx: RequestContext,
  posts: readonly CarPost[],
): Promise<Map<number, string>> {
  const files = await newestFinished(
    ctx,
    "car_image",
    posts.map(({ id }) => id),
  );
  const urls = await Promise.all(
    [...files].map(async ([id, file]) => [id, await fileUrl(ctx, file)] as const),
  );
  return new Map(urls);
}

/** The rentals part of an account's export. */
export async function exportPosts(ctx: RequestContext, userId: number): Promise<object> {
  const posts = await ctx.db.select().from(carPosts).where(eq(carPosts.userId, userId)).orderBy(carPosts.id);
  return { car_posts: posts.map(toPostWire) };
}
