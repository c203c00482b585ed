/**
 * Measures by night how much is stored: the database's size, the rows of the tables that are counted, and the objects of
 * each folder of the bucket. A night reads a bounded number of pages of the bucket; a large folder takes several nights.
 */
import { sql } from "drizzle-orm";
import { countedRows } from "../../../platform/db/tables.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { storageUse } from "../tables.ts";

/** Pages of a thousand objects that one night reads in all. */
const PAGES = 100;
const PAGE = 1000;

/** Folders that are not seen because the bucket has more of them than a page shows. */
const MOST_FOLDERS = 100;

export async function measureStorage(ctx: RequestContext): Promise<void> {
  await measureDatabase(ctx);
  await measureFolders(ctx);
}

async function measureDatabase(ctx: RequestContext): Promise<void> {
  const now = ctx.now();
  // The size comes with every answer of the database.
  const { meta } = await ctx.runtime.database.prepare("SELECT 1").run();
  const counts = await ctx.db.select().from(countedRows);
  const facts = [
    { name: "database", kind: "database", items: null, bytes: meta.size_after ?? null },
    ...counts.map(({ name, total }) => ({ name, kind: "table", items: total, bytes: null })),
  ];
  await ctx.db.run(sql`INSERT INTO storage_use (name, kind, items, bytes, measured_at)
    SELECT value ->> 'name', value ->> 'kind', value ->> 'items', value ->> 'bytes', ${now} FROM json_each(${JSON.stringify(facts)}) WHERE true
    ON CONFLICT (name) DO UPDATE SET items = excluded.items, bytes = excluded.bytes, measured_at = excluded.measured_at`);
}

async function measureFolders(ctx: RequestContext): Promise<void> {
  const { bucket } = ctx.runtime;
  const { delimitedPrefixes } = await bucket.list({ delimiter: "/", limit: PAGE });
  const known = await ctx.db.select().from(storageUse).where(sql`kind = 'folder'`);
  // A folder that has become empty is counted, too. Those that wait longest come first.
  const names = new Set([...delimitedPrefixes.slice(0, MOST_FOLDERS), ...known.map(({ name }) => name)]);
  const folders = [...names]
    .map((name) => known.find((each) => each.name === name) ?? { ...UNKNOWN, name })
    .sort((one, other) => (one.measuredAt ?? 0) - (other.measuredAt ?? 0));
  let left = PAGES;
  for (const folder of folders) {
    if (left <= 0) return;
    left -= await countFolder(ctx, folder, left);
  }
}

type Folder = Pick<
  typeof storageUse.$inferSelect,
  "name" | "measuredAt" | "cursor" | "itemsSoFar" | "bytesSoFar"
>;

const UNKNOWN = { measuredAt: null, cursor: null, itemsSoFar: 0, bytesSoFar: 0 };

/** Counts on where the last night stopped, and returns how many pages it read. `cursor` is the last key that was counted. */
async function countFolder(ctx: RequestContext, folder: Folder, pages: number): Promise<number> {
  let { cursor, itemsSoFar: items, bytesSoFar: bytes } = folder;
  let read = 0;
  let isDone = false;
  while (read < pages && !isDone) {
    const page = await ctx.runtime.bucket.list({
      prefix: folder.name,
      limit: PAGE,
      ...(cursor ? { startAfter: cursor } : {}),
    });
    read += 1;
    items += page.objects.length;
    bytes += page.objects.reduce((sum, { size }) => sum + size, 0);
    cursor = page.objects.at(-1)?.key ?? cursor;
    isDone = !page.truncated;
  }
  const counted = isDone
    ? { items, bytes, measuredAt: ctx.now(), cursor: null, itemsSoFar: 0, bytesSoFar: 0 }
    : { cursor, itemsSoFar: items, bytesSoFar: bytes };
  await ctx.db
    .insert(storageUse)
    .values({ name: folder.name, kind: "folder", ...counted })
    .onConflictDoUpdate({ target: storageUse.name, set: counted });
  return read;
}
