/** The module's messages. Most are literals that Find Friend's clients know. */
import { fill } from "../../platform/http/messages.ts";
import { type Text, text } from "../../platform/http/text.ts";

export const messages = {
  noSuchName: text("Object with name={name} does not exist.", "Объект с name={name} не существует."),
  filterChoice: text(
    "Select a valid choice. {value} is not one of the available choices.",
    "Выберите корректный вариант. {value} нет среди допустимых значений.",
  ),
  filterKey: text(
    "Select a valid choice. That choice is not one of the available choices.",
    "Выберите корректный вариант. Вашего варианта нет среди допустимых значений.",
  ),
  filterNumber: text("Enter a number.", "Введите число."),
  blockedAlready: text("This user is blocked already.", "Повторная блокировка пользователя невозможна"),
  blockSelf: text("You can't block yourself.", "Блокировка себя невозможна"),
  requestSelf: text(
    "You can't send a friend request to yourself.",
    "Вы не можете отправить заявку на дружбу самому себе.",
  ),
  requestSent: text(
    "A friend request to this user was sent already.",
    "Заявка на дружбу этому пользователю уже отправлена.",
  ),
  friendsAlready: text("You are friends already.", "Этот пользователь уже у вас в друзьях."),
  accepted: text("The friend request was accepted.", "Заявка на дружбу принята."),
  declined: text("The friend request was declined.", "Заявка на дружбу отклонена."),
  noPlace: text("No location of {name} was found.", "Геолокация пользователя {name} не найдена."),
  noDistance: text("No distance to {name} was found.", "Расстояние до пользователя {name} не найдено."),
  noConsent: text(
    "Allow your location to be stored first (is_geoip_allowed).",
    "Сначала разрешите сохранять ваше местоположение (is_geoip_allowed).",
  ),
} satisfies Record<string, Text>;

type Key = keyof typeof messages;

/** A message about a person, by their full name. */
export function about(key: Key, person: { firstName: string; lastName: string }): Text {
  return fill(messages[key], { name: `${person.firstName} ${person.lastName}` });
}

export function noSuchName(name: string): Text {
  return fill(messages.noSuchName, { name });
}
