/** Creates, changes and deletes car posts. Pictures belong to the files module. */
import { and, eq, getTableColumns, sql } from "drizzle-orm";
import { auditEntry } from "../../platform/db/audit.ts";
import { fixedText } from "../../platform/db/fixed-text.ts";
import { updateOptimistically } from "../../platform/db/optimistic.ts";
import { commit } from "../../platform/db/outbox.ts";
import type { Caller } from "../../platform/http/caller.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { dropFiles, keepFile, storeFile } from "../files/index.ts";
import { type CarPost, findPost } from "./queries.ts";
import { fold, priceValue } from "./rules.ts";
import { carPosts } from "./tables.ts";

/** The owner's facts about a car. */
export type PostFacts = Omit<
  CarPost,
  "id" | "userId" | "createdAt" | "priceValue" | "searchKey" | "fuelKey" | "transmissionKey" | "locationKey"
>;

/** Creates a post with an optional picture. The picture is stored first; the rows are one transaction. */
export async function addPost(
  ctx: RequestContext,
  userId: number,
  facts: PostFacts,
  picture: File | null,
): Promise<CarPost> {
  const subject = { ownerId: userId, purpose: "car_image", subjectId: null } as const;
  const stored = picture && (await storeFile(ctx, subject, "image", picture));
  const insert = newPost({ ...facts, ...keysOf(facts), userId, createdAt: ctx.now() });
  const rows = await commit(ctx, insert, [], stored ? keepFile(ctx, stored, NEW_POST) : []);
  const post = rows?.[0];
  if (!post) throw new Error("the new post has no row");
  return post;
}

const newPost = fixedText<Omit<CarPost, "id">, CarPost[]>((db, value) => {
  const names = Object.keys(getTableColumns(carPosts)).filter((name) => name !== "id");
  const values = Object.fromEntries(names.map((name) => [name, value(name as keyof Omit<CarPost, "id">)]));
  return db
    .insert(carPosts)
    .values(values as unknown as typeof carPosts.$inferInsert)
    .returning();
});

/** SQL: the id of the post just inserted in this transaction. */
const NEW_POST = sql`(SELECT seq FROM sqlite_sequence WHERE name = 'car_posts')`;

/** Changes the given fields; a new picture replaces the old one in the same transaction. */
export async function changePost(
  ctx: RequestContext,
  caller: Caller,
  post: CarPost,
  change: Partial<PostFacts>,
  picture: File | null,
): Promise<CarPost | null> {
  const subject = { ownerId: post.userId, purpose: "car_image", subjectId: post.id } as const;
  const stored = picture && (await storeFile(ctx, subject, "image", picture));
  const write = async (before: CarPost) => {
    const keys = changedKeys(before, change);
    const update = ctx.db
      .update(carPosts)
      // An UPDATE must set something; a new picture alone changes no column.
      .set({ id: post.id, ...change, ...keys })
      .where(and(eq(carPosts.id, post.id), keys.searchKey === undefined ? undefined : sameTexts(before)))
      .returning();
    const rows = await commit(
      ctx,
      update,
      [],
      [...(stored ? keepFile(ctx, stored) : []), ...audit(ctx, caller, "car_post.change", before, change)],
    );
    return rows?.[0] ?? null;
  };
  return updateOptimistically(() => findPost(ctx, post.id), write, post);
}

/** SQL condition: the columns that search keys are made from are as they were read. */
const sameTexts = (post: CarPost) =>
  and(...KEY_SOURCES.searchKey.map((name) => sql`${carPosts[name]} IS ${post[name]}`));

/** Deletes a post and its picture. False when there was none. */
export async function removePost(ctx: RequestContext, caller: Caller, post: CarPost): Promise<boolean> {
  const remove = ctx.db.delete(carPosts).where(eq(carPosts.id, post.id));
  const done = await commit(
    ctx,
    remove,
    [],
    [dropFiles(ctx, "car_image", [post.id]), ...audit(ctx, caller, "car_post.delete", post, null)],
  );
  return done !== null;
}

/** The audit row when staff acts on another person's post. */
function audit(ctx: RequestContext, caller: Caller, action: string, before: CarPost, after: object | null) {
  if (before.userId === caller.userId) return [];
  return [auditEntry(ctx, caller, { action, subject: `car_post:${before.id}`, before, after })];
}

export function keysOf(
  facts: Pick<
    PostFacts,
    "carName" | "model" | "location" | "description" | "price" | "fuel" | "transmission"
  >,
) {
  return {
    priceValue: priceValue(facts.price),
    searchKey: [facts.carName, facts.model, facts.location, facts.description].map(fold).join(" "),
    fuelKey: fold(facts.fuel),
    transmissionKey: fold(facts.transmission),
    locationKey: fold(facts.location),
  };
}

/** The columns that each search key is made from. */
const KEY_SOURCES = {
  priceValue: ["price"],
  searchKey: ["carName", "model", "location", "description"],
  fuelKey: ["fuel"],
  transmissionKey: ["transmission"],
  locationKey: ["location"],
} as const satisfies Record<keyof ReturnType<typeof keysOf>, readonly (keyof PostFacts)[]>;

/** Only the search keys that a change affects. */
function changedKeys(post: CarPost, change: Partial<PostFacts>): Partial<ReturnType<typeof keysOf>> {
  const keys = keysOf({ ...post, ...change });
  const moved = Object.entries(KEY_SOURCES).filter(([, sources]) =>
    sources.some((name) => change[name] !== undefined),
  );
  return Object.fromEntries(moved.map(([key]) => [key, keys[key as keyof typeof keys]]));
}
