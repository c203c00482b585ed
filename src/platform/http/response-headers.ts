/** The headers that every response has. Each call to `Headers` leaves JavaScript, so most responses are made with them. */
import type { Settings } from "../runtime.ts";
import { corsHeaders, securityHeaders } from "./cors.ts";

/** The headers of each response to a request. */
export function headersOfAll(
  request: Request,
  settings: Settings,
  requestId: string,
): Record<string, string> {
  return { ...corsHeaders(request, settings), ...securityHeaders(request), "X-Request-Id": requestId };
}

const complete = new WeakSet<Response>();

/** Notes that a response was made with these headers. */
export function withHeadersOfAll(response: Response): Response {
  complete.add(response);
  return response;
}

/** Adds the headers that the response does not set itself, unless it was made with them. */
export function completeHeaders(response: Response, headersFor: () => Record<string, string>): void {
  if (complete.has(response)) return;
  const { headers } = response;
  for (const [name, value] of Object.entries(headersFor())) {
    if (name === "Vary") headers.append(name, value);
    else if (!headers.has(name)) headers.set(name, value);
  }
}
