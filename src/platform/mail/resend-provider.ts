/** Resend's API for one mail. Its package is not used: most of it parses received mails. https://resend.com/docs/api-reference */
import type { Attachment, RenderedLetter } from "./letter.ts";

export interface ResendAccount {
  readonly key: string;
  /** Another server that speaks the same API. */
  readonly url?: string | undefined;
}

export interface ResendFault {
  /** The error's code, such as `validation_error`. */
  readonly name: string;
  readonly message: string;
}

/** Sends a mail once per idempotency key (24 hours); returns what was wrong, or null. */
export async function sendByResend(
  { key, url = "https://api.resend.com" }: ResendAccount,
  { subject, text, html, attachments, headers }: RenderedLetter,
  { from, to, idempotencyKey }: { from: string; to: string; idempotencyKey: string },
): Promise<ResendFault | null> {
  try {
    const response = await fetch(`${url}/emails`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "content-type": "application/json",
        "idempotency-key": idempotencyKey,
      },
      body: JSON.stringify({
        ...{ from, to, subject, text, html },
        ...(Object.keys(headers).length > 0 && { headers }),
        ...(attachments.length > 0 && { attachments: attachments.map(toWire) }),
      }),
    });
    const answer = await response.text();
    return response.ok ? null : faultIn(answer, response.status);
  } catch (error) {
    return { name: "connection", message: error instanceof Error ? error.message : "no connection" };
  }
}

const toWire = ({ name, type, content }: Attachment) => ({
  filename: name,
  content_type: type,
  content: new TextEncoder().encode(content).toBase64(),
});

function faultIn(answer: string, status: number): ResendFault {
  const unknown = { name: "application_error", message: `the provider answered ${status}` };
  try {
    const { name, message } = JSON.parse(answer) as Partial<ResendFault>;
    return typeof name === "string" && typeof message === "string" ? { name, message } : unknown;
  } catch {
    return unknown;
  }
}
