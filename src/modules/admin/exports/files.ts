/** An export's objects in R2: parts while it runs, then one file for the person who started it. */
import { CSV_TYPE, csvDisposition } from "../../../platform/csv.ts";
import type { Caller } from "../../../platform/http/caller.ts";
import { forbidden, refuse } from "../../../platform/http/errors.ts";
import { text } from "../../../platform/http/text.ts";
import type { Subject, Values } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { objectUrl } from "../../../platform/storage/object-access.ts";
import type { Job } from "../jobs/runner.ts";

/** The `action` of an export job. */
export const EXPORT = "export";

const NO_FILE = text("The file does not exist or is not ready yet.", "Файла нет или он ещё не готов.");

const fileOf = (id: string) => `private/exports/${id}.csv`;
const partsOf = (id: string) => `private/exports/${id}/`;

/** The part that begins after `done` rows. Names sort in the order of the parts. */
export const partOf = (id: string, done: number) => `${partsOf(id)}${String(done).padStart(9, "0")}`;

/** Joins all parts into one object, streamed. A missing part fails the run: another delivery has finished the export. */
export async function join(ctx: RequestContext, { id, resource }: Job, parts: number): Promise<void> {
  const { bucket } = ctx.runtime;
  const { objects } = await bucket.list({ prefix: partsOf(id) });
  if (objects.length !== parts) throw new Error(`export ${id}: parts are missing`);
  const pipe = new FixedLengthStream(objects.reduce((size, part) => size + part.size, 0));
  const put = bucket.put(fileOf(id), pipe.readable, {
    httpMetadata: { contentType: CSV_TYPE, contentDisposition: csvDisposition(resource) },
  });
  const pour = async () => {
    for (const { key } of objects) {
      const part = await bucket.get(key);
      if (!part) throw new Error(`export ${id}: a part is missing`);
      await part.body.pipeTo(pipe.writable, { preventClose: true });
    }
    await pipe.writable.close();
  };
  const poured = pour().catch(async (error: unknown) => {
    await pipe.writable.abort(error).catch(() => {});
    throw error;
  });
  const failed = (await Promise.allSettled([poured, put])).find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** The file's signed address, for the person who started the export only. */
export async function exportAddress(
  ctx: RequestContext,
  caller: Caller,
  { id, row }: Subject,
): Promise<{ url: string }> {
  if (row.actor !== caller.userId) throw forbidden();
  if (!hasFile(row)) throw refuse(409, NO_FILE);
  return { url: await objectUrl(ctx, fileOf(id)) };
}

/** Whether a job has written a file. */
export const hasFile = ({ action, state }: Values) => action === EXPORT && state === "done";

/** Deletes the file and any parts. */
export async function dropExport(ctx: RequestContext, id: string): Promise<void> {
  await ctx.runtime.bucket.delete(fileOf(id));
  await dropParts(ctx, id);
}

export async function dropParts(ctx: RequestContext, id: string): Promise<void> {
  const { objects } = await ctx.runtime.bucket.list({ prefix: partsOf(id) });
  if (objects.length > 0) await ctx.runtime.bucket.delete(objects.map(({ key }) => key));
}
