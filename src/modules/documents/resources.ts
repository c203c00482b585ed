/** Console resource for documents. */

import { sql } from "drizzle-orm";
import { day, string } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { field, NOTHING, resource } from "../../platform/resources/resource.ts";
import { dropFiles, fileField } from "../files/index.ts";
import { personWords } from "../identity/index.ts";
import { documents } from "./tables.ts";

const documentResource = resource({
  name: "documents",
  subject: "document",
  label: text("Documents", "Документы"),
  group: "driving",
  table: documents,
  key: [documents.id],
  title: "name",
  fields: {
    file: fileField(text("Scan", "Скан"), {
      purpose: "document",
      id: sql`documents.id`,
      owner: "user",
    }),
    user: field.reference("users", documents.userId, text("Owner", "Владелец")),
    name: field.text(documents.name, text("Name", "Название"), { input: string({ max: 255 }) }),
    kind: field.text(documents.kind, text("Kind", "Вид"), { input: string({ max: 255, blank: true }) }),
    description: field.text(documents.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 4000, blank: true }),
    }),
    expires_on: field.day(documents.expiresOn, text("Expires", "Действует до"), { input: day().nullable() }),
    created_at: field.instant(documents.createdAt, text("Created", "Создано")),
  },
  search: [documents.name, documents.kind, personWords(sql`documents.user_id`)],
  filters: ["user", "kind", "expires_on", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ["read", "edit", "delete"] },
  removal: async (ctx, { id }) => ({ rest: [dropFiles(ctx, "document", [Number(id)])] }),
});

export const documentResources = [documentResource];
