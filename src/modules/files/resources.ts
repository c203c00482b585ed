/** Console resource for uploads. Deleting a row deletes its object, by a trigger and the outbox. */
import { sql } from "drizzle-orm";
import { text } from "../../platform/http/text.ts";
import { field, NOTHING, REMOVE, resource } from "../../platform/resources/resource.ts";
import { fileFactsOf } from "./fields.ts";
import { files } from "./tables.ts";

/** A file that is still being uploaded can't be opened. */
const OWN_FACTS = fileFactsOf(sql`files.id = f.id`);

const fileResource = resource({
  name: "files",
  subject: "file",
  label: text("Files", "Файлы"),
  group: "system",
  table: files,
  key: [files.id],
  title: "original_name",
  fields: {
    file: field.file(OWN_FACTS, text("File", "Файл")),
    owner: field.reference("users", files.ownerId, text("Owner", "Владелец")),
    purpose: field.choice(files.purpose, text("Purpose", "Назначение")),
    subject: field.integer(files.subjectId, text("Subject id", "Номер")),
    original_name: field.text(files.originalName, text("Name", "Имя")),
    content_type: field.text(files.contentType, text("Type", "Тип")),
    size: field.integer(files.size, text("Size", "Размер"), { unit: "byte" }),
    status: field.choice(files.status, text("State", "Состояние")),
    created_at: field.instant(files.createdAt, text("Started", "Начато")),
    finished_at: field.instant(files.finishedAt, text("Finished", "Завершено"), { list: false }),
  },
  search: [files.originalName],
  filters: ["owner", "purpose", "status", "subject", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
});

export const fileResources = [fileResource];
