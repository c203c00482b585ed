/** Texts about events: the literals of Find Friend's contract, and our own. */
import { type Text, text } from "../../platform/http/text.ts";
import type { JoinFault, PlanFault } from "./rules.ts";

export const messages = {
  requestSent: text(
    "You have already asked to take part in this event.",
    "Заявка на участие в мероприятии уже отправлена.",
  ),
  accepted: text("The request to take part was accepted.", "Заявка на участие в мероприятии принята."),
  declined: text("The request to take part was declined.", "Заявка на участие в мероприятии отклонена."),
  full: text("No places are left.", "Свободных мест нет."),
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

/** The field and the text of each fault of a planned event. */
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
      "There are more members than places.",
      "Участников больше, чем мест: увеличьте максимальное количество участников.",
    ),
  ],
};

/** Why an organizer or staff can't add somebody to an event. */
export const memberFaults = {
  age: text(
    "{name} does not meet the event's age limits.",
    "{name}: возраст не подходит для этого мероприятия.",
  ),
  over: text(
    "The event is over: no members can be added.",
    "Мероприятие уже прошло: добавить участников нельзя.",
  ),
} satisfies Record<string, Text>;

export const joinFaults: Record<JoinFault, Text> = {
  own: text("You organize this event.", "Вы организатор этого мероприятия."),
  over: text("The event is over.", "Мероприятие уже прошло."),
  ageUnknown: text(
    "This event has an age limit: enter your birthday in your profile.",
    "У мероприятия есть ограничение по возрасту: укажите дату рождения в профиле.",
  ),
  age: text("You do not meet the event's age limits.", "Ваш возраст не подходит для этого мероприятия."),
};
