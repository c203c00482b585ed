/** What events say to Find Friend's clients: the contract's literals, and a few of our own beside them. */
import { type Text, text } from "../../platform/http/text.ts";
import type { JoinFault, PlanFault } from "./rules.ts";

export const messages = {
  requestSent: text(
    "You have already asked to take part in this event.",
    "Заявка на участие в мероприятии уже отправлена.",
  ),
  accepted: text("The request to take part was accepted.", "Заявка на участие в мероприятии принята."),
  declined: text("The request to take part was declined.", "Заявка на участие в мероприятии отклонена."),
  full: text("There is no place left.", "Свободных мест нет."),
  decided: text(
    "A declined request can't be withdrawn.",
    "Отклонённую заявку на участие в мероприятии отозвать нельзя.",
  ),
  eventTitle: text("Event", "Мероприятие"),
  namedInEvent: text(
    "You take part in the new event “{name}”.",
    "Вы участвуете в новом мероприятии «{name}».",
  ),
  eventChanged: text("The event “{name}” was updated.", "Мероприятие «{name}» изменено."),
  eventCancelled: text("The event “{name}” was cancelled.", "Мероприятие «{name}» отменено."),
  takenOut: text(
    "You no longer take part in the event “{name}”.",
    "Вы больше не участвуете в мероприятии «{name}».",
  ),
  andMore: text(" And {count} more.", " И ещё {count}."),
  noDistance: text(
    "No distance to the event {name} was found.",
    "Расстояние до мероприятия {name} не найдено.",
  ),
} satisfies Record<string, Text>;

/** The field under which each fault of a plan is told, and its words. */
export const planFaults: Record<PlanFault, readonly [field: string, Text]> = {
  order: [
    "end_date",
    text("The end must be later than the start.", "Дата окончания должна быть позже даты начала."),
  ],
  ages: [
    "max_age",
    text("The highest age is below the lowest.", "Максимальный возраст меньше минимального."),
  ],
  counts: [
    "max_count_members",
    text(
      "The largest number of members is below the smallest.",
      "Максимальное количество участников меньше минимального.",
    ),
  ],
  crowded: [
    "max_count_members",
    text(
      "More people take part than there are places.",
      "Участников больше, чем мест: увеличьте максимальное количество участников.",
    ),
  ],
};

/** Why somebody can't be added to an event by others. */
export const memberFaults = {
  age: text(
    "{name} is not of the age that the event is for.",
    "{name}: возраст не подходит для этого мероприятия.",
  ),
  over: text(
    "The event is over: nobody can be added.",
    "Мероприятие уже прошло: добавить участников нельзя.",
  ),
} satisfies Record<string, Text>;

export const joinFaults: Record<JoinFault, Text> = {
  own: text("You organize this event.", "Вы организатор этого мероприятия."),
  over: text("The event is over.", "Мероприятие уже прошло."),
  ageUnknown: text(
    "The event has an age limit: give your birthday in your profile.",
    "У мероприятия есть ограничение по возрасту: укажите дату рождения в профиле.",
  ),
  age: text(
    "You are not of the age that the event is for.",
    "Ваш возраст не подходит для этого мероприятия.",
  ),
};
