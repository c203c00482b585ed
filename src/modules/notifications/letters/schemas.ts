/** Events about mails as Resend sends them: https://resend.com/docs/webhooks/event-types */
import { canonicalEmail } from "../../../platform/email.ts";
import { z } from "../../../platform/zod.ts";
import type { MailReport } from "./commands.ts";

/** Longest text of a mail server that is kept. */
const DETAIL = 300;
/** A mail of this server has one address. */
const MOST_ADDRESSES = 50;

const MailEvent = z.object({
  type: z.string(),
  data: z.object({
    to: z.union([z.string(), z.array(z.string())]),
    bounce: z.object({ type: z.string().optional(), message: z.string().optional() }).optional(),
  }),
});

/**
 * What an event reports; null for one that ends no letters: a delivery, a mailbox that is full for now, or what is no event
 * about a mail.
 */
export function toMailReport(event: unknown): MailReport | null {
  const parsed = MailEvent.safeParse(event);
  if (!parsed.success) return null;
  const { type, data } = parsed.data;
  const addresses = [data.to].flat().slice(0, MOST_ADDRESSES).flatMap(addressIn);
  if (type === "email.complained") return { reason: "complaint", addresses, detail: "" };
  if (type !== "email.bounced" || (data.bounce?.type ?? PERMANENT) !== PERMANENT) return null;
  return { reason: "bounce", addresses, detail: (data.bounce?.message ?? "").slice(0, DETAIL) };
}

/** The others are `Transient` and `Undetermined`. */
const PERMANENT = "Permanent";

/** The stored form of `ann@example.com` or `Ann <ann@example.com>`. */
function addressIn(words: string): string[] {
  const address = canonicalEmail(/<([^<>]{1,254})>\s*$/.exec(words.slice(0, 1000))?.[1] ?? words);
  return address === null ? [] : [address];
}
