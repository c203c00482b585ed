/** Console resource: passkeys. The reset of a person's second factors is an action of people (`../../resources.ts`). */
import { text } from "../../../../platform/http/text.ts";
import { field, NOTHING, READ, resource } from "../../../../platform/resources/resource.ts";
import { passkeys } from "../tables.ts";

export const passkeyResource = resource({
  name: "passkeys",
  subject: "passkey",
  label: text("Passkeys", "Ключи доступа"),
  group: "people",
  table: passkeys,
  key: [passkeys.id],
  title: "name",
  fields: {
    user: field.reference("users", passkeys.userId, text("Person", "Пользователь")),
    name: field.text(passkeys.name, text("Name", "Название")),
    is_synced: field.boolean(passkeys.isSynced, text("Synchronized", "Синхронизируется")),
    created_at: field.instant(passkeys.createdAt, text("Added", "Добавлен")),
    last_used_at: field.instant(passkeys.lastUsedAt, text("Last used", "Использован")),
  },
  search: [passkeys.name],
  filters: ["user", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});
