/** Canonical e-mail addresses, as stored and compared: lower case, the domain in ASCII (punycode). */

const MAX_LENGTH = 254;
const LOCAL = /^[a-z0-9_.!#$%&'*+/=?^`{|}~-]+$/;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Letters, or the ASCII form (punycode) of another script. */
const TOP_LABEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{0,58}[a-z0-9])$/;

/** The address in its stored form; null when it is invalid. `Ivan@почта.рф` becomes `ivan@xn--80a1acny.xn--p1ai`. */
export function canonicalEmail(words: string): string | null {
  const address = words.trim();
  if (address.length > MAX_LENGTH) return null;
  const at = address.lastIndexOf("@");
  const local = address.slice(0, Math.max(0, at)).toLowerCase();
  if (!LOCAL.test(local) || local.includes("..") || local.startsWith(".") || local.endsWith(".")) return null;
  const domain = asciiDomain(address.slice(at + 1));
  if (!domain) return null;
  const labels = domain.split(".");
  const top = labels.at(-1) ?? "";
  if (labels.length < 2 || !TOP_LABEL.test(top) || !labels.every((label) => LABEL.test(label))) return null;
  const email = `${local}@${domain}`;
  return email.length <= MAX_LENGTH ? email : null;
}

const PLAIN = /^[\x21-\x7e]+$/;
/** Characters of an internationalized domain, with the full stops of its script. */
const INTERNATIONAL = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;

/** UTS #46 as the URL standard applies it: https://url.spec.whatwg.org/#concept-domain-to-ascii */
function asciiDomain(domain: string): string | null {
  if (PLAIN.test(domain) && !/xn--/i.test(domain)) return domain.toLowerCase();
  if (!INTERNATIONAL.test(domain)) return null;
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return null;
  }
}
