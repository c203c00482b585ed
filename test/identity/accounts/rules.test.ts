/** The pure rules of an account: phones, names, birthdays, addresses. */
import { describe, expect, test } from "vitest";
import { messages } from "../../../src/modules/identity/messages.ts";
import {
  birthdayFault,
  foldEmail,
  foldUsername,
  isEmail,
  nameFaults,
  normalizePhone,
  signInEmailFault,
  usernameFrom,
} from "../../../src/modules/identity/rules.ts";

describe("a phone", () => {
  test.each([
    ["+79001234567"],
    ["79001234567"],
    ["89001234567"],
    ["9001234567"],
    ["8 900 123-45-67"],
    ["8(900)123-45-67"],
    [" +7 900 1234567 "],
    ["+7.900.123.45.67"],
  ])("The phone %s is normalized to +79001234567.", (words) => {
    expect(normalizePhone(words)).toBe("+79001234567");
  });

  test.each([
    ["+12025550123", "+12025550123"],
    ["12025550123", "+12025550123"],
    ["+442071838750", "+442071838750"],
    ["+375291234567", "+375291234567"],
    ["375291234567", "+375291234567"],
  ])("The foreign phone %s is normalized to %s.", (words, normal) => {
    expect(normalizePhone(words)).toBe(normal);
  });

  test.each([
    ["notaphone"],
    [""],
    [" "],
    ["+"],
    ["123"],
    ["+7900123456"],
    ["+7900123456789"],
    ["7900-CALL-ME"],
    ["+7900１234567"],
    ["+79001234567\0"],
    ["'; DROP"],
  ])("The text %j is not a valid phone.", (words) => {
    expect(normalizePhone(words)).toBeNull();
  });
});

describe("a person's name", () => {
  const wrongLength = messages.firstNameLength;
  const faults = (name: string) => nameFaults(name, wrongLength);

  test.each([
    ["Анна"],
    ["Анна-Мария"],
    ["Анна -Мария"],
    ["Анна Мария"],
    ["Ёлка ёж"],
    ["John"],
    ["Jean Claude"],
    ["Юзер"],
    ["ab"],
    ["a b c d e f"],
    ["а-б-в-г-д-е"],
    ["я".repeat(150)],
  ])("The text %s is a valid name.", (name) => {
    expect(faults(name)).toEqual([]);
  });

  test.each([
    ["Анна- Мария"],
    ["Анна  Мария"],
    ["Анна--Мария"],
    ["Анна - Мария"],
    ["О'Коннор"],
    ["Zoë"],
    ["-Анна"],
    ["Анна-"],
    ["Анна -"],
    ["a b c d e f g"],
    ["123"],
    ["<>"],
    ["Анна1"],
    ["Анна_Мария"],
    ["Анна\nМария"],
    ["名前"],
    ["İi"],
    ["Ам\u0301"],
  ])("The name %j has invalid characters.", (name) => {
    expect(faults(name)).toEqual([messages.nameCharacters]);
  });

  test.each([["F"], ["Я"], ["я".repeat(151)]])("The name %s is refused for its length only.", (name) => {
    expect(faults(name)).toEqual([wrongLength]);
  });

  test("A name of one invalid character reports the character before the length.", () => {
    expect(faults("1")).toEqual([messages.nameCharacters, wrongLength]);
  });

  test("A name crafted to slow down the pattern is checked quickly.", () => {
    expect(faults(`${"a".repeat(149)}1`)).toEqual([messages.nameCharacters]);
    expect(faults(`${"a -".repeat(49)}a1`)).toEqual([messages.nameCharacters]);
    expect(faults("a -".repeat(1_000_000))).toEqual([wrongLength]);
  });
});

