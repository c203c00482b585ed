/** Sends by Web Push (RFC 8030), signed by VAPID (RFC 8292), encrypted for the browser (RFC 8291). */
import { preview } from "../../../../platform/characters.ts";
import { sha256 } from "../../../../platform/crypto/digest.ts";
import { postOutbound } from "../../../../platform/outbound/send.ts";
import type { Settings } from "../../../../platform/runtime.ts";
import { dataOf, type PushMessage, secondsLeft } from "../words.ts";
import { type BrowserKeys, encrypt } from "./encryption.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import { type VapidPair, vapidHeader } from "./signing.ts";

export interface WebDevice extends BrowserKeys {
  readonly endpoint: string;
}

/** Characters of a title or a text, so that the payload fits even where each takes four bytes. */
const LONGEST = { title: 100, body: 300 } as const;

export async function sendByWeb(
  settings: Settings,
  { endpoint, ...keys }: WebDevice,
  pair: VapidPair,
  message: PushMessage,
  now: number,
): Promise<Outcome> {
  const { title, body, collapse } = message;
  const payload = {
    title: preview(title, LONGEST.title),
    body: preview(body, LONGEST.body),
    tag: collapse ?? `notification:${message.notification}`,
    data: dataOf(message),
  };
  const answer = await postOutbound(settings, endpoint, {
    body: await encrypt(JSON.stringify(payload), keys),
    headers: {
      Authorization: await vapidHeader(endpoint, pair, settings.push.vapidSubject, now),
      "Content-Encoding": "aes128gcm",
      "Content-Type": "application/octet-stream",
      TTL: String(secondsLeft(message, now)),
      Urgency: message.isUrgent ? "high" : "normal",
      // At most 32 characters of base64url.
      ...(collapse !== null && { Topic: (await sha256(collapse)).slice(0, 32) }),
    },
  });
  const { status, error, headers, answer: text } = answer;
  const answered = { status, retryAfter: headers.retryAfter, text: error ?? text };
  // An address that the rule for URLs refuses by now never succeeds; nor does a subscription that the service forgot.
  const isRefused = error !== null && error !== "timeout" && error !== "unreachable";
  return outcomeOf(answered, isRefused || status === 404 || status === 410, now);
}
