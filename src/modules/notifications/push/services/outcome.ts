/** What came of sending a push, whatever the service. Pure. */
import { waitAsked } from "../../../../platform/outbound/retry-after.ts";

export type Outcome =
  | { readonly is: "sent" }
  /** The device takes no more pushes: its subscription is over. */
  | { readonly is: "ended"; readonly reason: string }
  /** Another attempt may succeed. `wait`: milliseconds that the service asked for, 0 for none. */
  | { readonly is: "later"; readonly wait: number; readonly reason: string }
  /** No attempt can succeed: a fault of the settings or of this program. */
  | { readonly is: "refused"; readonly reason: string };

export interface Answered {
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly retryAfter: string | null;
  /** The beginning of the answer, or why there was none. */
  readonly text: string;
}

/** By the status alone: 429 and 5xx are worth another attempt. `hasEnded` says which answers end a subscription. */
export function outcomeOf({ status, retryAfter, text }: Answered, hasEnded: boolean, now: number): Outcome {
  const reason = `${status ?? "no answer"}: ${text}`.slice(0, 300);
  if (status !== null && status >= 200 && status < 300) return { is: "sent" };
  if (hasEnded) return { is: "ended", reason };
  if (status === null || status === 429 || status >= 500)
    return { is: "later", wait: waitAsked(retryAfter, now), reason };
  return { is: "refused", reason };
}

const TIME_LIMIT = 10_000;

/** POSTs to a service that the settings name. `kept`: characters of the answer. Never throws. URLs that users give go through `platform/outbound/`. */
export async function postToService(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  kept = 1024,
): Promise<Answered> {
  try {
    const signal = AbortSignal.timeout(TIME_LIMIT);
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const text = (await response.text()).slice(0, kept);
    return { status: response.status, retryAfter: response.headers.get("retry-after"), text };
  } catch (error) {
    return { status: null, retryAfter: null, text: error instanceof Error ? error.name : "unreachable" };
  }
}
