/** Avatars: stored, cleaned of metadata and swept. */
import { sql } from "drizzle-orm";
import { preview } from "../../../platform/characters.ts";
import { type FileChange, type FileStore, fileFacts, keyIn } from "../../../platform/resources/files.ts";
import type { Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { deleteObject, storePicture } from "../../../platform/storage/media.ts";
import { cleanObject } from "../../../platform/storage/pictures/stored.ts";
import { profiles, UNCLEANED } from "../tables.ts";
import { profileChange } from "./commands.ts";

/** The side of the square that an avatar fits into, and the maximum size of its source. */
const SMALL = { box: 100, maxBytes: 8 * 1024 * 1024 };

/** Checks a picture, scales it down and stores it. It belongs to nobody until a profile names its key. */
export function storeAvatar(ctx: RequestContext, userId: number, file: File): Promise<string> {
  return storePicture(ctx, `avatars/${userId}`, "avatar", file, SMALL);
}

/** SQL: what the console shows of a user's picture. */
export const avatarFacts = fileFacts(
  sql`(SELECT json_object('key', avatar_key) FROM profiles WHERE user_id = users.id AND avatar_key IS NOT NULL)`,
);

/** How the console replaces and removes a user's picture. It is not scaled down; smaller ones are asked for by `?w=`. */
export const avatarStore: FileStore = {
  accepted: "pictures",
  async store(ctx, _caller, subject, file) {
    const key = await storePicture(ctx, `avatars/${subject.id}`, "file", file);
    return { ...avatarChange(ctx, subject, key), stored: { name: preview(file.name, 255), at: ctx.now() } };
  },
  remove: (ctx, subject) => avatarChange(ctx, subject, null),
};

function avatarChange(ctx: RequestContext, { id, row }: Subject, avatarKey: string | null): FileChange {
  const former = keyIn(row.avatar);
  return {
    rest: profileChange(ctx, Number(id), { avatarKey }),
    effects: former ? [deleteObject(former)] : [],
  };
}

/** How many pictures a night's run cleans, and how many between saves of its progress. */
const [CLEANED_A_NIGHT, CLEANED_AT_ONCE] = [200, 20];

/** Nightly: removes metadata from pictures stored before the intake did so. Each is handled once; the next night continues. */
export async function cleanAvatars(ctx: RequestContext): Promise<number> {
  let looked = 0;
  while (looked < CLEANED_A_NIGHT) {
    const rows = await ctx.db
      .select({ userId: profiles.userId, key: profiles.avatarKey })
      .from(profiles)
      .where(UNCLEANED)
      .orderBy(profiles.userId)
      .limit(CLEANED_AT_ONCE);
    if (rows.length === 0) break;
    for (const { key } of rows) if (key) await cleanObject(ctx, key);
    const keys = JSON.stringify(rows.map(({ key }) => key));
    await ctx.db
      .update(profiles)
      .set({ cleanedAvatarKey: profiles.avatarKey })
      .where(sql`${UNCLEANED} AND ${profiles.avatarKey} IN (SELECT value FROM json_each(${keys}))`);
    looked += rows.length;
  }
  return looked;
}

/** Nightly: deletes pictures older than a day that no profile names. */
export async function sweepAvatars(ctx: RequestContext): Promise<void> {
  const { bucket } = ctx.runtime;
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: "avatars/", limit: 500, ...(cursor ? { cursor } : {}) });
    const keys = page.objects
      .filter(({ uploaded }) => uploaded.getTime() < ctx.now() - DAY)
      .map(({ key }) => key);
    const named = await ctx.db
      .select({ key: profiles.avatarKey })
      .from(profiles)
      .where(sql`${profiles.avatarKey} IN (SELECT value FROM json_each(${JSON.stringify(keys)}))`);
    const kept = new Set(named.map(({ key }) => key));
    const orphans = keys.filter((key) => !kept.has(key));
    if (orphans.length > 0) await bucket.delete(orphans);
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
}

const DAY = 24 * 3600_000;
