/** Messages in the supported languages, and the choice of a response's language. */

export const LOCALES = ["ru", "en"] as const;
export type Locale = (typeof LOCALES)[number];

/** One message in every language. A catalogue is a plain object of these, one key a message. */
export type Text = Readonly<Record<Locale, string>>;

export function text(en: string, ru: string): Text {
  return { en, ru };
}

/** A message that a contract fixes word for word in every language. */
export function literal(words: string): Text {
  return { en: words, ru: words };
}

/**
 * The language of a response: `Accept-Language` when it names a supported one (`*` names none),
 * else Russian under `/api/v1/` and English elsewhere.
 */
export function chooseLocale(path: string, acceptLanguage: string | null): Locale {
  return preferred(acceptLanguage) ?? (path.startsWith("/api/v1/") || path === "/api/v1" ? "ru" : "en");
}

/** Number of languages of a header that are read. */
const MAX_LANGUAGES = 100;

function preferred(header: string | null): Locale | null {
  if (!header) return null;
  let best: { locale: Locale; weight: number } | null = null;
  for (const part of header.split(",", MAX_LANGUAGES)) {
    const [tag = "", ...parameters] = part
      .toLowerCase()
      .split(";")
      .map((word) => word.trim());
    const locale = LOCALES.find((known) => tag === known || tag.startsWith(`${known}-`));
    if (!locale) continue;
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = quality ? Number(quality.slice(2)) : 1;
    if (weight > 0 && (!best || weight > best.weight)) best = { locale, weight };
  }
  return best?.locale ?? null;
}
