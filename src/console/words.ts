/**
 * The catalogue of the console: each part brings its texts in a `words.ts` of its own, in both languages. A count picks among
 * the forms of a text that are separated by `|`: one, few, many.
 */
import { accountWords } from "./account/words.ts";
import { kitWords } from "./kit/words.ts";
import { mapWords } from "./map/words.ts";
import { callWords } from "./pages/call/words.ts";
import { talkWords } from "./pages/conversations/words.ts";
import { orderWords } from "./pages/order/words.ts";
import { pageWords } from "./pages/words.ts";
import { fileWords } from "./records/files/words.ts";
import { recordWords } from "./records/words.ts";
import { securityWords } from "./security/words.ts";
import { shellWords } from "./shell/words.ts";

export const catalogue = {
  ...accountWords,
  ...kitWords,
  ...mapWords,
  ...pageWords,
  ...callWords,
  ...talkWords,
  ...orderWords,
  ...fileWords,
  ...recordWords,
  ...securityWords,
  ...shellWords,
  // Of ra-core.
  "ra.notification.updated": ["Saved", "Сохранено"],
  "ra.notification.created": ["Created", "Создано"],
  "ra.notification.deleted": ["Deleted", "Удалено"],
  "ra.notification.http_error": ["The server can't be reached.", "Сервер недоступен."],
  "ra.notification.data_provider_error": ["The server can't be reached.", "Сервер недоступен."],
  "ra.notification.item_doesnt_exist": ["This record no longer exists.", "Этой записи больше нет."],
  "ra.notification.logged_out": ["Your session has ended. Sign in again.", "Сеанс завершён. Войдите снова."],
  "ra.notification.not_authorized": ["You may not do that.", "У вас нет на это прав."],
  "ra.auth.auth_check_error": ["Sign in first.", "Сначала войдите."],
  "ra.message.invalid_form": ["Some fields are wrong.", "Некоторые поля заполнены неверно."],
  "ra.validation.required": ["Required", "Обязательное поле"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof catalogue;
/** The names of the gaps in a text: `name` of `Remove {name}`. */
export type Gaps<Key extends Word> = Key extends Word ? GapsOf<(typeof catalogue)[Key][0]> : never;
type GapsOf<Text extends string> = Text extends `${string}{${infer Gap}}${infer Rest}`
  ? Gap | GapsOf<Rest>
  : never;
/** Keys of texts without gaps. */
export type PlainWord = { [Key in Word]: [Gaps<Key>] extends [never] ? Key : never }[Word];
export type Values = Readonly<Record<string, string | number>>;
export const LOCALES = ["en", "ru"] as const;
export type Locale = (typeof LOCALES)[number];

/** The text of a key. Unknown keys are texts already (messages of the API); ra-core passes its own text as `_`. */
export function say(locale: Locale, key: string, values: Values = {}): string {
  const texts = Object.hasOwn(catalogue, key) ? catalogue[key as Word] : null;
  if (!texts) return typeof values._ === "string" ? values._ : key;
  const text = texts[locale === "ru" ? 1 : 0];
  const forms = text.split("|");
  const form =
    typeof values.n === "number" && forms.length > 1 ? forms[formOf(locale, values.n, forms.length)] : text;
  return (form ?? text).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

function formOf(locale: Locale, count: number, forms: number): number {
  const rule = new Intl.PluralRules(locale).select(count);
  return Math.min(rule === "one" ? 0 : rule === "few" ? 1 : 2, forms - 1);
}
