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
  ])("%s is +79001234567", (words) => {
    expect(normalizePhone(words)).toBe("+79001234567");
  });

  test.each([
    ["+12025550123", "+12025550123"],
    ["12025550123", "+12025550123"],
    ["+442071838750", "+442071838750"],
    ["+375291234567", "+375291234567"],
    ["375291234567", "+375291234567"],
  ])("%s of another country is %s", (words, normal) => {
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
  ])("%j is none", (words) => {
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
  ])("%s is one", (name) => {
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
  ])("%j holds what a name does not", (name) => {
    expect(faults(name)).toEqual([messages.nameCharacters]);
  });

  test.each([["F"], ["Я"], ["я".repeat(151)]])("%s has only a wrong length", (name) => {
    expect(faults(name)).toEqual([wrongLength]);
  });

  test("one wrong character says what it is before how few", () => {
    expect(faults("1")).toEqual([messages.nameCharacters, wrongLength]);
  });

  test("a name made to confuse the pattern costs nothing", () => {
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
  ])("%s seen on %s", (birthday, today, fault) => {
    expect(birthdayFault(birthday, on(today))).toBe(fault);
  });

  test("the day is that of UTC, from its first to its last moment", () => {
    expect(birthdayFault("2010-06-15", Date.parse("2024-06-15T23:59:59.999Z"))).toBe(messages.birthdayYoung);
    expect(birthdayFault("2010-06-15", Date.parse("2024-06-16T00:00:00Z"))).toBeNull();
  });
});

describe("an address", () => {
  test.each([["a@b.cc"], ["Ann.Smith+tag@Example.co.uk"], ["testone@test.ru"], ["x_y-z@sub-domain.example"]])(
    "%s is one",
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
  ])("%j is none", (email, fault) => {
    expect(isEmail(email)).toBe(false);
    expect(signInEmailFault(email)).toBe(fault);
  });

  test("a long one costs nothing", () => {
    expect(isEmail(`a@${"a-".repeat(200_000)}`)).toBe(false);
  });
});

describe("a username", () => {
  test("is the phone's digits, else the address's letters, with a number on a clash", () => {
    expect(usernameFrom("+79990000001", "ann@example.com", 0)).toBe("79990000001");
    expect(usernameFrom("+79990000001", null, 2)).toBe("799900000012");
    expect(usernameFrom(null, "Ann.Smith@example.com", 0)).toBe("annsmithexamplecom");
    expect(usernameFrom(null, null, 0)).toBe("user");
    expect(usernameFrom(null, `${"a".repeat(250)}@b.cc`, 9).length).toBeLessThan(150);
  });

  test("is one in any case and composition", () => {
    expect(foldUsername("ИВАН")).toBe(foldUsername("иван"));
    expect(foldUsername("и\u0306")).toBe(foldUsername("й"));
    expect(foldEmail(" Ann@Example.COM ")).toBe("ann@example.com");
  });
});
