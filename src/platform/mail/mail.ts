/** Mail and SMS: the effects that modules request, and their delivery. */
import type { OutboxRow } from "../db/claims.ts";
import type { Effect } from "../db/outbox.ts";
import type { Locale } from "../http/text.ts";
import type { Runtime } from "../runtime.ts";
import { type Letter, type RenderedLetter, render } from "./letter.ts";
import { sendByResend } from "./resend-provider.ts";
import { isWithheld, Withheld } from "./suppressions.ts";

/** Renders one kind of mail from the data in its outbox row. */
export type Template<Data> = (data: Data, locale: Locale) => Letter;
/** Templates by name; `mailEffect` checks that a row's data fits its template. */
export type Templates = Readonly<Record<string, Template<never>>>;

interface MailPayload {
  readonly template: string;
  readonly locale: Locale;
  readonly data: object;
  /** Holds a code or a link that grants access: deleted once the provider has accepted the mail. */
  readonly secret: boolean;
  /** The address that ends such letters to this person. Letters about the account's security have none. */
  readonly unsubscribe?: string | undefined;
}

export type MailOptions = Partial<Pick<MailPayload, "secret" | "unsubscribe">>;

/** A mail to one address. `name` is the template's key in the `templates` of `jobs.ts`. */
export function mailEffect<Data extends object>(
  name: string,
  _template: Template<Data>,
  to: string,
  locale: Locale,
  data: Data,
  { secret = false, unsubscribe }: MailOptions = {},
): Effect {
  return {
    kind: "mail",
    address: to,
    payload: { template: name, locale, data, secret, unsubscribe } satisfies MailPayload,
  };
}

/** A short message to a phone in E.164; `code` and `link` are the one-time code and the address that the text contains. */
export function smsEffect(to: string, text: string, code?: string, link?: string): Effect {
  return { kind: "sms", address: to, payload: { text, code, link } };
}

/** Renders the mail of an outbox row in any state. */
export function letterOf(
  row: Pick<OutboxRow, "kind" | "payload">,
  templates: Templates,
): RenderedLetter | null {
  if (row.kind === "sms") {
    const { text = "", code, link } = row.payload as { text?: string; code?: string; link?: string };
    const [links, codes] = [link ? [link] : [], code ? [code] : []];
    return { subject: "SMS", text, html: "", links, codes, attachments: [], headers: {} };
  }
  const { template = "", locale = "en", data, unsubscribe } = row.payload as Partial<MailPayload>;
  const letter = templates[template];
  return letter && data ? render(letter(data as never, locale), { locale, unsubscribe }) : null;
}

/** Returned by a handler when the payload held a secret that is no longer needed. */
export const FORGET = Symbol("forget");

/**
 * Why a delivery failed; `final` when no later attempt can succeed. `retryAfter`: seconds for which the other side asked
 * for no further attempt.
 */
export class DeliveryError extends Error {
  constructor(
    message: string,
    readonly final = false,
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "DeliveryError";
  }
}

/** True when mails stay in the local outbox and are not sent. */
export function isLocalOutbox(runtime: Runtime): boolean {
  return runtime.settings.mail.resendKey === null && runtime.settings.environment === "development";
}

/** Sends one mail, unless its address gets none. The outbox row's id is the provider's idempotency key, so a repeat sends nothing twice. */
export async function deliverMail(runtime: Runtime, row: OutboxRow, templates: Templates): Promise<unknown> {
  const letter = letterOf(row, templates);
  if (!letter) throw new DeliveryError("no such template", true);
  const { secret, unsubscribe } = row.payload as MailPayload;
  const { suppression = null } = row;
  if (suppression && isWithheld(suppression, { canBeEnded: unsubscribe !== undefined }))
    return new Withheld(suppression, secret);
  const { resendKey, resendUrl, from } = runtime.settings.mail;
  if (isLocalOutbox(runtime)) return null;
  if (!resendKey) throw new DeliveryError("RESEND_API_KEY is not set");
  const account = { key: resendKey, url: resendUrl };
  const error = await sendByResend(account, letter, { from, to: row.address, idempotencyKey: row.id });
  if (error) throw new DeliveryError(`${error.name}: ${error.message}`, FINAL.has(error.name));
  return secret ? FORGET : null;
}

/** Resend's errors that a retry cannot fix. Source: https://resend.com/docs/api-reference/errors */
const FINAL = new Set([
  "validation_error",
  "invalid_to_address",
  "missing_required_field",
  "invalid_idempotent_request",
]);

/** Posts one SMS to the gateway of the settings: `{to, text}` with the token as Bearer and the row id as key. */
export async function deliverSms(runtime: Runtime, row: OutboxRow): Promise<unknown> {
  const { sms, environment } = runtime.settings;
  if (!sms) {
    if (environment === "development") return null;
    throw new DeliveryError("SMS_GATEWAY_URL is not set");
  }
  const { text } = row.payload as { text: string };
  const response = await fetch(sms.url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${sms.token}`,
      "content-type": "application/json",
      "idempotency-key": row.id,
    },
    body: JSON.stringify({ to: row.address, text }),
  });
  await response.body?.cancel();
  if (!response.ok) {
    throw new DeliveryError(`the SMS gateway answered ${response.status}`, response.status === 400);
  }
  return FORGET;
}
