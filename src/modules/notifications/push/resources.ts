/** Console resource: devices that take pushes. Their addresses and keys are no fields: they address a person's device. */

import { sql } from "drizzle-orm";
import { text } from "../../../platform/http/text.ts";
import { field, NOTHING, REMOVE, resource } from "../../../platform/resources/resource.ts";
import { personWords } from "../../identity/index.ts";
import { pushSubscriptions } from "./tables.ts";

export const pushResource = resource({
  name: "push-subscriptions",
  subject: "push_subscription",
  label: text("Push devices", "Устройства для push"),
  group: "people",
  table: pushSubscriptions,
  key: [pushSubscriptions.id],
  title: "service",
  fields: {
    user: field.reference("users", pushSubscriptions.userId, text("Person", "Пользователь")),
    service: field.choice(pushSubscriptions.service, text("Service", "Сервис")),
    created_at: field.instant(pushSubscriptions.createdAt, text("Registered", "Зарегистрировано")),
    updated_at: field.instant(pushSubscriptions.updatedAt, text("Renewed", "Обновлено")),
  },
  search: [personWords(sql`push_subscriptions.user_id`)],
  filters: ["user", "service", "created_at"],
  sort: { field: "user", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
});
