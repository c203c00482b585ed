/** Reads and writes cookies, with Hono's parser and serializer. Every cookie that the Worker sets has the attributes of `setCookie`. */
import { parse, serialize } from "hono/utils/cookie";

/** The cookie in which the Rideshare client keeps its access JWT. */
export const SESSION_COOKIE = "jwt";

/** The cookie by which a device that signed in before is recognized. It grants no access. */
export const DEVICE_COOKIE = "caravan_device";

/** The value of a cookie of the request; null when it is absent or empty. */
export function cookieOf(request: Request, name: string): string | null {
  const cookies = request.headers.get("cookie");
  return (cookies && parse(cookies, name)[name]) || null;
}

/**
 * A `Set-Cookie` value. Lax, HttpOnly, for the whole site, and Secure where the site is served over HTTPS.
 *
 * @param seconds how long the browser keeps it; 0 deletes it
 * @param url an address of the site that sets it
 */
export function setCookie(name: string, value: string, seconds: number, url: string): string {
  const secure = url.startsWith("https:");
  return serialize(name, value, { path: "/", maxAge: seconds, httpOnly: true, sameSite: "Lax", secure });
}
