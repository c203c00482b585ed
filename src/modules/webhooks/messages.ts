/** Texts of webhooks: refusals, and what the owner of a failing endpoint is told. */
import { text } from "../../platform/http/text.ts";

export const texts = {
  types: text("Choose at least one type of events.", "Выберите хотя бы один вид событий."),
  unknownType: text("There is no type of events {value}.", "Нет вида событий {value}."),
  owner: text("Choose a member of staff.", "Выберите сотрудника."),
  unheard: text(
    "This endpoint tells of {type}, which you may not read.",
    "Этот адрес получает {type}, а читать это вам нельзя.",
  ),
  inactive: text("The endpoint is switched off.", "Адрес отключён."),
  waits: text("It is being sent already.", "Отправка уже идёт."),
  range: text("The end must not be before the beginning.", "Конец не может быть раньше начала."),
};

/** Titles and words of notices and letters; `{url}` is the endpoint's. */
export const tidings = {
  warn: {
    title: text("A webhook is failing", "Вебхук не принимает события"),
    message: text(
      "{url} has accepted nothing for a while. Unless it does, it will be switched off.",
      "{url} уже давно ничего не принимает. Если это не изменится, он будет отключён.",
    ),
  },
  failing: {
    title: text("A webhook was switched off", "Вебхук отключён"),
    message: text(
      "{url} accepted nothing for days and was switched off. What was not delivered can be sent again once it is switched on.",
      "{url} несколько дней ничего не принимал и отключён. Недоставленное можно отправить снова, когда он будет включён.",
    ),
  },
  gone: {
    title: text("A webhook was switched off", "Вебхук отключён"),
    message: text("{url} answered 410 Gone and was switched off.", "{url} ответил 410 Gone и отключён."),
  },
};
