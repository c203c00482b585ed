/** The mail before a document expires. */
import type { Locale } from "../../platform/http/text.ts";
import type { Letter } from "../../platform/mail/letter.ts";

export interface ExpiryLetter {
  readonly name: string;
  readonly kind: string;
  /** `YYYY-MM-DD`. */
  readonly expiresOn: string;
  /** Whole days left; 0 is today. */
  readonly daysLeft: number;
}

export function documentExpires(data: ExpiryLetter, locale: Locale): Letter {
  const { name, kind, expiresOn, daysLeft } = data;
  const ru = locale === "ru";
  return {
    subject: ru ? `Документ «${name}» скоро истекает` : `Your document "${name}" expires soon`,
    paragraphs: [
      ru
        ? `Срок действия документа «${name}» заканчивается ${expiresOn}: ${when(daysLeft, locale)}.`
        : `Your document "${name}" expires on ${expiresOn}: ${when(daysLeft, locale)}.`,
    ],
    facts: kind ? [[ru ? "Вид" : "Kind", kind]] : [],
  };
}

function when(days: number, locale: Locale): string {
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(days, "day");
}

/** Template name in the outbox. */
export const documentMails = { "document.expires": documentExpires };
