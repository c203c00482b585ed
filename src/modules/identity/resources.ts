/** Console resources: accounts, devices, codes and former contacts. Hashes and keys are never fields. */

import { sql } from "drizzle-orm";
import { boolean, day, email, string, timeZone } from "../../platform/http/input/fields.ts";
import { text } from "../../platform/http/text.ts";
import { ageFilter } from "../../platform/resources/filters.ts";
import { ALL, field, NOTHING, READ, REMOVE, resource } from "../../platform/resources/resource.ts";
import { z } from "../../platform/zod.ts";
import { avatarFacts, avatarStore } from "./accounts/avatars.ts";
import { staffTitleSql } from "./accounts/names.ts";
import {
  consequencesOf,
  endDevices,
  giveTemporaryPassword,
  markEmailVerified,
  markPhoneVerified,
  removeAccount,
  removeDevice,
  sendReset,
} from "./accounts/staff.ts";
import { apiKeyResource } from "./api-keys/resources.ts";
import { passkeyResource } from "./factors/passkeys/resources.ts";
import { hasSecondFactor } from "./factors/proofs/requirement.ts";
import { resetFactors } from "./factors/staff.ts";
import { phone, username } from "./schemas.ts";
import { codes, formerContacts, sessions, users } from "./tables.ts";

const birthday = sql`(SELECT birthday FROM profiles WHERE user_id = users.id)`;

/** An empty text clears the field. */
const orNone = <S extends z.ZodType>(input: S) =>
  z.union([z.null(), z.literal("").transform(() => null), input]).optional();

const name = string({ max: 150, blank: true }).optional();

const userResource = resource({
  name: "users",
  subject: "user",
  label: text("People", "Люди"),
  group: "people",
  table: users,
  key: [users.id],
  title: "name",
  fields: {
    avatar: field.file(avatarFacts, text("Picture", "Фото"), { file: avatarStore }),
    name: field.text(staffTitleSql(), text("Name", "Имя и телефон")),
    username: field.text(users.username, text("Username", "Имя пользователя"), { input: username() }),
    email: field.text(users.email, text("E-mail", "Эл. почта"), {
      input: orNone(email()),
    }),
    phone: field.text(users.phone, text("Phone", "Телефон"), { list: false, input: orNone(phone()) }),
    first_name: field.text(users.firstName, text("First name", "Имя"), { list: false, input: name }),
    last_name: field.text(users.lastName, text("Last name", "Фамилия"), { list: false, input: name }),
    user_type: field.choice(users.userType, text("Role", "Роль"), {
      input: z.enum(users.userType.enumValues).optional(),
    }),
    is_verified: field.boolean(users.isVerified, text("Verified", "Проверен"), {
      input: boolean().optional(),
    }),
    is_active: field.boolean(users.isActive, text("Active", "Активен"), { input: boolean().optional() }),
    is_staff: field.boolean(users.isStaff, text("Staff", "Персонал"), { input: boolean().optional() }),
    birthday: field.day(birthday, text("Birthday", "Дата рождения"), { list: false, input: orNone(day()) }),
    locale: field.choice(users.locale, text("Language", "Язык"), {
      list: false,
      input: z.enum(users.locale.enumValues).optional(),
    }),
    time_zone: field.text(users.timeZone, text("Time zone", "Часовой пояс"), {
      list: false,
      input: orNone(timeZone()),
    }),
    mail_reminders: field.boolean(users.mailReminders, text("Mail reminders", "Напоминания по почте"), {
      list: false,
      input: boolean().optional(),
    }),
    email_verified_at: field.instant(users.emailVerifiedAt, text("E-mail verified", "Почта подтверждена"), {
      list: false,
    }),
    phone_verified_at: field.instant(users.phoneVerifiedAt, text("Phone verified", "Телефон подтверждён"), {
      list: false,
    }),
    second_factor: field.boolean(hasSecondFactor, text("Second factor", "Второй фактор"), {
      list: false,
      staffOnly: true,
    }),
    date_joined: field.instant(users.createdAt, text("Joined", "Зарегистрирован")),
    last_login: field.instant(users.lastLoginAt, text("Last sign-in", "Последний вход"), { list: false }),
  },
  search: [users.username, users.email, users.phone, users.firstName, users.lastName],
  phones: [users.phone],
  filters: ["user_type", "is_verified", "is_active", "is_staff", "date_joined", ageFilter(birthday)],
  sort: { field: "id", order: "desc" },
  rights: { operator: READ, staff: ALL },
  accountOf: "id",
  clashes: { "users.username_key": "username" },
  tabs: [
    { resource: "sessions", target: "user", label: text("Devices", "Устройства") },
    { resource: "passkeys", target: "user", label: text("Passkeys", "Ключи доступа") },
    { resource: "api-keys", target: "user", label: text("API keys", "Ключи API") },
    { resource: "codes", target: "user", label: text("Codes", "Коды") },
    { resource: "former-contacts", target: "user", label: text("Former contacts", "Прежние контакты") },
  ],
  consequences: consequencesOf,
  remove: removeAccount,
  actions: {
    end_sessions: {
      label: text("Sign out everywhere", "Завершить все сеансы"),
      confirm: text(
        "Every device of this person has to sign in again.",
        "На всех устройствах этого человека придётся войти заново.",
      ),
      keep: text("Leave them signed in", "Оставить сеансы"),
      danger: true,
      roles: ["staff"],
      bulk: true,
      run: endDevices,
    },
    confirm_email: {
      label: text("Mark the e-mail as verified", "Считать почту подтверждённой"),
      roles: ["staff"],
      isPossible: (row) => row.email !== null && row.email_verified_at === null,
      run: markEmailVerified,
    },
    confirm_phone: {
      label: text("Mark the phone as verified", "Считать телефон подтверждённым"),
      roles: ["staff"],
      isPossible: (row) => row.phone !== null && row.phone_verified_at === null,
      run: markPhoneVerified,
    },
    send_reset: {
      label: text("Mail a reset link", "Отправить ссылку для сброса пароля"),
      roles: ["staff"],
      isPossible: (row) => Boolean(row.email),
      run: sendReset,
    },
    reset_second_factor: {
      label: text("Remove the second factors", "Снять вторые факторы"),
      confirm: text(
        "The authenticator app, all passkeys and the recovery codes stop working. Make sure by another way that it is this person who asks.",
        "Приложение-аутентификатор, ключи доступа и коды восстановления перестанут действовать. Убедитесь иным способом, что просит сам владелец.",
      ),
      keep: text("Keep the factors", "Оставить факторы"),
      danger: true,
      roles: ["staff"],
      isPossible: (row) => Boolean(row.second_factor),
      run: resetFactors,
    },
    temporary_password: {
      label: text("Set a temporary password", "Выдать временный пароль"),
      confirm: text(
        "The current password stops working and every device is signed out. The user must change the new password at the next sign-in.",
        "Прежний пароль перестанет действовать, все сеансы будут завершены. При следующем входе пользователь должен будет сменить новый пароль.",
      ),
      keep: text("Keep the current password", "Оставить прежний пароль"),
      danger: true,
      roles: ["staff"],
      run: giveTemporaryPassword,
    },
  },
});

