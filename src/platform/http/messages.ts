/** Messages shared by all modules: those of Django REST framework, which the clients know. */
import { literal, type Text, text } from "./text.ts";

export const messages = {
  required: text("This field is required.", "Обязательное поле."),
  blank: text("This field may not be blank.", "Это поле не может быть пустым."),
  null: text("This field may not be null.", "Это поле не может быть пустым."),
  invalid: text("Invalid value.", "Недопустимое значение."),
  notString: literal("Not a valid string."),
  notBoolean: literal("Must be a valid boolean."),
  notNumber: text("A valid number is required.", "Требуется численное значение."),
  notInteger: text("A valid integer is required.", "Введите правильное число."),
  email: text("Enter a valid email address.", "Введите правильный адрес электронной почты."),
  date: text(
    "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    "Неправильный формат date. Используйте один из этих форматов: YYYY-MM-DD.",
  ),
  datetime: text(
    "Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
    "Неправильный формат datetime. Используйте один из этих форматов:  YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].",
  ),
  timeZone: text(
    "Enter a time zone of the IANA database, such as Europe/Moscow.",
    "Укажите часовой пояс из базы IANA, например Europe/Moscow.",
  ),
  image: text(
    "Upload a valid image. The file you uploaded was either not an image or a corrupted image.",
    "Загрузите правильное изображение. Файл, который вы загрузили, поврежден или не является изображением.",
  ),
  notFile: text(
    "The submitted data was not a file. Check the encoding type on the form.",
    "Загруженный файл не является корректным файлом.",
  ),
  emptyFile: text("The submitted file is empty.", "Отправленный файл пуст."),
  noCredentials: text(
    "Authentication credentials were not provided.",
    "Учетные данные не были предоставлены.",
  ),
  invalidToken: text("Invalid token.", "Недопустимый токен."),
  inactiveUser: text("User inactive or deleted.", "Пользователь неактивен или удален."),
  tokenHeaderEmpty: text(
    "Invalid token header. No credentials provided.",
    "Недопустимый заголовок токена. Не предоставлены учетные данные.",
  ),
  tokenHeaderSpaces: text(
    "Invalid token header. Token string should not contain spaces.",
    "Недопустимый заголовок токена. Токен не должен содержать пробелов.",
  ),
  forbidden: text(
    "You do not have permission to perform this action.",
    "У вас недостаточно прав для выполнения данного действия.",
  ),
  notFound: text("Not found.", "Страница не найдена."),
  conflict: text(
    "The record was changed by somebody else. Load it again and repeat.",
    "Запись изменил кто-то другой. Загрузите её снова и повторите.",
  ),
  originRefused: text(
    "Requests from this origin are not accepted with a cookie.",
    "Запросы с этого сайта с cookie не принимаются.",
  ),
  factorRequired: text(
    "Set up a second factor first: your role requires one.",
    "Сначала настройте второй фактор: его требует ваша роль.",
  ),
  keyNotAllowed: text("API keys can't be used here.", "Ключи API здесь не действуют."),
  keyScope: text("This API key lacks the scope for this.", "У этого ключа API нет нужных прав."),
  throttled: text("Request was throttled.", "Запрос был проигнорирован."),
  notDictionary: text(
    "Invalid data. Expected a dictionary, but got {type}.",
    "Недопустимые данные. Ожидался dictionary, но был получен {type}.",
  ),
  notList: text(
    'Expected a list of items but got type "{type}".',
    'Ожидался list со значениями, но был получен "{type}".',
  ),
  jsonParse: literal("JSON parse error - {problem}"),
  mediaType: text(
    'Unsupported media type "{type}" in request.',
    'Неподдерживаемый тип данных "{type}" в запросе.',
  ),
  tooLarge: text("The request is larger than {limit} bytes.", "Запрос больше {limit} байт."),
  tooManyFields: text(
    "The request holds more than {limit} fields or parts.",
    "В запросе больше {limit} полей или частей.",
  ),
  method: text('Method "{method}" not allowed.', 'Метод "{method}" не разрешен.'),
  surrogate: text(
    "Surrogate characters are not allowed: {codePoint}.",
    "Суррогатные символы не разрешены: {codePoint}.",
  ),
  maxLength: text(
    "Ensure this field has no more than {limit} characters.",
    "Убедитесь, что это значение содержит не более {limit} символов.",
  ),
  minLength: text(
    "Ensure this field has at least {limit} characters.",
    "Убедитесь, что это значение содержит не менее {limit} символов.",
  ),
  maxItems: text(
    "Ensure this field has no more than {limit} elements.",
    "Убедитесь, что это поле содержит не более {limit} элементов.",
  ),
  minItems: text(
    "Ensure this field has at least {limit} elements.",
    "Убедитесь, что это поле содержит не менее {limit} элементов.",
  ),
  emptyList: text("This list may not be empty.", "Этот список не может быть пустым."),
  maxValue: text(
    "Ensure this value is less than or equal to {limit}.",
    "Убедитесь, что это значение меньше либо равно {limit}.",
  ),
  minValue: text(
    "Ensure this value is greater than or equal to {limit}.",
    "Убедитесь, что это значение больше либо равно {limit}.",
  ),
  choice: text('"{value}" is not a valid choice.', "Значения {value} нет среди допустимых вариантов."),
  uuid: text("Must be a valid UUID.", "Значение “{value}” не является верным UUID-ом."),
  serverError: text(
    "The server could not finish this request. Quote the request id when you report it.",
    "Сервер не смог выполнить запрос. Сообщите нам номер запроса.",
  ),
  keyReused: text(
    "This Idempotency-Key was already used with another request.",
    "Этот Idempotency-Key уже использован с другим запросом.",
  ),
  keyBusy: text(
    "A request with this Idempotency-Key is still running.",
    "Запрос с этим Idempotency-Key ещё выполняется.",
  ),
  keyFormat: text(
    "Idempotency-Key takes 1 to 255 printable characters.",
    "Idempotency-Key — от 1 до 255 печатных символов.",
  ),
  filterNumber: text("Enter a number.", "Введите число."),
  filterDate: text("Enter a valid date.", "Введите правильную дату."),
  filterKey: text(
    "Select a valid choice. That choice is not one of the available choices.",
    "Выберите корректный вариант. Вашего варианта нет среди допустимых значений.",
  ),
  badPage: text("Invalid page.", "Неправильная страница"),
} satisfies Record<string, Text>;

/** A message with its `{placeholders}` filled in, in every language. */
export function fill(message: Text, values: Record<string, string | number>): Text {
  const insert = (words: string) => words.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
  return { en: insert(message.en), ru: insert(message.ru) };
}
