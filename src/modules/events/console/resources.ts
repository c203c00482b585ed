/** Events, members, requests and reminders in the console. */

import { sql } from "drizzle-orm";
import { boolean, integer, string, timeZone } from "../../../platform/http/input/fields.ts";
import { text } from "../../../platform/http/text.ts";
import { idInput, instantInput, moneyInput } from "../../../platform/resources/inputs.ts";
import { ALL, field, NOTHING, READ, REMOVE, resource } from "../../../platform/resources/resource.ts";
import { z } from "../../../platform/zod.ts";
import { fileField } from "../../files/index.ts";
import { personWords } from "../../identity/index.ts";
import { cityName } from "../../social/index.ts";
import { reminderLeads } from "../fields.ts";
import { eventMembers, eventReminders, events, participationRequests } from "../tables.ts";
import { eventConsequences, memberConsequences, memberRemoval, removeEvent } from "./consequences.ts";

const event = text("Event", "Событие");
const person = text("Person", "Пользователь");
const limit = { list: false, input: integer({ min: 0, max: 100_000 }).nullable().optional() };
const made = text("Created", "Создано");
const changed = text("Changed", "Изменено");

const eventResource = resource({
  name: "events",
  subject: "event",
  label: text("Events", "События"),
  group: "events",
  table: events,
  key: [events.id],
  title: "name",
  fields: {
    image: fileField(text("Picture", "Картинка"), {
      purpose: "event_image",
      id: sql`events.id`,
      owner: "creator",
    }),
    name: field.text(events.name, text("Name", "Название"), { input: string({ max: 255 }) }),
    event_type: field.text(events.eventType, text("Kind", "Вид"), {
      input: string({ max: 100, blank: true }).optional(),
    }),
    starts_at: field.instant(events.startsAt, text("Starts", "Начало"), {
      zone: "time_zone",
      input: instantInput(),
    }),
    ends_at: field.instant(events.endsAt, text("Ends", "Конец"), {
      zone: "time_zone",
      input: instantInput().nullable().optional(),
    }),
    time_zone: field.text(events.timeZone, text("Time zone", "Часовой пояс"), {
      list: false,
      input: z.union([z.null(), z.literal("").transform(() => null), timeZone()]).optional(),
    }),
    reminders: field.json(events.reminderLeads, text("Reminders before the start", "Напоминания до начала"), {
      list: false,
      unit: "minute",
      input: reminderLeads().nullable().optional(),
    }),
    city: field.reference("cities", events.cityId, text("City", "Город"), {
      input: idInput().nullable().optional(),
    }),
    location: field.text(events.location, text("Address", "Адрес"), {
      input: string({ max: 255, blank: true }).optional(),
    }),
    description: field.text(events.description, text("Description", "Описание"), {
      list: false,
      input: string({ max: 10_000, blank: true }).optional(),
    }),
    price: field.money(events.price, text("Price", "Цена"), { input: moneyInput().optional() }),
    members_count: field.integer(
      sql`(SELECT count(*) FROM event_members WHERE event_id = events.id)`,
      text("Members", "Участников"),
    ),
    min_age: field.integer(events.minAge, text("Age from", "Возраст от"), limit),
    max_age: field.integer(events.maxAge, text("Age to", "Возраст до"), limit),
    min_members: field.integer(events.minMembers, text("At least", "Не меньше"), limit),
    max_members: field.integer(events.maxMembers, text("At most", "Не больше"), limit),
    audience: field.choice(events.audience, text("Audience", "Для кого"), {
      list: false,
      input: z.enum(["public", "signed_in"]).optional(),
    }),
    creator: field.reference("users", events.creatorId, text("Creator", "Создатель"), { list: false }),
    place: field.place(events.latitude, events.longitude, text("Place", "Место"), { list: false }),
    uuid: field.text(events.uuid, text("UUID", "UUID"), { list: false }),
    created_at: field.instant(events.createdAt, made),
    updated_at: field.instant(events.updatedAt, changed, { list: false }),
  },
  search: [events.name, events.eventType, events.location, cityName(sql`events.city_id`)],
  filters: ["city", "creator", "starts_at", "event_type", "price"],
  sort: { field: "starts_at", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  tabs: [
    { resource: "event-members", target: "event", label: text("Members", "Участники") },
    { resource: "participation-requests", target: "event", label: text("Requests", "Заявки") },
  ],
  consequences: eventConsequences,
  remove: removeEvent,
});

const memberResource = resource({
  name: "event-members",
  subject: "event_member",
  label: text("Event members", "Участники событий"),
  group: "events",
  table: eventMembers,
  key: [eventMembers.eventId, eventMembers.userId],
  title: "id",
  fields: {
    event: field.reference("events", eventMembers.eventId, event, { input: idInput(), once: true }),
    user: field.reference("users", eventMembers.userId, person, { input: idInput(), once: true }),
    is_organizer: field.boolean(eventMembers.isOrganizer, text("Organizer", "Организатор"), {
      input: boolean().optional(),
    }),
    joined_at: field.instant(eventMembers.joinedAt, text("Joined", "Добавлен")),
    accepted_at: field.instant(eventMembers.acceptedAt, text("Accepted", "Принял")),
  },
  search: [
    sql`(SELECT name FROM events WHERE id = event_members.event_id)`,
    personWords(sql`event_members.user_id`),
  ],
  filters: ["event", "user", "is_organizer"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: ALL },
  consequences: memberConsequences,
  removal: memberRemoval,
});

const requestResource = resource({
  name: "participation-requests",
  subject: "participation_request",
  label: text("Requests to take part", "Заявки на участие"),
  group: "events",
  table: participationRequests,
  key: [participationRequests.id],
  title: "status",
  fields: {
    from_user: field.reference("users", participationRequests.userId, text("From", "От кого")),
    event: field.reference("events", participationRequests.eventId, event),
    status: field.choice(participationRequests.status, text("Status", "Состояние")),
    is_waiting: field.boolean(
      participationRequests.isWaiting,
      text("On the waiting list", "В списке ожидания"),
    ),
    processed_by: field.reference(
      "users",
      participationRequests.processedBy,
      text("Decided by", "Кто решил"),
    ),
    created_at: field.instant(participationRequests.createdAt, made),
    updated_at: field.instant(participationRequests.updatedAt, changed),
  },
  search: [
    sql`(SELECT name FROM events WHERE id = participation_requests.event_id)`,
    participationRequests.status,
  ],
  filters: ["status", "event", "from_user", "is_waiting", "created_at", "updated_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: REMOVE },
});

const reminderResource = resource({
  name: "event-reminders",
  subject: "event_reminder",
  label: text("Reminders sent", "Отправленные напоминания"),
  group: "events",
  table: eventReminders,
  key: [eventReminders.eventId, eventReminders.userId, eventReminders.startsAt, eventReminders.lead],
  title: "id",
  fields: {
    event: field.reference("events", eventReminders.eventId, event),
    user: field.reference("users", eventReminders.userId, person),
    starts_at: field.instant(eventReminders.startsAt, text("Event start", "Начало события")),
    lead: field.integer(eventReminders.lead, text("Lead time", "Время до начала"), { unit: "millisecond" }),
    sent_at: field.instant(eventReminders.sentAt, text("Sent", "Отправлено")),
  },
  search: [],
  filters: ["event", "user", "sent_at"],
  sort: { field: "id", order: "desc" },
  rights: { operator: NOTHING, staff: READ },
});

export const eventResources = [eventResource, memberResource, requestResource, reminderResource];
