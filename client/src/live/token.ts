/** Reads the times of a token. Nothing is verified: the server does that. */

/** The claims of a JWT; null for a session key. */
export function claimsOf(token: string): Record<string, unknown> | null {
  const [, payload, signature] = token.split(".");
  if (!payload || !signature) return null;
  try {
    return JSON.parse(fromBase64(payload.replace(/-/g, "+").replace(/_/g, "/")));
  } catch {
    return null;
  }
}

/** Seconds from a token's issue to its end, by the server's clock alone; null when it does not say. */
export function lifetimeOf(token: string): number | null {
  const { exp, iat } = claimsOf(token) ?? {};
  return typeof exp === "number" && typeof iat === "number" ? exp - iat : null;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** ASCII text from base64: older React Natives have no `atob`. */
function fromBase64(text: string): string {
  let bits = 0;
  let held = 0;
  let out = "";
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) continue;
    bits = (bits << 6) | value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out += String.fromCharCode((bits >> held) & 255);
    bits &= (1 << held) - 1;
  }
  return out;
}
