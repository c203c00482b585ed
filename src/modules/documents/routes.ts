/** `/api/v1/documents/…`: documents with their scans and expiry dates. */

import { notFound } from "../../platform/http/errors.ts";
import { day, fileOrNull, integer, string } from "../../platform/http/input/fields.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/lists/paging.ts";
import { type Route, respond, route } from "../../platform/http/route.ts";
import type { RequestContext } from "../../platform/runtime.ts";
import { FILE_FORM_LIMIT } from "../../platform/storage/pictures/types.ts";
import { isoTime } from "../../platform/time.ts";
import { z } from "../../platform/zod.ts";
import { addDocument, changeDocument, removeDocument } from "./commands.ts";
import { type Document, type DocumentFacts, findDocument, listDocuments, scanUrls } from "./queries.ts";

const tag = "Documents of drivers";
const path = "/api/v1/documents";
const PAGE_SIZE = 20;

const DocumentWire = z
  .object({
    id: z.number().int(),
    name: z.string(),
    kind: z.string(),
    description: z.string(),
    expiration_date: z.string().nullable(),
    file: z.string().nullable(),
    created_at: z.string(),
  })
  .openapi("Document");

/** Forms send an empty string for no date. */
const expiry = z
  .preprocess((value) => (value === "" ? null : value), day().nullable().optional())
  .openapi({ type: ["string", "null"], format: "date" });
const scan = z.unknown().optional().openapi({
  type: "string",
  format: "binary",
  description:
    "A complete JPEG, PNG, WebP, GIF, AVIF, HEIC or PDF file of at most 10 485 760 bytes and 50 megapixels. Metadata is removed from pictures, but not from PDFs.",
});

const NewDocument = z
  .object({
    name: string({ max: 255 }),
    kind: string({ max: 100, blank: true }).optional(),
    description: string({ max: 1000, blank: true }).optional(),
    expiration_date: expiry,
    file: scan,
  })
  .openapi("NewDocument");

const Change = NewDocument.partial().openapi("DocumentChange");

function toFacts(body: z.output<typeof NewDocument>): DocumentFacts {
  return {
    name: body.name,
    kind: body.kind ?? "",
    description: body.description ?? "",
    expiresOn: body.expiration_date ?? null,
  };
}

function toChange(body: z.output<typeof Change>): Partial<DocumentFacts> {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.kind === undefined ? {} : { kind: body.kind }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.expiration_date === undefined ? {} : { expiresOn: body.expiration_date }),
  };
}

async function toWires(
  ctx: RequestContext,
  rows: readonly Document[],
): Promise<z.input<typeof DocumentWire>[]> {
  const urls = await scanUrls(ctx, rows);
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    kind: row.kind,
    description: row.description,
    expiration_date: row.expiresOn,
    file: urls.get(row.id) ?? null,
    created_at: isoTime(row.createdAt),
  }));
}

async function toWire(ctx: RequestContext, row: Document): Promise<z.input<typeof DocumentWire>> {
  const [wire] = await toWires(ctx, [row]);
  if (!wire) throw notFound();
  return wire;
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List your documents by expiry date",
  access: "signedIn",
  query: pageQuery,
  responses: { 200: envelope(DocumentWire) },
  async handle({ ctx, caller, query, request }) {
    const load = (window: { limit: number; offset: number }) => listDocuments(ctx, caller.userId, window);
    const page = await paginate(ctx, request, query, PAGE_SIZE, load, (row) => row);
    return respond(200, { ...page, results: await toWires(ctx, page.results) });
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "Add a document",
  description:
    "A multipart form may contain the scan as `file`. Reminders are mailed 30, 7 and 1 days before the document expires.",
  access: "signedIn",
  creates: true,
  body: NewDocument,
  multipartLimit: FILE_FORM_LIMIT,
  responses: { 201: DocumentWire },
  handle: async ({ ctx, caller, body }) =>
    respond(
      201,
      await toWire(ctx, await addDocument(ctx, caller.userId, toFacts(body), fileOrNull(body.file))),
    ),
});

const params = z.object({ id: integer({ min: 1 }) });

const read = route({
  method: "get",
  path: `${path}/:id`,
  tag,
  summary: "Read a document",
  access: "signedIn",
  params,
  responses: { 200: DocumentWire },
  async handle({ ctx, caller, params }) {
    const document = await findDocument(ctx, caller.userId, params.id);
    if (!document) throw notFound();
    return respond(200, await toWire(ctx, document));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: "Change a document or replace its scan",
    description: "PUT and PATCH both change only the given fields.",
    access: "signedIn",
    params,
    body: Change,
    multipartLimit: FILE_FORM_LIMIT,
    responses: { 200: DocumentWire },
    async handle({ ctx, caller, params, body }) {
      const document = await findDocument(ctx, caller.userId, params.id);
      if (!document) throw notFound();
      const changed = await changeDocument(ctx, document, toChange(body), fileOrNull(body.file));
      if (!changed) throw notFound();
      return respond(200, await toWire(ctx, changed));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Delete a document and its scan",
  access: "signedIn",
  params,
  responses: { 204: null },
  async handle({ ctx, caller, params }) {
    if (!(await removeDocument(ctx, caller.userId, params.id))) throw notFound();
    return respond(204, null);
  },
});

export const documentRoutes: readonly Route[] = [list, create, read, change("put"), change("patch"), remove];