describe("a birthday", () => {
  const on = (day: string) => Date.parse(`${day}T12:00:00Z`);

  test.each([
    ["2010-06-14", "2024-06-15", null],
    ["2010-06-15", "2024-06-15", messages.birthdayYoung],
    ["2010-06-16", "2024-06-15", messages.birthdayYoung],
    ["2024-06-15", "2024-06-15", messages.birthdayYoung],
    ["2024-06-16", "2024-06-15", messages.birthdayFuture],
    ["9999-12-31", "2024-06-15", messages.birthdayFuture],
    ["1904-06-16", "2024-06-15", null],
    ["1904-06-15", "2024-06-15", messages.birthdayOld],
    ["1904-06-14", "2024-06-15", messages.birthdayOld],
    ["0001-01-01", "2024-06-15", messages.birthdayOld],
    ["2010-02-27", "2024-02-29", null],
    ["2010-02-28", "2024-02-29", messages.birthdayYoung],
    ["2010-03-01", "2024-02-29", messages.birthdayYoung],
    ["1904-02-29", "2024-02-29", null],
    ["1904-02-28", "2024-02-29", messages.birthdayOld],
    ["2008-02-29", "2022-02-28", messages.birthdayYoung],
    ["2008-02-29", "2022-03-01", null],
    ["2008-02-29", "2023-02-28", null],
  ])("The birthday %s is judged on the day %s.", (birthday, today, fault) => {
    expect(birthdayFault(birthday, on(today))).toBe(fault);
  });

  test("A birthday is judged by the UTC day, from its first to its last moment.", () => {
    expect(birthdayFault("2010-06-15", Date.parse("2024-06-15T23:59:59.999Z"))).toBe(messages.birthdayYoung);
    expect(birthdayFault("2010-06-15", Date.parse("2024-06-16T00:00:00Z"))).toBeNull();
  });
});

describe("an address", () => {
  test.each([["a@b.cc"], ["Ann.Smith+tag@Example.co.uk"], ["testone@test.ru"], ["x_y-z@sub-domain.example"]])(
    "The text %s is a valid e-mail address.",
    (email) => {
      expect(isEmail(email)).toBe(true);
      expect(signInEmailFault(email)).toBeNull();
    },
  );

  test.each([
    ["почта@test.ru", messages.emailNotAscii],
    ["ann@почта", messages.emailNotAscii],
    ["ann@почта.рф/x", messages.emailNotAscii],
    ["ann@１２７.1", messages.emailNotAscii],
    ["testone.test.ru", messages.emailFormat],
    ["a@a", messages.emailLength],
    ["", messages.emailLength],
    [`${"a".repeat(250)}@test.ru`, messages.emailLength],
    ["<ann>@test.ru", messages.emailFormat],
    ["ann@test", messages.emailFormat],
    ["ann@test..ru", messages.emailFormat],
    ["ann@-test.ru", messages.emailFormat],
    [".ann@test.ru", messages.emailFormat],
    ["ann.@test.ru", messages.emailFormat],
    ["ann bob@test.ru", messages.emailFormat],
    ["ann@bob@test.ru", messages.emailFormat],
  ])("The text %j is not a valid e-mail address.", (email, fault) => {
    expect(isEmail(email)).toBe(false);
    expect(signInEmailFault(email)).toBe(fault);
  });

  test("A long e-mail address is checked quickly.", () => {
    expect(isEmail(`a@${"a-".repeat(200_000)}`)).toBe(false);
  });
});

describe("a username", () => {
  test("A generated username is the phone's digits, else the address's letters, with a number on a clash.", () => {
    expect(usernameFrom("+79990000001", "ann@example.com", 0)).toBe("79990000001");
    expect(usernameFrom("+79990000001", null, 2)).toBe("799900000012");
    expect(usernameFrom(null, "Ann.Smith@example.com", 0)).toBe("annsmithexamplecom");
    expect(usernameFrom(null, null, 0)).toBe("user");
    expect(usernameFrom(null, `${"a".repeat(250)}@b.cc`, 9).length).toBeLessThan(150);
  });

  test("Usernames that differ in case or Unicode composition are the same.", () => {
    expect(foldUsername("ИВАН")).toBe(foldUsername("иван"));
    expect(foldUsername("и\u0306")).toBe(foldUsername("й"));
    expect(foldEmail(" Ann@Example.COM ")).toBe("ann@example.com");
  });
});
