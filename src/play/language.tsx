/** The page's language: the visitor's choice, which the console shares, or the browser's. */
import { createContext, type ReactNode, useContext, useState } from "react";
import { type Locale, say, type Values, type Word } from "./words.ts";

const KEPT = "caravan.locale";

interface Language {
  readonly locale: Locale;
  readonly change: (locale: Locale) => void;
}

function firstLocale(): Locale {
  const wanted = localStorage.getItem(KEPT) ?? navigator.language;
  return wanted.startsWith("ru") ? "ru" : "en";
}

const LanguageContext = createContext<Language>({ locale: "en", change: () => {} });

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [locale, setLocale] = useState(firstLocale);
  document.documentElement.lang = locale;
  document.title = say(locale, "page.title");
  const change = (next: Locale) => {
    localStorage.setItem(KEPT, next);
    setLocale(next);
  };
  return <LanguageContext value={{ locale, change }}>{children}</LanguageContext>;
}

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

/** Texts of the catalogue in the page's language. */
export function useWords(): (word: Word, values?: Values) => string {
  const { locale } = useLanguage();
  return (word, values) => say(locale, word, values);
}

/** Times of day in the page's language, in hours and minutes. */
export function useClock(): (at: string | number) => string {
  const { locale } = useLanguage();
  return (at) => new Date(at).toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
}
