/**
 * Signatures and secrets of webhooks, by Standard Webhooks 1.0: https://github.com/standard-webhooks/standard-webhooks.
 * Secrets are stored sealed, because signing needs them.
 */
import { seal, unseal } from "../../../platform/crypto/sealed.ts";
import { SECRET_PREFIX, webhookSignature } from "../../../platform/crypto/standard-webhooks.ts";
import type { RequestContext } from "../../../platform/runtime.ts";

/** The standard allows 24 to 64. */
const SECRET_BYTES = 32;

/** A new secret, as the receiver's library takes it. */
export const newSecret = (): string =>
  SECRET_PREFIX + crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64();

const sealingKey = (ctx: RequestContext) => ctx.runtime.keys.sealingKey("webhook secrets");

export const sealSecret = async (ctx: RequestContext, secret: string): Promise<string> =>
  seal(await sealingKey(ctx), secret);

/** Throws when `SIGNING_SECRET` is another than when it was sealed. */
export const unsealSecret = async (ctx: RequestContext, sealed: string): Promise<string> =>
  unseal(await sealingKey(ctx), sealed);

export interface Signed {
  /** The id of the event: the same in every attempt. */
  readonly id: string;
  /** Epoch ms of this attempt. */
  readonly at: number;
  readonly body: string;
}

/** The three headers. While secrets rotate, there is a signature for each, separated by spaces. */
export async function signedHeaders(
  { id, at, body }: Signed,
  secrets: readonly string[],
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000));
  const message = { id, timestamp, body };
  const signatures = await Promise.all(secrets.map((secret) => webhookSignature(secret, message)));
  return {
    "Content-Type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}
