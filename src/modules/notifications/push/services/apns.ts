/**
 * Sends by Apple's push service: https://developer.apple.com/documentation/usernotifications/sending-notification-requests-to-apns.
 * Apple speaks HTTP/2 only. `fetch` negotiates it in production; the local runtime has none, so there a test speaks
 * the same format over HTTP/1.1.
 */
import type { PushSettings } from "../../../../platform/runtime.ts";
import { dataOf, type PushMessage, secondsLeft } from "../words.ts";
import { type Outcome, outcomeOf, postToService } from "./outcome.ts";
import { appleToken } from "./signing.ts";

export type ApnsSettings = NonNullable<PushSettings["apns"]>;

/** Reasons that end a token: https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns. */
const ENDS = ["BadDeviceToken", "Unregistered", "ExpiredToken"];

export async function sendByApns(
  settings: ApnsSettings,
  token: string,
  message: PushMessage,
  now: number,
): Promise<Outcome> {
  const { title, body, collapse, isUrgent } = message;
  const headers = {
    Authorization: `bearer ${await appleToken(settings, now)}`,
    "apns-topic": settings.topic,
    "apns-push-type": "alert",
    "apns-priority": isUrgent ? "10" : "5",
    "apns-expiration": String(Math.floor(now / 1000) + secondsLeft(message, now)),
    ...(collapse !== null && { "apns-collapse-id": collapse.slice(0, 64) }),
    "Content-Type": "application/json",
  };
  const aps = {
    alert: { title, body },
    sound: "default",
    ...(collapse !== null && { "thread-id": collapse }),
  };
  const answered = await postToService(
    `${settings.url}/3/device/${token}`,
    headers,
    JSON.stringify({ aps, ...dataOf(message) }),
  );
  const hasEnded = answered.status === 410 || ENDS.some((reason) => answered.text.includes(`"${reason}"`));
  return outcomeOf(answered, hasEnded, now);
}
