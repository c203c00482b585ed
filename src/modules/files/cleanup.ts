/** Scheduled cleanup: abandoned uploads, orphaned rows and objects, metadata in old files. */
import { and, asc, eq, gt, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import { log } from "../../platform/log.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { cleanObject } from "../../platform/storage/pictures/stored.ts";
import { purgeIncoming } from "../../platform/storage/store-upload.ts";
import { FOLDERS, PENDING_LIFETIME } from "./rows.ts";
import { files } from "./tables.ts";

/** Younger objects may belong to a running upload. */
const DAY = 24 * 3600_000;

/** Every minute: deletes uploads that were not finished within the hour. */
export async function purgePendingFiles(ctx: RequestContext): Promise<void> {
  await ctx.db
    .delete(files)
    .where(and(eq(files.status, "pending"), lt(files.createdAt, ctx.now() - PENDING_LIFETIME)));
}

/** Objects per night. Each costs a read and some a write, and the calls of one Worker run are limited. */
const CLEANED_A_NIGHT = 200;
/** Progress is saved after this many objects. */
const CLEANED_AT_ONCE = 20;

/** Nightly: removes metadata from files older than the intake. Each object is handled once; the next night continues. */
export async function cleanFiles(ctx: RequestContext): Promise<number> {
  let looked = 0;
  while (looked < CLEANED_A_NIGHT) {
    const rows = await ctx.db
      .select({ id: files.id, key: files.key })
      .from(files)
      .where(and(eq(files.status, "finished"), isNull(files.cleanedAt)))
      .orderBy(asc(files.id))
      .limit(CLEANED_AT_ONCE);
    if (rows.length === 0) break;
    for (const { key } of rows) await cleanObject(ctx, key);
    const ids = JSON.stringify(rows.map(({ id }) => id));
    await ctx.db
      .update(files)
      .set({ cleanedAt: ctx.now() })
      .where(sql`${files.id} IN (SELECT value FROM json_each(${ids}))`);
    looked += rows.length;
  }
  return looked;
}

/** Nightly: deletes objects without a row and logs finished rows without an object. */
export async function checkFiles(ctx: RequestContext): Promise<{ orphans: number; missing: number[] }> {
  const found = { orphans: 0, missing: [] as number[] };
  await purgeIncoming(ctx, ctx.now() - DAY);
  for (const folder of Object.values(FOLDERS)) {
    const { orphans, missing } = await compare(ctx, `${folder}/`);
    found.orphans += orphans;
    found.missing.push(...missing);
  }
  if (found.orphans > 0) log("warn", "files.orphans", { count: found.orphans });
  if (found.missing.length > 0) {
    log("error", "files.missing", { count: found.missing.length, ids: found.missing.slice(0, 100) });
  }
  return found;
}

/** Compares a folder with the rows of its keys, both in key order, one statement per page. */
async function compare(ctx: RequestContext, folder: string): Promise<{ orphans: number; missing: number[] }> {
  const { bucket } = ctx.runtime;
  const before = ctx.now() - DAY;
  const missing: number[] = [];
  let orphans = 0;
  let after = folder;
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await bucket.list({ prefix: folder, limit: 500, ...(cursor ? { cursor } : {}) });
    const last = page.truncated ? page.objects.at(-1)?.key : undefined;
    const rows = await rowsBetween(ctx, after, last ? lte(files.key, last) : lt(files.key, `${folder}\x7f`));
    const rowKeys = new Set(rows.map(({ key }) => key));
    const objectKeys = new Set(page.objects.map(({ key }) => key));
    for (const { id, key, status, finishedAt } of rows) {
      if (status === "finished" && (finishedAt ?? 0) < before && !objectKeys.has(key)) missing.push(id);
    }
    const lost = page.objects.filter(({ key, uploaded }) => uploaded.getTime() < before && !rowKeys.has(key));
    if (lost.length > 0) await bucket.delete(lost.map(({ key }) => key));
    orphans += lost.length;
    after = last ?? after;
    cursor = page.truncated ? page.cursor : undefined;
    more = page.truncated;
  }
  return { orphans, missing };
}

function rowsBetween(ctx: RequestContext, after: string, until: SQL) {
  return ctx.db
    .select({ id: files.id, key: files.key, status: files.status, finishedAt: files.finishedAt })
    .from(files)
    .where(and(gt(files.key, after), until))
    .orderBy(asc(files.key));
}
