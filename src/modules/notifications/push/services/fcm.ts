/** Sends by Firebase Cloud Messaging, HTTP v1: https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages. */
import { TtlCache } from "../../../../platform/cache.ts";
import type { PushSettings } from "../../../../platform/runtime.ts";
import { dataOf, type PushMessage, secondsLeft } from "../words.ts";
import { type Answered, type Outcome, outcomeOf, postToService } from "./outcome.ts";
import { googleAssertion } from "./signing.ts";

export type FcmSettings = NonNullable<PushSettings["fcm"]>;

/** Access tokens, by account. */
const access = new TtlCache<string, string>({ ttl: 3300_000, size: 10 });

export async function sendByFcm(
  settings: FcmSettings,
  token: string,
  message: PushMessage,
  now: number,
): Promise<Outcome> {
  const bearer = await accessToken(settings, now);
  if (typeof bearer !== "string") return outcomeOf(bearer, false, now);
  const url = `${settings.url}/v1/projects/${settings.projectId}/messages:send`;
  const headers = { Authorization: `Bearer ${bearer}`, "Content-Type": "application/json" };
  const answered = await postToService(url, headers, JSON.stringify(fcmMessage(token, message, now)));
  // The token may have been revoked before its time.
  if (answered.status === 401) {
    access.delete(accountOf(settings));
    return { is: "later", wait: 0, reason: `401: ${answered.text}`.slice(0, 300) };
  }
  return outcomeOf(answered, hasCode(answered.text, "UNREGISTERED"), now);
}

/** The body of the request. `data` holds texts only, as FCM demands. */
export function fcmMessage(token: string, message: PushMessage, now: number) {
  const { title, body, collapse, isUrgent } = message;
  const seconds = secondsLeft(message, now);
  return {
    message: {
      token,
      notification: { title, body },
      data: dataOf(message),
      android: {
        priority: isUrgent ? "HIGH" : "NORMAL",
        ttl: `${seconds}s`,
        ...(collapse !== null && { collapse_key: collapse, notification: { tag: collapse } }),
      },
      apns: {
        headers: {
          "apns-priority": isUrgent ? "10" : "5",
          "apns-expiration": String(Math.floor(now / 1000) + seconds),
          ...(collapse !== null && { "apns-collapse-id": collapse.slice(0, 64) }),
        },
        payload: { aps: { sound: "default", ...(collapse !== null && { "thread-id": collapse }) } },
      },
    },
  };
}

const accountOf = ({ clientEmail, tokenUrl, privateKey }: FcmSettings) =>
  `${clientEmail} ${tokenUrl} ${privateKey}`;

/** The access token, kept for most of its hour; or the answer that held none. */
async function accessToken(settings: FcmSettings, now: number): Promise<string | Answered> {
  const known = access.get(accountOf(settings), now);
  if (known !== undefined) return known;
  const body = new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    assertion: await googleAssertion(settings, now),
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  const answered = await postToService(settings.tokenUrl, headers, body.toString(), ANSWER);
  if (answered.status !== 200) return answered;
  const token = parsed(answered.text)?.access_token;
  if (typeof token !== "string") return { ...answered, status: 502, text: "no access token" };
  access.set(accountOf(settings), token, now);
  return token;
}

/** Characters of the answer with a token, which is long. */
const ANSWER = 8192;

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Whether the answer's error has this code: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode. */
function hasCode(text: string, code: string): boolean {
  const error = parsed(text)?.error as { details?: readonly { errorCode?: unknown }[] } | undefined;
  return error?.details?.some?.(({ errorCode }) => errorCode === code) === true;
}
