/** ra-core's i18n provider over the catalogue, and what pages use of it. */
import { type I18nProvider, useLocaleState, useTranslate } from "ra-core";
import { type Formats, formats } from "./formats.ts";
import { type Gaps, LOCALES, type Locale, say, type Values, type Word } from "./words.ts";
import { ownZone } from "./zone.ts";

const KEPT = "caravan.locale";

function firstLocale(): Locale {
  const wanted = localStorage.getItem(KEPT) ?? navigator.language;
  return wanted.startsWith("ru") ? "ru" : "en";
}

let current = firstLocale();
document.documentElement.lang = current;

export const i18nProvider: I18nProvider = {
  translate: (key, values) => say(current, key, values),
  async changeLocale(locale) {
    current = locale === "ru" ? "ru" : "en";
    localStorage.setItem(KEPT, current);
    document.documentElement.lang = current;
  },
  getLocale: () => current,
  getLocales: () => LOCALES.map((locale) => ({ locale, name: locale === "ru" ? "Русский" : "English" })),
};

/** A text of the catalogue in the page's language. Its gaps are `{named}`, and each must be given a value. */
export type Say = <Key extends Word>(key: Key, ...values: Given<Gaps<Key>>) => string;
type Given<Gap extends string> = [Gap] extends [never]
  ? [values?: Values]
  : [values: Readonly<Record<Gap, string | number>>];

/** Translates keys of the catalogue to the page's language. */
export function useWords(): Say {
  return useTranslate();
}

export function useFormats(): Formats {
  const [locale] = useLocaleState();
  return formats(locale === "ru" ? "ru" : "en", ownZone());
}
