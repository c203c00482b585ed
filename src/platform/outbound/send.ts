/**
 * Requests to URLs that users gave: webhooks, Web Push. The one way out for them: the address is checked again, no
 * redirect is followed, time and size are limited, and only the beginning of the answer is read.
 */
import type { Settings } from "../runtime.ts";
import { type AddressFault, type AddressPolicy, outboundAddress } from "./address.ts";

/** Bytes of a request's body, and bytes of the answer that are kept. */
const LARGEST_BODY = 256 * 1024;
const ANSWER_KEPT = 1024;
/** Milliseconds for everything: connection, request, and the part of the answer that is read. */
const TIME_LIMIT = 10_000;

export interface OutboundRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Milliseconds, at most ten seconds, which is the default. */
  readonly timeout?: number;
}

/**
 * What came of a request. `status` is the answer's, 3xx included: redirects are not followed. Without an answer it is
 * null, and `error` says why: a refused address, `timeout`, `unreachable`, `too_large`.
 */
export interface OutboundAnswer {
  readonly status: number | null;
  readonly error: AddressFault | "timeout" | "unreachable" | "too_large" | null;
  /** Lower-case name → value, only of the headers that senders heed. */
  readonly headers: { readonly retryAfter: string | null };
  /** The beginning of the answer as text, at most 1,024 bytes. */
  readonly answer: string;
  /** Milliseconds that it took. */
  readonly took: number;
}

/** The rule for this deployment: its own hosts, and whether this machine may be addressed. */
export function addressPolicyOf(settings: Settings, requestOrigin?: string): AddressPolicy {
  const own = [settings.publicOrigin, requestOrigin, settings.objectStore?.endpoint];
  return {
    ownHosts: own.flatMap((origin) => (origin && URL.canParse(origin) ? [new URL(origin).host] : [])),
    admitsLoopback: settings.outboundLoopback,
  };
}

/** POSTs to a URL that a user gave. Never throws for what the other side or the URL does. */
export async function postOutbound(
  settings: Settings,
  given: string,
  { headers, body, timeout = TIME_LIMIT }: OutboundRequest,
): Promise<OutboundAnswer> {
  const began = Date.now();
  const failed = (error: OutboundAnswer["error"]): OutboundAnswer => ({
    status: null,
    error,
    headers: { retryAfter: null },
    answer: "",
    took: Date.now() - began,
  });
  const address = outboundAddress(given, addressPolicyOf(settings));
  if ("fault" in address) return failed(address.fault);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  if (bytes.byteLength > LARGEST_BODY) return failed("too_large");
  const signal = AbortSignal.timeout(Math.min(timeout, TIME_LIMIT));
  try {
    const response = await fetch(address.url, {
      method: "POST",
      headers: { "User-Agent": "Caravan", ...headers },
      body: bytes,
      redirect: "manual",
      signal,
    });
    const answer = await beginningOf(response, signal);
    return {
      status: response.status,
      error: null,
      headers: { retryAfter: response.headers.get("retry-after") },
      answer,
      took: Date.now() - began,
    };
  } catch {
    return failed(signal.aborted ? "timeout" : "unreachable");
  }
}

/** Reads the beginning of a body and cancels the rest. What breaks off while it is read is as much as there is. */
async function beginningOf(response: Response, signal: AbortSignal): Promise<string> {
  if (!response.body) return "";
  const reader = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", stop, { once: true });
  try {
    while (size < ANSWER_KEPT) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value.subarray(0, ANSWER_KEPT - size));
      size += value.byteLength;
    }
  } catch {
    // The status counts; the text is for people who look for a fault.
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
  return new TextDecoder().decode(concat(pieces)).replaceAll("\u0000", "\uFFFD");
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
