/** A browser that takes pushes, for tests: its keys, what its push service received, and an independent decryption. */
import { createECDH, randomBytes } from "node:crypto";
import ece from "http_ece";
import { onTestFinished, vi } from "vitest";
import { type Answer, post, rows, unique } from "../../harness/api.ts";

export const SUBSCRIPTIONS = "/api/v1/push/subscriptions/";

export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: each test checks the payload's shape itself.
  readonly payload: any;
}

export interface Device {
  readonly body: {
    readonly service: "web";
    readonly endpoint: string;
    readonly keys: { readonly p256dh: string; readonly auth: string };
  };
  readonly received: Received[];
}

type Respond = (nth: number) => Response | Promise<Response>;

/** What answers under a URL. */
const services = new Map<string, (request: Request) => Promise<Response>>();

/** A browser whose push service answers 201, or what `answer` says by how many requests came before. */
export function browser(answer: Respond = () => new Response(null, { status: 201 })): Device {
  const keys = createECDH("prime256v1");
  const p256dh = keys.generateKeys("base64url");
  const auth = randomBytes(16).toString("base64url");
  const endpoint = `https://push.example.net/send/${unique("device")}`;
  const received: Received[] = [];
  services.set(endpoint, async (request) => {
    const body = Buffer.from(await request.arrayBuffer());
    const plain = ece.decrypt(body, { version: "aes128gcm", privateKey: keys, authSecret: auth });
    received.push({ headers: Object.fromEntries(request.headers), payload: JSON.parse(plain.toString()) });
    return answer(received.length - 1);
  });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    return services.get(request.url)?.(request) ?? new Response(null, { status: 418 });
  });
  onTestFinished(async () => {
    await rows("DELETE FROM push_subscriptions WHERE address = ?", endpoint);
    services.delete(endpoint);
    if (services.size === 0) vi.restoreAllMocks();
  });
  return { body: { service: "web", endpoint, keys: { p256dh, auth } }, received };
}

/** Registers a device for somebody's session. */
export async function register(device: Device, who: { token?: string; key?: string }): Promise<Answer> {
  const answer = await post(SUBSCRIPTIONS, device.body, who);
  if (answer.status > 201) throw new Error(`subscribe: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

/** Registers a new browser; returns what it receives. */
export async function subscribed(
  who: { token?: string; key?: string },
  answer?: Respond,
): Promise<Received[]> {
  const device = browser(answer);
  await register(device, who);
  return device.received;
}

export const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 25_000, interval: 20 });
