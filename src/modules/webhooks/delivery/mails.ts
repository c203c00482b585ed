/** The letter to the owner of an endpoint that is failing or was switched off. */
import { fill } from "../../../platform/http/messages.ts";
import type { Locale } from "../../../platform/http/text.ts";
import type { Letter } from "../../../platform/mail/letter.ts";
import { tidings } from "../messages.ts";

export interface EndpointLetter {
  readonly what: keyof typeof tidings;
  readonly url: string;
  /** The endpoint's page in the console. */
  readonly page: string;
}

export function endpointFails({ what, url, page }: EndpointLetter, locale: Locale): Letter {
  const { title, message } = tidings[what];
  return {
    subject: title[locale],
    paragraphs: [fill(message, { url })[locale]],
    action: { label: locale === "ru" ? "Открыть в консоли" : "Open in the console", url: page },
  };
}

/** Template name in the outbox. */
export const webhookMails = { "webhook.fails": endpointFails };
