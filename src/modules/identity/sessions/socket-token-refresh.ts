/** Checks the token with which an open socket extends its life. Used by every room handler. */
import { type Caller, onSocket } from "../../../platform/http/caller.ts";
import { tokenCredential } from "../../../platform/http/credentials.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { authenticate } from "./authentication.ts";

export function socketTokenRefresh(openRequestContext: () => RequestContext) {
  return async (token: string): Promise<Caller | null> => {
    const result = await authenticate(openRequestContext(), tokenCredential(token));
    if (!result.ok || result.caller.mustSetUpFactor || result.caller.key) return null;
    return onSocket(result.caller);
  };
}
