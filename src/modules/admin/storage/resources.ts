/** How much is stored where, as a resource. Numbers are those of the last night; nothing is counted for a page. */
import { text } from "../../../platform/http/text.ts";
import { field, NOTHING, READ, resource } from "../../../platform/resources/resource.ts";
import { storageUse } from "../tables.ts";

export const storageResource = resource({
  name: "storage-use",
  subject: "storage",
  label: text("Storage", "Хранилище"),
  group: "system",
  table: storageUse,
  key: [storageUse.name],
  title: "name",
  fields: {
    name: field.text(storageUse.name, text("Where", "Где")),
    kind: field.choice(storageUse.kind, text("Kind", "Вид")),
    items: field.integer(storageUse.items, text("Rows or objects", "Строк или объектов")),
    bytes: field.integer(storageUse.bytes, text("Size", "Размер"), { unit: "byte" }),
    measured_at: field.instant(storageUse.measuredAt, text("Measured", "Измерено")),
    items_so_far: field.integer(storageUse.itemsSoFar, text("Counted so far", "Сосчитано пока"), {
      list: false,
    }),
  },
  search: [storageUse.name],
  filters: ["kind"],
  sort: { field: "bytes", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});
