/** Endpoints and a receiver for the tests of webhooks. */

import { Webhook } from "standardwebhooks";
import { onTestFinished, vi } from "vitest";
import { newPerson, type Person } from "../authorization/world.ts";
import { type Answer, del, get, post, rows } from "../harness/api.ts";

export const ENDPOINTS = "/api/v1/webhooks/endpoints/";

export interface MadeEndpoint {
  readonly id: number;
  readonly url: string;
  readonly secret: string;
  readonly staff: Person;
}

let count = 0;

/** Adds an endpoint, and deletes it when the test is over, so that no other test tells it anything. */
export async function newEndpoint(types: readonly string[], changes: object = {}): Promise<MadeEndpoint> {
  const staff = await newPerson("staff");
  count += 1;
  const url = `https://hooks-${count}.example.com/in`;
  const made = await post(ENDPOINTS, { url, types, ...changes }, { token: staff.token });
  if (made.status !== 201) throw new Error(`endpoint: ${made.status} ${JSON.stringify(made.body)}`);
  const { id, secret } = made.body;
  onTestFinished(async () => {
    await rows("DELETE FROM webhook_endpoints WHERE id = ?", id);
  });
  return { id, url, secret, staff };
}

/** What answers under a URL. */
const receivers = new Map<string, (request: Request) => Promise<Response>>();

export interface Received {
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test checks the body's shape itself.
  readonly body: any;
  readonly headers: Record<string, string>;
  readonly text: string;
}

/** Receives what is sent to an endpoint. `answer` decides, by how many requests came before; 204 by default. */
export function receiver(
  { url }: Pick<MadeEndpoint, "url">,
  answer: (nth: number, received: Received) => Response | Promise<Response> = () =>
    new Response(null, { status: 204 }),
): Received[] {
  const all: Received[] = [];
  receivers.set(url, async (request) => {
    const text = await request.text();
    const headers = Object.fromEntries(request.headers);
    const received = { id: headers["webhook-id"] ?? "", body: JSON.parse(text), headers, text };
    all.push(received);
    return answer(all.length - 1, received);
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const take = receivers.get(request.url);
    return take ? take(request) : new Response(null, { status: 418 });
  });
  onTestFinished(() => {
    receivers.delete(url);
    if (receivers.size === 0) vi.restoreAllMocks();
  });
  return all;
}

/** The body if its signature is right; throws otherwise. */
export const verified = (received: Received, secret: string): unknown =>
  new Webhook(secret).verify(received.text, received.headers);

export const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 10_000, interval: 20 });

/** The deliveries of an endpoint, the oldest first. */
export async function deliveriesOf({ id, staff }: MadeEndpoint): Promise<Answer["body"][]> {
  const answer = await get(`${ENDPOINTS}${id}/deliveries/?limit=100`, { token: staff.token });
  return answer.body.results.toReversed();
}

export const remove = ({ id, staff }: MadeEndpoint) =>
  del(`${ENDPOINTS}${id}/`, undefined, { token: staff.token });
