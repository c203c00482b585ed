/** Field types of the Tow Truck dialect: keys, uuids by number, decimals as they were sent. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decimalField, keyField, uuidField } from "../../../src/modules/dispatch/fleet/fields.ts";
import { fieldErrors } from "../../../src/platform/http/input/validation.ts";

/** The value, or the first message in Russian. */
function read(type: z.ZodType, value?: unknown): unknown {
  const result = z
    .object({ it: type })
    .safeParse(value === undefined ? {} : { it: value }, { reportInput: true });
  if (result.success) return (result.data as { it: unknown }).it;
  const [text] = fieldErrors(result.error.issues).it as { ru: string }[];
  return text?.ru;
}

const CAR = "00000000-0000-0000-0000-000000000001";
const SOME = "8c4f8e9a-1d2b-4f6e-9a3c-0123456789ab";

describe("a uuid field", () => {
  test.each([
    [1, CAR],
    [0, "00000000-0000-0000-0000-000000000000"],
    [255, "00000000-0000-0000-0000-0000000000ff"],
    [SOME, SOME],
    [SOME.toUpperCase(), SOME],
    [SOME.replaceAll("-", ""), SOME],
    [` ${SOME} `, SOME],
    ["1", "Значение “1” не является верным UUID-ом."],
    ["abc", "Значение “abc” не является верным UUID-ом."],
    [-1, "Значение “-1” не является верным UUID-ом."],
    [1.5, "Значение “1.5” не является верным UUID-ом."],
    [true, "Значение “true” не является верным UUID-ом."],
    [null, "Это поле не может быть пустым."],
    [undefined, "Обязательное поле."],
  ])("The uuid field reads %j as %s.", (value, expected) => {
    expect(read(uuidField(), value)).toBe(expected);
  });
});

describe("a key field", () => {
  test.each([
    [7, 7],
    ["7", 7],
    [" 7 ", 7],
    ["abc", "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
    ["", "Некорректный тип. Ожидалось значение первичного ключа, получен str."],
    [1.5, "Некорректный тип. Ожидалось значение первичного ключа, получен float."],
    [true, "Некорректный тип. Ожидалось значение первичного ключа, получен bool."],
    [[7], "Некорректный тип. Ожидалось значение первичного ключа, получен list."],
    [{}, "Некорректный тип. Ожидалось значение первичного ключа, получен dict."],
    [null, "Это поле не может быть пустым."],
    [undefined, "Обязательное поле."],
  ])("The key field reads %j as %s.", (value, expected) => {
    expect(read(keyField(), value)).toBe(expected);
  });
});

describe("a decimal field of ten digits", () => {
  test.each([
    ["2500.00", 250_000],
    [2500, 250_000],
    [12.35, 1235],
    ["0012.30", 1230],
    [".5", 50],
    ["1e3", 100_000],
    ["+1", 100],
    ["0", 0],
    ["99999999.99", 9_999_999_999],
    ["1.234", "Убедитесь, что вы ввели не более 2 цифры после запятой."],
    ["0.001", "Убедитесь, что вы ввели не более 2 цифры после запятой."],
    ["1e-3", "Убедитесь, что вы ввели не более 2 цифры после запятой."],
    ["123456789", "Убедитесь, что вы ввели не более 8 цифры перед запятой."],
    ["1e300", "Убедитесь, что вы ввели не более 10 цифры."],
    ["12345678901", "Убедитесь, что вы ввели не более 10 цифры."],
    ["-0.01", "Убедитесь, что это значение больше либо равно 0."],
    ["", "Требуется численное значение."],
    [".", "Требуется численное значение."],
    ["NaN", "Требуется численное значение."],
    ["Infinity", "Требуется численное значение."],
    ["1,5", "Требуется численное значение."],
    [true, "Требуется численное значение."],
    [[1], "Требуется численное значение."],
    ["9".repeat(10_000), "Требуется численное значение."],
    [null, "Это поле не может быть пустым."],
    [undefined, "Обязательное поле."],
  ])("The decimal field reads %j as %s.", (value, expected) => {
    expect(read(decimalField({ digits: 10, min: 0 }), value)).toBe(expected);
  });
});
