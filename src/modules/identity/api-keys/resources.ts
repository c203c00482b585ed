/** Console resource: API keys. Deleting a row revokes the key. */
import { text } from "../../../platform/http/text.ts";
import { onDemand } from "../../../platform/on-demand.ts";
import { field, NOTHING, REMOVE, resource } from "../../../platform/resources/resource.ts";
import { apiKeys } from "./tables.ts";

const commands = onDemand(() => import("./commands.ts"));

export const apiKeyResource = resource({
  name: "api-keys",
  subject: "api_key",
  label: text("API keys", "Ключи API"),
  group: "people",
  table: apiKeys,
  key: [apiKeys.id],
  title: "name",
  fields: {
    user: field.reference("users", apiKeys.userId, text("Owner", "Владелец")),
    name: field.text(apiKeys.name, text("Name", "Название")),
    prefix: field.text(apiKeys.prefix, text("Begins with", "Начало")),
    scopes: field.json(apiKeys.scopes, text("Scopes", "Права")),
    created_at: field.instant(apiKeys.createdAt, text("Created", "Создан")),
    expires_at: field.instant(apiKeys.expiresAt, text("Until", "До")),
    last_used_at: field.instant(apiKeys.lastUsedAt, text("Last used", "Использован")),
  },
  search: [apiKeys.name, apiKeys.prefix],
  filters: ["user", "created_at", "expires_at", "last_used_at"],
  sort: { field: "created_at", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  accountOf: "user",
  remove: async (...call) => (await commands()).revokeByStaff(...call),
});
