/** Console resources for notifications and their settings. */

import { sql } from "drizzle-orm";
import { boolean, integer } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { idInput } from "../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, READ, REMOVE, resource } from "../../platform/resources/resource.ts";
import { z } from "../../platform/zod.ts";
import { personWords } from "../identity/index.ts";
import { pushResource } from "./push/resources.ts";
import { KIND_NAMES } from "./settings/kinds.ts";
import { notificationChoices, notificationSettings, notifications } from "./tables.ts";

const person = text("Person", "Пользователь");

/** Operators see notifications about orders and tickets only. */
const atWork = sql`substr(${notifications.about}, 1, instr(${notifications.about}, ':') - 1) IN ('order', 'ticket')`;

const notificationResource = resource({
  name: "notifications",
  subject: "notification",
  label: text("Notifications", "Уведомления"),
  group: "system",
  table: notifications,
  key: [notifications.id],
  title: "message",
  fields: {
    user: field.reference("users", notifications.userId, person),
    type: field.text(notifications.type, text("Type", "Тип"), { coded: true }),
    title: field.text(notifications.title, text("Title", "Заголовок")),
    message: field.text(notifications.message, text("Text", "Текст")),
    about: field.text(notifications.about, text("About", "О чём"), { list: false }),
    is_read: field.boolean(notifications.isRead, text("Read", "Прочитано")),
    created_at: field.instant(notifications.createdAt, text("When", "Когда")),
  },
  search: [notifications.title, notifications.message, personWords(sql`notifications.user_id`)],
  filters: ["user", "type", "is_read", "created_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: REMOVE },
  visible: () => atWork,
});

/** Minutes since midnight; null for no quiet hours. */
const minute = integer({ min: 0, max: 1439 }).nullable().optional();

const settingResource = resource({
  name: "notification-settings",
  subject: "notification_setting",
  label: text("Notification settings", "Настройки уведомлений"),
  group: "system",
  table: notificationSettings,
  key: [notificationSettings.userId],
  title: "id",
  fields: {
    user: field.reference("users", notificationSettings.userId, person, { input: idInput(), once: true }),
    receives: field.boolean(notificationSettings.receives, text("Receives them", "Получает"), {
      input: boolean(),
    }),
    quiet_from: field.integer(notificationSettings.quietFrom, text("Quiet from", "Тихо с"), {
      unit: "minute_of_day",
      input: minute,
    }),
    quiet_to: field.integer(notificationSettings.quietTo, text("Quiet until", "Тихо до"), {
      unit: "minute_of_day",
      input: minute,
    }),
  },
  search: [personWords(sql`notification_settings.user_id`)],
  filters: ["user", "receives"],
  sort: { field: "id", order: "asc" },
  rights: { operator: NOTHING, staff: ALL },
});

const choiceResource = resource({
  name: "notification-choices",
  subject: "notification_choice",
  label: text("Chosen notifications", "Выбранные уведомления"),
  group: "system",
  table: notificationChoices,
  key: [notificationChoices.userId, notificationChoices.kind],
  title: "kind",
  fields: {
    user: field.reference("users", notificationChoices.userId, person, { input: idInput(), once: true }),
    kind: field.choice(notificationChoices.kind, text("Kind", "Вид"), {
      input: z.enum(KIND_NAMES),
      once: true,
    }),
    push: field.boolean(notificationChoices.push, text("Push", "Push"), {
      input: boolean().nullable().optional(),
    }),
    email: field.boolean(notificationChoices.email, text("Letters", "Письма"), {
      input: boolean().nullable().optional(),
    }),
  },
  search: [personWords(sql`notification_choices.user_id`)],
  filters: ["user", "kind", "push", "email"],
  sort: { field: "id", order: "asc" },
  rights: { operator: NOTHING, staff: ALL },
});

export const notificationResources = [notificationResource, settingResource, choiceResource, pushResource];
