/** Registers this device for pushes, and ends that: by Web Push in a browser, by the token of Firebase or Apple in an app. */
import { CaravanError } from "./errors.ts";
import type { Api, DataOf } from "./rest/api.ts";

/** A registered device, as `POST /api/v1/push/subscriptions/` answers it. */
export type PushDevice = DataOf<"/api/v1/push/subscriptions/", "post">;

/** The token that Firebase or Apple gave an app. */
export interface NativePush {
  readonly service: "fcm" | "apns";
  readonly token: string;
}

/** What is used of a browser's `PushSubscription`. */
export interface WebPushSubscription {
  readonly options?: { readonly applicationServerKey: ArrayBuffer | null };
  toJSON(): { endpoint?: string; keys?: Record<string, string> };
  unsubscribe(): Promise<unknown>;
}

/** What is used of a browser's `ServiceWorkerRegistration`, which fits as it is. */
export interface WebPushRegistration {
  readonly active: unknown;
  readonly installing: Worker | null;
  readonly waiting: Worker | null;
  /** Missing where the browser has no pushes. */
  readonly pushManager?: {
    getSubscription(): Promise<WebPushSubscription | null>;
    subscribe(options: {
      userVisibleOnly: boolean;
      applicationServerKey: string;
    }): Promise<WebPushSubscription>;
  };
}

/** What is used of a `ServiceWorker`. */
interface Worker {
  readonly state: string;
  addEventListener(type: "statechange", run: () => void): void;
}

interface Permissions {
  requestPermission(): Promise<string>;
}

/** ms after which a browser that answers nothing counts as one that reaches no push service: offline, Chromium waits for ever. */
const PATIENCE = 20_000;

export class Push {
  readonly #api: Api;
  #registration: WebPushRegistration | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Registers this device for the person who is signed in, until they sign out; a repeat replaces what the session had. In a
   * browser give the registration of the service worker that shows pushes, and call it by a click: it asks the person. Throws a `CaravanError`; besides refusals of the server its `code` is
   *
   * - `push_off`: the server sends no Web Push;
   * - `push_unsupported`: the browser has no pushes, or the service worker did not start;
   * - `push_denied`: the person, or the browser by itself, allows no notifications;
   * - `push_unreachable`: the browser got no subscription of its push service (`cause` is what it said), or none within twenty seconds.
   */
  async subscribe(device: WebPushRegistration | NativePush): Promise<PushDevice> {
    const body = "token" in device ? device : await this.#webDevice(device);
    return this.#api.POST("/api/v1/push/subscriptions/", { body });
  }

  /**
   * Removes what this session registered; a repeat changes nothing. The browser's own subscription ends, too, when it was made
   * by this client or its `registration` is given.
   */
  async unsubscribe(registration: WebPushRegistration | null = this.#registration): Promise<void> {
    await this.#api.DELETE("/api/v1/push/subscriptions/");
    this.#registration = null;
    const subscription = await registration?.pushManager?.getSubscription();
    await subscription?.unsubscribe();
  }

  async #webDevice(registration: WebPushRegistration) {
    const { pushManager } = registration;
    if (!pushManager) throw refused("push_unsupported", "This browser has no pushes.");
    // First of all: browsers ask only shortly after a click.
    const { Notification: permissions } = globalThis as { Notification?: Permissions };
    if ((await permissions?.requestPermission()) === "denied") throw denied();
    const { web } = await this.#api.GET("/api/v1/push/services/");
    if (!web) throw refused("push_off", "The server sends no Web Push.");
    await started(registration);
    const key = web.public_key;
    try {
      // A browser refuses another key than that of the subscription it has.
      const before = await pushManager.getSubscription();
      if (before && keyOf(before) !== key) await before.unsubscribe();
      const subscription = await inTime(
        pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }),
      );
      this.#registration = registration;
      const { endpoint = "", keys: { p256dh = "", auth = "" } = {} } = subscription.toJSON();
      return { service: "web" as const, endpoint, keys: { p256dh, auth } };
    } catch (error) {
      const { name, message = "" } = error as Partial<Error>;
      // Chromium: `AbortError: Registration failed - permission denied`.
      throw name === "NotAllowedError" || message.includes("permission denied")
        ? denied(error)
        : refused("push_unreachable", message || "The push service gave no subscription.", error);
    }
  }
}

/** Resolves when the worker runs: a browser subscribes for no other. */
function started({ active, installing, waiting }: WebPushRegistration): Promise<void> {
  const worker = installing ?? waiting;
  if (active || !worker) return Promise.resolve();
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant")
        reject(refused("push_unsupported", "The service worker did not start."));
    });
  });
}

/** The server's key of a subscription in base64url. */
function keyOf({ options }: WebPushSubscription): string {
  const bytes = new Uint8Array(options?.applicationServerKey ?? new ArrayBuffer(0));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** Rejects when something takes too long. */
function inTime<Result>(running: Promise<Result>): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The push service did not answer.")), PATIENCE);
  });
  return Promise.race([running, over]).finally(() => clearTimeout(timer));
}

const denied = (cause?: unknown) => refused("push_denied", "Notifications are not allowed.", cause);

const refused = (code: string, message: string, cause?: unknown): CaravanError =>
  new CaravanError({ code, message, cause });
