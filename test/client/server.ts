/** A client whose requests are answered by the test. */
import { type CaravanOptions, createCaravan } from "../../client/src/caravan.ts";
import { Timers } from "./world.ts";

export interface Asked {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

type Answer = Response | Error | Promise<Response>;

export const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", ...headers },
  });

/** A client of a server that answers by `answer`; `asked` has every request. Pauses pass at once. */
export function serverOf(answer: (asked: Asked, count: number) => Answer, options: CaravanOptions = {}) {
  const asked: Asked[] = [];
  const pauses: number[] = [];
  const fetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const request = input instanceof Request ? input : new Request(String(input), init);
    const { pathname, search } = new URL(request.url);
    const one = {
      method: request.method,
      path: pathname + search,
      headers: request.headers,
      body: await request.text(),
    };
    asked.push(one);
    const answered = await answer(one, asked.length);
    if (answered instanceof Error) throw answered;
    return answered;
  };
  const caravan = createCaravan({
    url: "https://api.example.com/",
    fetch: fetch as typeof globalThis.fetch,
    after: (milliseconds, run) => {
      pauses.push(milliseconds);
      const timer = setTimeout(run, 0);
      return () => clearTimeout(timer);
    },
    random: () => 1,
    ...options,
  });
  return { caravan, asked, pauses, timers: new Timers() };
}

/** A token that says whose it is and when it ends, seconds from now. */
export function accessOf(user: number, name = "a", endsIn = 900): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { user_id: user, iat: now, exp: now + endsIn, jti: name };
  return `h.${btoa(JSON.stringify(claims)).replaceAll("=", "")}.s`;
}
