/** Which URLs given by users this server sends requests to. Pure: a text in, a normalized URL or a fault out. */

export type AddressFault =
  | "malformed"
  | "scheme"
  | "credentials"
  | "port"
  | "ip"
  | "single_label"
  | "private_name"
  | "own_host";

export interface AddressPolicy {
  /** Hosts of this application, with a port where it is not the scheme's own, as `URL.host` has them. */
  readonly ownHosts: readonly string[];
  /** Development only: this machine by any port, over http or https. */
  readonly admitsLoopback: boolean;
}

const LONGEST = 2048;

/**
 * Names that public DNS does not have, or that mean this machine or network. `.localhost` RFC 6761, `.local` RFC 6762,
 * `.home.arpa` RFC 8375, `.internal` reserved by ICANN in 2024; the others are common inside companies and never delegated.
 */
const PRIVATE_SUFFIXES = [
  "localhost",
  "local",
  "internal",
  "arpa",
  "lan",
  "home",
  "corp",
  "intranet",
  "private",
  "localdomain",
  "onion",
];

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Checks a URL that a user gave. A Worker can't pin the address that a name resolves to, so the rule is about the text:
 * https, port 443, no credentials, a public name of several labels, none of ours. The URL parser spells all forms of an
 * IPv4 address (octal, hex, one number, full-width digits) as four decimals, so they are recognised as one.
 */
export function outboundAddress(
  given: string,
  policy: AddressPolicy,
): { readonly url: URL } | { readonly fault: AddressFault } {
  // The parser drops line breaks and tabs, so that the text that was looked at is not the URL that would be asked.
  if (given.length > LONGEST || hasControlOrSpace(given) || given.includes("\\")) return fault("malformed");
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url) return fault("malformed");
  url.hash = "";
  if (url.protocol !== "https:" && url.protocol !== "http:") return fault("scheme");
  if (url.username || url.password) return fault("credentials");
  const isOwn = policy.ownHosts.includes(withoutDot(url));
  if (isOwn) return fault("own_host");
  if (policy.admitsLoopback && LOOPBACK.includes(url.hostname)) return { url };
  if (url.protocol !== "https:") return fault("scheme");
  if (url.port !== "") return fault("port");
  const name = url.hostname.replace(/\.$/, "");
  const nameFault = faultOfName(name);
  if (nameFault) return fault(nameFault);
  url.hostname = name;
  return { url };
}

const fault = (reason: AddressFault) => ({ fault: reason });

/** The host with its port, as `URL.host`, without a dot at the end of the name. */
const withoutDot = ({ hostname, port }: URL) => hostname.replace(/\.$/, "") + (port && `:${port}`);

function faultOfName(name: string): AddressFault | null {
  if (name.startsWith("[") || /^\d+(\.\d+){3}$/.test(name)) return "ip";
  const labels = name.split(".");
  if (PRIVATE_SUFFIXES.includes(labels.at(-1) ?? "")) return "private_name";
  if (labels.length < 2) return "single_label";
  const isName = name.length <= 253 && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  return isName ? null : "malformed";
}

function hasControlOrSpace(words: string): boolean {
  for (const character of words) {
    const code = character.codePointAt(0) ?? 0;
    if (code <= 0x20 || (code >= 0x7f && code <= 0xa0)) return true;
  }
  return false;
}
