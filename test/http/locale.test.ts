/** The language of a response. */
import { expect, test } from "vitest";
import { fill, messages } from "../../src/platform/http/messages.ts";
import { chooseLocale, type Text } from "../../src/platform/http/text.ts";
import { get, post } from "../harness/api.ts";

test.each<[string | null, string, string]>([
  [null, "ru", "en"],
  ["", "ru", "en"],
  ["*", "ru", "en"],
  ["*;q=0.9", "ru", "en"],
  ["de", "ru", "en"],
  ["de-DE,fr;q=0.8,*;q=0.1", "ru", "en"],
  ["ru", "ru", "ru"],
  ["ru-RU", "ru", "ru"],
  ["RU-ru;q=0.3", "ru", "ru"],
  ["en", "en", "en"],
  ["en-US,en;q=0.9", "en", "en"],
  ["en;q=0.5, ru;q=0.9", "ru", "ru"],
  ["ru;q=0.5,en", "en", "en"],
  ["de,en;q=0.2,ru;q=0.1", "en", "en"],
  ["en;q=0.8,ru;q=0.8", "en", "en"],
  ["ru;q=0,en;q=0.1", "en", "en"],
  ["ru;q=0", "ru", "en"],
  ["en;q=oops", "ru", "en"],
  ["english", "ru", "en"],
  ["rue", "ru", "en"],
  ["en ; q=1.0", "en", "en"],
  [",,;q=1,", "ru", "en"],
])("Accept-Language %j: %s under /api/v1/, %s elsewhere.", (header, native, elsewhere) => {
  expect(chooseLocale("/api/v1/auth/login/", header)).toBe(native);
  expect(chooseLocale("/api/v1", header)).toBe(native);
  expect(chooseLocale("/api/auth/login/", header)).toBe(elsewhere);
  expect(chooseLocale("/api/v10/", header)).toBe(elsewhere);
});

test("Validation messages are in the language of the request.", async () => {
  const headers = { "accept-language": "en-GB,ru;q=0.2" };
  expect((await post("/api/v1/auth/login/", {})).body.phone).toEqual(["Обязательное поле."]);
  expect((await post("/api/v1/auth/login/", {}, { headers })).body.phone).toEqual([
    "This field is required.",
  ]);
  const russian = { "accept-language": "ru" };
  expect((await post("/api/auth/registration/", {}, { headers: russian })).body.username).toEqual([
    "Обязательное поле.",
  ]);
  expect((await post("/api/auth/registration/", {})).body.username).toEqual(["This field is required."]);
});

test("Refusals without a route are in the language of the request.", async () => {
  const headers = { "accept-language": "*" };
  expect((await get("/api/v1/nothing/", { headers })).body).toEqual({ detail: "Страница не найдена." });
  expect((await get("/nothing/", { headers })).body).toEqual({ detail: "Not found." });
  const english = { "accept-language": "en" };
  expect((await get("/api/v1/nothing/", { headers: english })).body).toEqual({ detail: "Not found." });
});

test("A page behind a mailed link is in the language of the request.", async () => {
  const page = await get("/account-confirm-email/none/", { headers: { "accept-language": "ru" } });
  expect(page.body).toContain('<html lang="ru">');
  expect(page.body).toContain("Ссылка больше не действует");
  expect((await get("/account-confirm-email/none/")).body).toContain('<html lang="en">');
});

test.each(Object.entries(messages as Record<string, Text>))(
  "The message %s exists in every language.",
  (_, text) => {
    const places = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).sort();
    expect(text.en).not.toBe("");
    expect(text.ru).not.toBe("");
    expect(places(text.ru)).toEqual(expect.arrayContaining(places(text.en)));
  },
);

test("Placeholders of a message are filled in every language; unknown ones stay.", () => {
  const text = { en: "{a} of {b}", ru: "{b}: {a}" };
  expect(fill(text, { a: 1 })).toEqual({ en: "1 of {b}", ru: "{b}: 1" });
});
