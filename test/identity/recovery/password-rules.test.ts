/** What a password may be: a table of passwords that every route accepts or refuses. */
import { describe, expect, test } from "vitest";
import { messages } from "../../../src/modules/identity/messages.ts";
import { commonPasswords } from "../../../src/modules/identity/passwords/common-passwords.ts";
import { isSimilar, weaknesses } from "../../../src/modules/identity/rules.ts";

describe("a password", () => {
  const POLICY = { minLength: 8 };

  test.each([
    ["newpassword"],
    ["testpassword"],
    ["securepassword123"],
    ["newpassword456"],
    ["validpasswd"],
    ["verysecret"],
    ["new_verysecret"],
    ["alskdj01"],
    ["alskdj02"],
    ["alskdj03"],
    ["пароль на завтра"],
  ])("The password %s is accepted.", (password) => {
    expect(weaknesses(password, POLICY)).toEqual([]);
  });

  test.each([
    ["password123", [messages.passwordCommon]],
    ["qwerty123", [messages.passwordCommon]],
    ["QwErTy123", [messages.passwordCommon]],
    ["12345678", [messages.passwordCommon, messages.passwordNumeric]],
    ["81672049", [messages.passwordNumeric]],
    ["p", [messages.passwordShort]],
    ["1234567", [messages.passwordShort, messages.passwordNumeric]],
    ["", [messages.passwordShort]],
  ])("The password %s is refused.", (password, faults) => {
    expect(weaknesses(password, POLICY)).toEqual(faults);
  });

  test("The list of common passwords has about 3,000 words of at least the minimum length.", () => {
    expect(commonPasswords.size).toBeGreaterThan(2900);
    expect([...commonPasswords].filter((word) => word.length < 8 || word !== word.toLowerCase())).toEqual([]);
  });

  test("A policy may limit the length and compare with user attributes; similarity is reported first.", () => {
    const policy = {
      minLength: 8,
      length: { max: 50, text: messages.passwordLength },
      attributes: [
        { name: messages.firstName, value: "Ann" },
        { name: messages.emailAddress, value: "ann.smith@example.com" },
      ],
    };
    expect(weaknesses("a".repeat(51), policy)).toEqual([messages.passwordLength]);
    expect(weaknesses("a".repeat(50), policy)).toEqual([]);
    expect(weaknesses("ann", policy).map(({ ru }) => ru)).toEqual([
      "Введённый пароль слишком похож на Имя.",
      "Пароль должен содержать от 8 до 50 символов.",
    ]);
    expect(weaknesses("ann.smith", policy).map(({ en }) => en)).toEqual([
      "The password is too similar to the email address.",
    ]);
  });
});

describe("likeness of a password to a word", () => {
  test.each([
    ["testone@test.ru", "testone@test.ru"],
    ["TESTONE1", "testone@test.ru"],
    ["testone99", "testone@test.ru"],
    ["enotset1", "testone@test.ru"],
    ["Тестовый", "тестовый"],
    ["margarita", "Анна-Маргарита margarita"],
    ["first_last", "first_last@x.org"],
  ])("The password %s is similar to %s.", (password, value) => {
    expect(isSimilar(password, value)).toBe(true);
  });

  test.each([
    ["alskdj01", "testone@test.ru"],
    ["verysecret", "ann@example.com"],
    ["validpasswd", "Тестовый"],
    ["a-long-password-with-ann", "Ann"],
    ["whatever you say", ""],
    ["whatever you say", "@"],
  ])("The password %s is not similar to %j.", (password, value) => {
    expect(isSimilar(password, value)).toBe(false);
  });

  test("A password is similar if it shares seven tenths of the letters, in any order.", () => {
    expect(isSimilar("abcdefgxyz", "gfedcba123")).toBe(true);
    expect(isSimilar("abcdefwxyz", "fedcba1234")).toBe(false);
  });
});