const sessionResource = resource({
  name: "sessions",
  subject: "session",
  label: text("Devices", "Устройства"),
  group: "people",
  table: sessions,
  key: [sessions.id],
  title: "door",
  fields: {
    user: field.reference("users", sessions.userId, text("Person", "Пользователь")),
    door: field.text(sessions.client, text("App", "Приложение"), { coded: true }),
    address: field.text(sessions.address, text("Address", "Адрес")),
    user_agent: field.text(sessions.userAgent, text("Device", "Устройство")),
    created_at: field.instant(sessions.createdAt, text("Signed in", "Вход")),
    last_seen_at: field.instant(sessions.lastSeenAt, text("Last seen", "Активность")),
    expires_at: field.instant(sessions.expiresAt, text("Until", "До"), { list: false }),
  },
  search: [sessions.address, sessions.userAgent],
  filters: ["user", "door", "created_at", "last_seen_at"],
  sort: { field: "expires_at", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  accountOf: "user",
  remove: removeDevice,
});

const codeResource = resource({
  name: "codes",
  subject: "code",
  label: text("Codes and links", "Коды и ссылки"),
  group: "people",
  table: codes,
  key: [codes.id],
  title: "purpose",
  fields: {
    user: field.reference("users", codes.userId, text("Person", "Пользователь")),
    purpose: field.choice(codes.purpose, text("Purpose", "Назначение")),
    target: field.text(codes.target, text("Sent to", "Отправлен на")),
    attempts: field.integer(codes.attempts, text("Attempts", "Попыток")),
    created_at: field.instant(codes.createdAt, text("Created", "Создан")),
    expires_at: field.instant(codes.expiresAt, text("Until", "До")),
  },
  search: [codes.target],
  phones: [codes.target],
  filters: ["user", "purpose", "created_at"],
  sort: { field: "expires_at", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  accountOf: "user",
});

/** Deleting a row voids its link and frees the address: for when an intruder's address could undo the change. */
const formerContactResource = resource({
  name: "former-contacts",
  subject: "former_contact",
  label: text("Former contacts", "Прежние контакты"),
  group: "people",
  table: formerContacts,
  key: [formerContacts.id],
  title: "value",
  fields: {
    user: field.reference("users", formerContacts.userId, text("Person", "Пользователь")),
    kind: field.choice(formerContacts.kind, text("Kind", "Вид")),
    value: field.text(formerContacts.value, text("Address or phone", "Адрес или телефон")),
    created_at: field.instant(formerContacts.createdAt, text("Changed", "Изменён")),
    expires_at: field.instant(formerContacts.expiresAt, text("Can be undone until", "Можно отменить до")),
  },
  search: [formerContacts.value],
  phones: [formerContacts.value],
  filters: ["user", "kind", "created_at"],
  sort: { field: "expires_at", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
  accountOf: "user",
});

export const identityResources = [
  userResource,
  sessionResource,
  passkeyResource,
  apiKeyResource,
  codeResource,
  formerContactResource,
];
