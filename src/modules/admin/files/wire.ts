/** Rows with the URLs of their files. A private file's URL is signed, and valid for an hour or two. */
import type { Caller } from "../../../platform/http/caller.ts";
import type { FileFacts } from "../../../platform/resources/files.ts";
import { fileWire } from "../../../platform/resources/files.ts";
import type { Resource, Subject } from "../../../platform/resources/resource.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { objectUrl } from "../../../platform/storage/object-access.ts";
import { fieldsFor } from "../rights.ts";
import { rowWire } from "../rows/wire.ts";

/** A row on the wire, for this caller. */
export async function shownRow(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  subject: Subject,
): Promise<Record<string, unknown>> {
  const wire = rowWire(resource, caller, subject);
  for (const [name, { type }] of fieldsFor(caller, resource)) {
    const facts = subject.row[name] as FileFacts | null;
    if (type === "file" && facts) wire[name] = { ...fileWire(facts), url: await objectUrl(ctx, facts.key) };
  }
  return wire;
}

/** The same for the page of one row: what the module does not keep of a file is read from its object. */
export async function shownWhole(
  ctx: RequestContext,
  caller: Caller,
  resource: Resource,
  subject: Subject,
): Promise<Record<string, unknown>> {
  const row = { ...subject.row };
  for (const [name, { type }] of fieldsFor(caller, resource)) {
    const facts = row[name] as FileFacts | null;
    if (type !== "file" || !facts || facts.size !== undefined) continue;
    const object = await ctx.runtime.bucket.head(facts.key);
    if (!object) continue;
    const { size, uploaded, httpMetadata } = object;
    row[name] = { ...facts, size, type: httpMetadata?.contentType ?? null, at: uploaded.getTime() };
  }
  return shownRow(ctx, caller, resource, { ...subject, row });
}
