/** Events that Find Friend's API refuses to create, with the text for each fault. */
import { describe, expect, test } from "vitest";
import { rows } from "../harness/api.ts";
import { guest, postEvent } from "./fixtures.ts";

const REQUIRED = "Обязательное поле.";

describe("an invalid event", () => {
  const PLACES = "Убедитесь, что вы ввели не более 2 цифры после запятой.";
  const WHOLE = "Введите правильное число.";
  const DATETIME =
    "Неправильный формат datetime. Используйте один из этих форматов:  YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z].";
  const LEAST = "Убедитесь, что это значение больше либо равно 0.";

  test.each<[string, unknown, string]>([
    ["name", undefined, REQUIRED],
    ["name", "  ", "Это поле не может быть пустым."],
    ["name", "n".repeat(51), "Убедитесь, что это значение содержит не более 50 символов."],
    ["description", undefined, REQUIRED],
    ["event_type", "e".repeat(51), "Убедитесь, что это значение содержит не более 50 символов."],
    ["address", "a".repeat(151), "Убедитесь, что это значение содержит не более 150 символов."],
    ["start_date", "завтра", DATETIME],
    ["end_date", "2031-13-01", DATETIME],
    ["end_date", "2031-04-30", "Дата окончания должна быть позже даты начала."],
    ["event_price", "-1", LEAST],
    ["event_price", "1.005", PLACES],
    ["event_price", "12345678901", "Убедитесь, что вы ввели не более 10 цифры."],
    ["event_price", "дорого", "Требуется численное значение."],
    ["min_age", -1, LEAST],
    ["min_age", 1.5, WHOLE],
    ["min_age", "взрослый", WHOLE],
    ["max_age", 32768, "Убедитесь, что это значение меньше либо равно 32767."],
    ["max_count_members", 0, "Участников больше, чем мест: увеличьте максимальное количество участников."],
    ["city", 999, 'Недопустимый первичный ключ "999" - объект не существует.'],
    ["city", "Москва", "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
    ["image", "a.jpg", "Загруженный файл не является корректным файлом."],
    ["members", [{ id: 99_999_999 }], 'Недопустимый первичный ключ "99999999" - объект не существует.'],
    ["members", "5", 'Ожидался list со значениями, но был получен "str".'],
    ["latitude", 91, "Убедитесь, что это значение меньше либо равно 90."],
  ])("An event with %s %j is refused with a text and not created.", async (field, value, words) => {
    const host = await guest();
    const { status, body } = await postEvent(host, { [field]: value });
    expect({ status, body }).toEqual({ status: 400, body: { [field]: [words] } });
    expect(await rows("SELECT id FROM events WHERE creator_id = ?", host.id)).toEqual([]);
  });

  test.each<object>([
    { min_age: 30, max_age: 20 },
    { min_count_members: 5, max_count_members: 3 },
    { latitude: 55.5 },
    { longitude: 37.5, latitude: null },
    { members: [{ id: "x" }] },
    { members: [{}] },
    { members: [5] },
  ])("An event with %j is refused and not created.", async (changes) => {
    const host = await guest();
    expect((await postEvent(host, changes)).status).toBe(400);
    expect(await rows("SELECT id FROM events WHERE creator_id = ?", host.id)).toEqual([]);
  });
});
