/** Finds the credential that a handshake carries. */
import { type Credential, credentialOf, isSessionKey, tokenCredential } from "../../http/credentials.ts";

/** The sub-protocols that a client offers, in its order. */
export function protocolsOf(request: Request): string[] {
  const offered = (request.headers.get("sec-websocket-protocol") ?? "").split(",");
  return offered.map((word) => word.trim()).filter(Boolean);
}

/** The credential of a handshake: from the sub-protocols (browsers can send nothing else), the URL, the header or the cookie. */
export function socketCredential(
  request: Request,
  url: URL,
  protocols: readonly string[],
): Credential | null {
  const fromProtocols = protocolCredential(protocols);
  if (fromProtocols) return fromProtocols;
  const value = queryToken(url);
  if (value) return tokenCredential(value);
  const offered = credentialOf(request);
  return offered && "from" in offered ? offered : null;
}

/** `auth.<token>` beside our protocol, `["Token", key]` or `["Bearer", token]` anywhere in the list, or a lone key or token. */
function protocolCredential(protocols: readonly string[]): Credential | null {
  const auth = protocols.find((word) => word.startsWith("auth."));
  if (auth) return tokenCredential(auth.slice("auth.".length));
  for (const scheme of ["Token", "Bearer"]) {
    const value = protocols.includes(scheme) ? protocols[protocols.indexOf(scheme) + 1] : undefined;
    if (value) return tokenCredential(value);
  }
  const [only] = protocols;
  const isCredential = protocols.length === 1 && only && (isSessionKey(only) || only.split(".").length === 3);
  return isCredential ? tokenCredential(only) : null;
}

function queryToken(url: URL): string | null {
  for (const name of ["token", "access", "access_token"]) {
    const value = url.searchParams.get(name);
    if (value) return value;
  }
  return null;
}
