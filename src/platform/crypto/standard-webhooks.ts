/** Signatures by Standard Webhooks 1.0, made and checked: https://github.com/standard-webhooks/standard-webhooks */
import { equalInConstantTime } from "./digest.ts";

/** Secrets are `whsec_` and base64. */
export const SECRET_PREFIX = "whsec_";

export interface SignedMessage {
  readonly id: string;
  /** Seconds since the epoch, as the header says it. */
  readonly timestamp: string;
  readonly body: string;
}

/** `v1,` and the HMAC in base64. */
export async function webhookSignature(
  secret: string,
  { id, timestamp, body }: SignedMessage,
): Promise<string> {
  const bytes = Uint8Array.fromBase64(secret.slice(SECRET_PREFIX.length));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", key, signed)).toBase64()}`;
}

/** Seconds by which a message may be old, or ahead of this clock: a recorded one can't be sent again later. */
const TOLERANCE = 300;

/** Signatures in one header that are looked at: there are two while a secret rotates. */
const MOST_SIGNATURES = 10;

/**
 * The id of a message that was signed with this secret now (epoch ms), or null. Its headers begin with `webhook-`, or with
 * `svix-` as those of senders that are older than the standard.
 */
export async function verifiedId(
  secret: string,
  headers: Headers,
  body: string,
  now: number,
): Promise<string | null> {
  const header = (name: string) => headers.get(`webhook-${name}`) ?? headers.get(`svix-${name}`) ?? "";
  const [id, timestamp] = [header("id"), header("timestamp")];
  if (id === "" || !/^\d{1,12}$/.test(timestamp)) return null;
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) return null;
  const expected = await webhookSignature(secret, { id, timestamp, body });
  const given = header("signature").split(" ", MOST_SIGNATURES);
  return given.some((signature) => equalInConstantTime(signature, expected)) ? id : null;
}
