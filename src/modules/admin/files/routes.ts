/** `/api/admin/{resource}/{id}/files/{field}/`: replaces and removes the file of a row. */
import type { Caller } from "../../../platform/http/caller.ts";
import { notFound } from "../../../platform/http/errors.ts";
import { file } from "../../../platform/http/input/fields.ts";
import { type Route, respond, route } from "../../../platform/http/route.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { FILE_FORM_LIMIT } from "../../../platform/storage/pictures/types.ts";
import { z } from "../../../platform/zod.ts";
import { requireResource } from "../catalogue.ts";
import { requireAccountBelow } from "../rows/accounts.ts";
import { findRow } from "../rows/queries.ts";
import { versionedRow } from "../rows/versioned.ts";
import { ofOne, VersionedRow } from "../schemas.ts";
import { removeFile, replaceFile, requireFileField, requireFileVersion } from "./commands.ts";

const tag = "Admin";
const path = "/api/admin/:resource/:id/files/:field";
const params = ofOne.extend({ field: z.string() });

const Form = z.object({ file: file() }).openapi("AdminFile");

/** The field and its row, if the caller may edit the row. */
async function wanted(ctx: RequestContext, caller: Caller, given: z.output<typeof params>) {
  const resource = requireResource(caller, given.resource, "edit");
  const field = requireFileField(caller, resource, given.field);
  const subject = await findRow(ctx, caller, resource, given.id);
  if (!subject) throw notFound();
  await requireAccountBelow(ctx, caller, resource, subject);
  return { resource, field, subject };
}

const replace = route({
  method: "put",
  path,
  tag,
  summary: "Upload or replace a row's file",
  description:
    "`If-Match` must name the file's `version` that was read, `none` where there was no file, or `*`. 412 when it was replaced since. The former file is deleted.",
  access: "operator",
  right: "any",
  params,
  body: Form,
  multipartLimit: FILE_FORM_LIMIT,
  responses: { 200: VersionedRow },
  may: ({ ctx, caller, params }) => wanted(ctx, caller, params),
  async handle({ ctx, caller, params, body, request }) {
    const { resource, field, subject } = await wanted(ctx, caller, params);
    requireFileVersion(request, field, subject);
    const changed = await replaceFile(ctx, caller, resource, field, subject, body.file);
    const { wire, headers } = await versionedRow(ctx, caller, resource, changed);
    return respond(200, wire, headers);
  },
});

const remove = route({
  method: "delete",
  path,
  tag,
  summary: "Remove a row's file",
  description:
    "`If-Match` must name the file's `version` that was read, or `*`. 409 where the row can't be without its file.",
  access: "operator",
  right: "any",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params, request }) {
    const { resource, field, subject } = await wanted(ctx, caller, params);
    requireFileVersion(request, field, subject);
    await removeFile(ctx, caller, resource, field, subject);
    return respond(204, null);
  },
});

export const fileRoutes: readonly Route[] = [replace, remove];
