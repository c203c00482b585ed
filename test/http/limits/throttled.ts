/** Client addresses, sign-ups and the answers that throttled requests get. */
import { expect } from "vitest";
import { type Answer, unique } from "../../harness/api.ts";

export const ENGLISH = { detail: "Request was throttled." };
export const RUSSIAN = { detail: "Запрос был проигнорирован." };

/** Expects a 429 with a `Retry-After` of about this many seconds. */
export function expectThrottled(answer: Answer, seconds: number, body: unknown = ENGLISH): void {
  expect(answer.status).toBe(429);
  expect(answer.body).toEqual(body);
  const wait = Number(answer.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(seconds - 30);
  expect(wait).toBeLessThanOrEqual(seconds);
}

/** A client address of its own. */
export const address = () => ({ "cf-connecting-ip": unique("198.51.100.") });
export const password = "securepassword123";
/** The body of a sign-up. */
export const signUp = (username: string) => ({ username, email: `${username}@example.com`, password });
