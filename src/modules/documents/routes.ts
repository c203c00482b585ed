/** `/api/v1/documents/…`: papers with their dates, and a letter before they lapse. */
import { z } from "@hono/zod-openapi";
import { notFound } from "../../platform/http/errors.ts";
import { chosenFile, day, integer, string } from "../../platform/http/fields.ts";
import { envelope, pageQuery, paginate } from "../../platform/http/paging.ts";
import { type Route, reply, route } from "../../platform/http/route.ts";
import type { Scope } from "../../platform/runtime.ts";
import { isoTime } from "../../platform/time.ts";
import {
  addDocument,
  changeDocument,
  type Document,
  type DocumentFacts,
  findDocument,
  listDocuments,
  removeDocument,
  scanUrls,
} from "./service.ts";

const tag = "Documents of drivers";
const path = "/api/v1/documents";
const PAGE_SIZE = 20;
/** Room for a file of the largest size and the fields around it. */
const FORM_LIMIT = 12 * 1024 * 1024;

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

/** Forms send an empty text for no date. */
const expiry = z
  .preprocess((value) => (value === "" ? null : value), day().nullable().optional())
  .openapi({ type: ["string", "null"], format: "date" });
const scan = z.unknown().optional().openapi({
  type: "string",
  format: "binary",
  description:
    "At most 10 485 760 bytes of JPEG, PNG, WebP, GIF, AVIF, HEIC or PDF, whole and of at most 50 megapixels. Metadata of pictures is removed, that of a PDF stays.",
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

async function toWires(scope: Scope, rows: readonly Document[]): Promise<z.input<typeof DocumentWire>[]> {
  const urls = await scanUrls(scope, rows);
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

async function toWire(scope: Scope, row: Document): Promise<z.input<typeof DocumentWire>> {
  const [wire] = await toWires(scope, [row]);
  if (!wire) throw notFound();
  return wire;
}

const list = route({
  method: "get",
  path,
  tag,
  summary: "List one's documents, what lapses first at the top",
  access: "signedIn",
  query: pageQuery,
  answers: { 200: envelope(DocumentWire) },
  async handle({ scope, caller, query, request }) {
    const load = (window: { limit: number; offset: number }) => listDocuments(scope, caller.userId, window);
    const page = await paginate(scope, request, query, PAGE_SIZE, load, (row) => row);
    return reply(200, { ...page, results: await toWires(scope, page.results) });
  },
});

const create = route({
  method: "post",
  path,
  tag,
  summary: "File a document",
  description:
    "A multipart form may bring its scan as `file`. Letters go out 30, 7 and 1 days before it lapses.",
  access: "signedIn",
  creates: true,
  body: NewDocument,
  multipartLimit: FORM_LIMIT,
  answers: { 201: DocumentWire },
  handle: async ({ scope, caller, body }) =>
    reply(
      201,
      await toWire(scope, await addDocument(scope, caller.userId, toFacts(body), chosenFile(body.file))),
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
  answers: { 200: DocumentWire },
  async handle({ scope, caller, params }) {
    const document = await findDocument(scope, caller.userId, params.id);
    if (!document) throw notFound();
    return reply(200, await toWire(scope, document));
  },
});

const change = (method: "put" | "patch") =>
  route({
    method,
    path: `${path}/:id`,
    tag,
    summary: "Correct a document or replace its scan",
    description: "Partial in both verbs.",
    access: "signedIn",
    params,
    body: Change,
    multipartLimit: FORM_LIMIT,
    answers: { 200: DocumentWire },
    async handle({ scope, caller, params, body }) {
      const document = await findDocument(scope, caller.userId, params.id);
      if (!document) throw notFound();
      const changed = await changeDocument(scope, document, toChange(body), chosenFile(body.file));
      if (!changed) throw notFound();
      return reply(200, await toWire(scope, changed));
    },
  });

const remove = route({
  method: "delete",
  path: `${path}/:id`,
  tag,
  summary: "Remove a document, its scan with it",
  access: "signedIn",
  params,
  answers: { 204: null },
  async handle({ scope, caller, params }) {
    if (!(await removeDocument(scope, caller.userId, params.id))) throw notFound();
    return reply(204, null);
  },
});

export const documentRoutes: readonly Route[] = [list, create, read, change("put"), change("patch"), remove];
