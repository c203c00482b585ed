/** This device registered for pushes: by a browser's subscription, by an app's token, and no longer. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { CaravanError } from "../../client/src/errors.ts";
import type { WebPushRegistration, WebPushSubscription } from "../../client/src/push.ts";
import { json, serverOf } from "./server.ts";

const SUBSCRIPTIONS = "/api/v1/push/subscriptions/";
/** 65 bytes, as a public key has, whose base64url needs both characters that differ from base64. */
const KEY = `-_${"A".repeat(85)}`;
const CHROMIUM = "Registration failed - permission denied";
const device = { id: "d1", service: "web", session: "s1", current: true, created_at: "", updated_at: "" };

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A server with this public key. */
const server = (web: { public_key: string } | null = { public_key: KEY }) =>
  serverOf(({ method, path }) => {
    if (path.endsWith("/services/")) return json(200, { web, fcm: true, apns: true });
    return method === "DELETE" ? json(204, null) : json(201, device);
  });

/** A browser with one subscription at most; `refuse` is what its push service or its person says. */
class Browser implements WebPushRegistration {
  active: unknown = {};
  waiting = null;
  installing: WebPushRegistration["installing"] = null;
  refuse: Error | null = null;
  readonly made: string[] = [];
  #current: (WebPushSubscription & { readonly key: string }) | null = null;

  readonly pushManager = {
    getSubscription: async () => this.#current,
    subscribe: async ({ applicationServerKey: key }: { applicationServerKey: string }) => {
      if (this.refuse) throw this.refuse;
      if (!this.active) throw new DOMException("no active Service Worker", "AbortError");
      if (this.#current && this.#current.key !== key)
        throw new DOMException("another key", "InvalidStateError");
      if (!this.#current) this.made.push(key);
      this.#current ??= {
        key,
        options: { applicationServerKey: Uint8Array.from(Buffer.from(key, "base64url")).buffer },
        toJSON: () => ({
          endpoint: `https://push.example.net/${this.made.length}`,
          keys: { p256dh: "p", auth: "a" },
        }),
        unsubscribe: async () => {
          this.#current = null;
        },
      };
      return this.#current;
    },
  };
  get isSubscribed() {
    return this.#current !== null;
  }
}

const registrationsOf = (asked: readonly { path: string; method: string; body: string }[]) =>
  asked
    .filter(({ path, method }) => path === SUBSCRIPTIONS && method === "POST")
    .map(({ body }) => JSON.parse(body));

const refusal = (running: Promise<unknown>) => running.catch((error: unknown) => error);

describe("a browser", () => {
  test("A browser is subscribed with the server's key and registered, and a repeat makes no second subscription.", async () => {
    const [{ caravan, asked }, browser] = [server(), new Browser()];
    expect(await caravan.push.subscribe(browser)).toEqual(device);
    await caravan.push.subscribe(browser);
    const sent = {
      service: "web",
      endpoint: "https://push.example.net/1",
      keys: { p256dh: "p", auth: "a" },
    };
    expect(registrationsOf(asked)).toEqual([sent, sent]);
    expect(browser.made).toEqual([KEY]);
  });

  test("A subscription for another key of the server is replaced.", async () => {
    const browser = new Browser();
    const old = `B${KEY.slice(1)}`;
    await server({ public_key: old }).caravan.push.subscribe(browser);
    const { caravan, asked } = server();
    await caravan.push.subscribe(browser);
    expect(browser.made).toEqual([old, KEY]);
    expect(registrationsOf(asked)).toMatchObject([{ endpoint: "https://push.example.net/2" }]);
  });

  test.each(["activated", "redundant"])(
    "A service worker that is being installed is waited for until it is %s.",
    async (state) => {
      const [{ caravan, asked }, browser] = [server(), new Browser()];
      browser.active = null;
      let change = () => {};
      const changing = new Promise<void>((resolve) => {
        browser.installing = {
          state,
          addEventListener(_, run) {
            change = run;
            resolve();
          },
        };
      });
      const subscribing = refusal(caravan.push.subscribe(browser));
      await changing;
      expect(browser.made).toEqual([]);
      browser.active = {};
      change();
      const answer = await subscribing;
      if (state === "activated") return expect(answer).toEqual(device);
      expect(answer).toMatchObject({ code: "push_unsupported" });
      expect(registrationsOf(asked)).toEqual([]);
    },
  );

  const why = (name: string, words = "as the browser says it") => new DOMException(words, name);
  test.each([
    ["push_denied", "whose person allows no notifications", why("NotAllowedError")],
    ["push_denied", "whose person allows none, in Chromium's words", why("AbortError", CHROMIUM)],
    ["push_unreachable", "that reaches no push service", why("AbortError")],
  ])("The refusal %s tells of a browser %s, and nothing is registered.", async (code, _, cause) => {
    const [{ caravan, asked }, browser] = [server(), new Browser()];
    browser.refuse = cause;
    const error = await refusal(caravan.push.subscribe(browser));
    expect(error).toBeInstanceOf(CaravanError);
    expect(error).toMatchObject({ code, status: 0, cause });
    expect(registrationsOf(asked)).toEqual([]);
  });

  test("The person is asked before anything else, while their click still counts; a refusal ends it there.", async () => {
    const [{ caravan, asked }, browser] = [server(), new Browser()];
    vi.stubGlobal("Notification", { requestPermission: async () => "denied" });
    expect(await refusal(caravan.push.subscribe(browser))).toMatchObject({ code: "push_denied" });
    expect(asked).toEqual([]);
  });

  test("A push service that never answers is unreachable after twenty seconds.", async () => {
    const [{ caravan, asked }, browser] = [server(), new Browser()];
    browser.pushManager.subscribe = () => new Promise(() => {});
    vi.useFakeTimers();
    const subscribing = refusal(caravan.push.subscribe(browser));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await subscribing).toMatchObject({ code: "push_unreachable" });
    expect(registrationsOf(asked)).toEqual([]);
  });

  test("A browser without pushes is refused before anything is asked.", async () => {
    const { caravan, asked } = server();
    const bare = { active: {}, installing: null, waiting: null };
    expect(await refusal(caravan.push.subscribe(bare))).toMatchObject({ code: "push_unsupported" });
    expect(asked).toEqual([]);
  });

  test("A server without Web Push is told apart from a browser that refuses.", async () => {
    const [{ caravan }, browser] = [server(null), new Browser()];
    expect(await refusal(caravan.push.subscribe(browser))).toMatchObject({ code: "push_off" });
    expect(browser.made).toEqual([]);
  });
});

