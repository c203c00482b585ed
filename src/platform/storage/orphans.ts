/** Objects in the bucket that rows name: finds those that lost each other. */
import { log } from "../log.ts";
import type { RequestContext } from "../runtime.ts";

const DAY = 24 * 3600_000;

/** The most missing objects that one check reports. */
const MAX_REPORTED = 100;

interface Folder {
  /** In the log: `tracking.orphans`. */
  readonly name: string;
  /** Keys of its objects begin with it. */
  readonly folder: string;
  /** The keys that rows name, after one and up to another, in order. */
  readonly keysBetween: (after: string, last: string) => Promise<string[]>;
}

/**
 * Nightly: deletes objects without a row that are older than a day (a younger one may still get its row), and reports rows
 * without an object. Walks objects and rows side by side in the order of their keys, with one statement for each page.
 */
export async function checkObjects(
  ctx: RequestContext,
  { name, folder, keysBetween }: Folder,
): Promise<{ orphans: number; missing: string[] }> {
  const { bucket } = ctx.runtime;
  const missed: string[] = [];
  let orphans = 0;
  let after = folder;
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await bucket.list({ prefix: folder, limit: 500, ...(cursor ? { cursor } : {}) });
    const last = page.truncated ? page.objects.at(-1)?.key : undefined;
    const rows = await keysBetween(after, last ?? `${folder}\x7f`);
    const [known, there] = [new Set(rows), new Set(page.objects.map(({ key }) => key))];
    const lost = page.objects.filter(
      ({ key, uploaded }) => uploaded.getTime() < ctx.now() - DAY && !known.has(key),
    );
    if (lost.length > 0) await bucket.delete(lost.map(({ key }) => key));
    orphans += lost.length;
    missed.push(...rows.filter((key) => !there.has(key)));
    after = last ?? after;
    cursor = page.truncated ? page.cursor : undefined;
    more = page.truncated;
  }
  if (orphans > 0) log("warn", `${name}.orphans`, { count: orphans });
  const missing: string[] = [];
  // What got its object after its page was listed has it by now.
  for (const key of missed.slice(0, MAX_REPORTED)) if (!(await bucket.head(key))) missing.push(key);
  if (missing.length > 0) log("error", `${name}.missing`, { keys: missing });
  return { orphans, missing };
}
