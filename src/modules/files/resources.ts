/** What staff sees of uploads. Deleting the row deletes the object: a trigger hands it to the outbox. */
import { text } from "../../platform/http/text.ts";
import { field, NOTHING, REMOVE, resource } from "../../platform/resources/resource.ts";
import { files } from "./tables.ts";

const fileResource = resource({
  name: "files",
  subject: "file",
  label: text("Files", "Файлы"),
  group: "system",
  table: files,
  key: [files.id],
  title: "original_name",
  fields: {
    owner: field.reference("users", files.ownerId, text("Owner", "Владелец")),
    purpose: field.choice(files.purpose, text("Of", "Назначение")),
    subject: field.integer(files.subjectId, text("Of number", "Номер")),
    original_name: field.text(files.originalName, text("Name", "Имя")),
    content_type: field.text(files.contentType, text("Type", "Тип")),
    size: field.integer(files.size, text("Bytes", "Байт")),
    status: field.choice(files.status, text("State", "Состояние")),
    created_at: field.instant(files.createdAt, text("Begun", "Начато")),
    finished_at: field.instant(files.finishedAt, text("Finished", "Завершено"), { list: false }),
  },
  search: [files.originalName],
  filters: ["owner", "purpose", "status", "subject", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
});

export const fileResources = [fileResource];