test("An app registers the token of Firebase or Apple as it is, and a refusal of the server is thrown.", async () => {
  const { caravan, asked } = server();
  await caravan.push.subscribe({ service: "apns", token: "ab12" });
  expect(asked.map(({ path }) => path)).toEqual([SUBSCRIPTIONS]);
  expect(registrationsOf(asked)).toEqual([{ service: "apns", token: "ab12" }]);

  const refusing = serverOf(() => json(400, { token: ["No token."] }));
  const error = await refusal(refusing.caravan.push.subscribe({ service: "fcm", token: "" }));
  expect(error).toMatchObject({ code: "invalid", fields: { token: ["No token."] } });
});

describe("unsubscribing", () => {
  test("The server forgets the session's device, and the browser its subscription; a repeat does no harm.", async () => {
    const [{ caravan, asked }, browser] = [server(), new Browser()];
    await caravan.push.subscribe(browser);
    await caravan.push.unsubscribe();
    await caravan.push.unsubscribe();
    expect(browser.isSubscribed).toBe(false);
    const removals = asked.filter(({ method }) => method === "DELETE");
    expect(removals.map(({ path }) => path)).toEqual([SUBSCRIPTIONS, SUBSCRIPTIONS]);
  });

  test("After a reload the browser's subscription ends by its registration.", async () => {
    const browser = new Browser();
    await server().caravan.push.subscribe(browser);
    const { caravan } = server();
    await caravan.push.unsubscribe();
    expect(browser.isSubscribed).toBe(true);
    await caravan.push.unsubscribe(browser);
    expect(browser.isSubscribed).toBe(false);
  });

  test("A device that the server could not forget stays subscribed, so that it can be tried again.", async () => {
    const [{ caravan }, browser] = [server(), new Browser()];
    await caravan.push.subscribe(browser);
    const down = serverOf(() => new TypeError("no route"), { retries: 0 });
    expect(await refusal(down.caravan.push.unsubscribe(browser))).toMatchObject({ code: "network" });
    expect(browser.isSubscribed).toBe(true);
  });
});
