/** Mail and SMS as effects: what a module asks for, and how it leaves the house. */
import { Resend } from "resend";
import type { OutboxRow } from "../db/claims.ts";
import type { Effect } from "../db/outbox.ts";
import type { Locale } from "../http/text.ts";
import type { Runtime } from "../runtime.ts";
import { type Letter, type RenderedLetter, render } from "./letter.ts";

/** Renders one kind of letter from the data that stands in its outbox row. */
export type Template<Data> = (data: Data, locale: Locale) => Letter;
/** Each has data of its own; `mailEffect` sees to it that a row holds what its template wants. */
export type Templates = Readonly<Record<string, Template<never>>>;

interface MailPayload {
  readonly template: string;
  readonly locale: Locale;
  readonly data: object;
  /** Holds a code or a link that grants something: forgotten once a provider has taken it. */
  readonly secret: boolean;
}

/** A letter to one address. `name` is the template's key in the catalogue that `jobs.ts` puts together. */
export function mailEffect<Data extends object>(
  name: string,
  _template: Template<Data>,
  to: string,
  locale: Locale,
  data: Data,
  secret = false,
): Effect {
  return {
    kind: "mail",
    address: to,
    payload: { template: name, locale, data, secret } satisfies MailPayload,
  };
}

/** A short message to a phone in E.164; `code` and `link` are the one-time code and the address that the text contains. */
export function smsEffect(to: string, text: string, code?: string, link?: string): Effect {
  return { kind: "sms", address: to, payload: { text, code, link } };
}

/** The letter of an outbox row, whatever its state: what a person gets to read. */
export function letterOf(
  row: Pick<OutboxRow, "kind" | "payload">,
  templates: Templates,
): RenderedLetter | null {
  if (row.kind === "sms") {
    const { text = "", code, link } = row.payload as { text?: string; code?: string; link?: string };
    return { subject: "SMS", text, html: "", links: link ? [link] : [], codes: code ? [code] : [] };
  }
  const { template = "", locale = "en", data } = row.payload as Partial<MailPayload>;
  const letter = templates[template];
  return letter && data ? render(letter(data as never, locale)) : null;
}

/** What a handler answers when the payload held a secret that nobody needs any more. */
export const FORGET = Symbol("forget");

/** Why a delivery failed; `final` when no later attempt can succeed. */
export class DeliveryError extends Error {
  constructor(
    message: string,
    readonly final = false,
  ) {
    super(message);
    this.name = "DeliveryError";
  }
}

/** True when letters stay in the outbox of this machine instead of leaving it. */
export function isLocalOutbox(runtime: Runtime): boolean {
  return runtime.settings.mail.resendKey === null && runtime.settings.environment === "development";
}

/** Delivers one letter. The outbox row's id is the provider's idempotency key, so a repeat sends nothing twice. */
export async function deliverMail(runtime: Runtime, row: OutboxRow, templates: Templates): Promise<unknown> {
  const letter = letterOf(row, templates);
  if (!letter) throw new DeliveryError("no such template", true);
  const { resendKey, resendUrl, from } = runtime.settings.mail;
  if (isLocalOutbox(runtime)) return null;
  if (!resendKey) throw new DeliveryError("RESEND_API_KEY is not set");
  const resend = new Resend(resendKey, resendUrl ? { baseUrl: resendUrl } : undefined);
  const { error } = await resend.emails.send(
    { from, to: row.address, subject: letter.subject, text: letter.text, html: letter.html },
    { idempotencyKey: row.id },
  );
  if (error) throw new DeliveryError(`${error.name}: ${error.message}`, FINAL.has(error.name));
  return (row.payload as MailPayload).secret ? FORGET : null;
}

/** Resend's error names that a repeat can't mend. Source: https://resend.com/docs/api-reference/errors */
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
