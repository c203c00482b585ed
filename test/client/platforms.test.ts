/** The client where much is missing that browsers have: React Native without polyfills, and pages over http. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { memoryStorage } from "../../client/src/storage.ts";
import { json, serverOf } from "./server.ts";
import { settle, world } from "./world.ts";

afterEach(() => void vi.unstubAllGlobals());

describe("React Native", () => {
  /** What a form holds there: values, and descriptions of files. */
  class Form {
    readonly parts: [string, unknown][] = [];
    append(name: string, value: unknown) {
      this.parts.push([name, value]);
    }
  }

  beforeEach(() => {
    for (const missing of ["crypto", "atob", "btoa", "structuredClone", "document", "location"])
      vi.stubGlobal(missing, undefined);
    // Its own has neither locks nor much else; its addresses have no parameters.
    vi.stubGlobal("navigator", { product: "ReactNative" });
    vi.stubGlobal("FormData", Form);
    vi.stubGlobal("XMLHttpRequest", FakeXhr);
  });

  test("Rooms, tokens and ids need nothing that is missing there.", async () => {
    const access = "h.eyJ1c2VyX2lkIjo3LCJpYXQiOjEsImV4cCI6NDEwMjQ0NDgwMH0.s";
    const { caravan, asked } = serverOf(
      ({ path }) =>
        path.includes("list")
          ? json(200, {
              count: 2,
              next: path.includes("offset") ? null : "http://x/?offset=1",
              results: [{}],
            })
          : json(200, { user: { id: 7 }, access, refresh: "r" }),
      { storage: memoryStorage() },
    );
    await caravan.signIn({ login: "ann", password: "p" });
    expect([caravan.session.userId, caravan.session.owner]).toEqual([7, "user:7"]);
    const orders = [];
    for await (const order of caravan.list("/api/v1/orders/list/")) orders.push(order);
    expect(orders).toHaveLength(2);
    await caravan.api.POST("/api/v1/orders/", { body: {} as never });
    expect(asked.at(-1)?.headers.get("idempotency-key")).toMatch(/^[0-9a-f]{32}$/);

    const here = world({ outbox: memoryStorage(), positions: memoryStorage(), wake: () => () => {} });
    const sent = here.live.room("chat:1").message("приве́т 🚚");
    await here.up();
    here.open("chat:1", 0);
    here.ack(1);
    expect((await sent).seq).toBe(1);
  });

  test("A file goes by its description, with its fields before it and its progress.", async () => {
    const { caravan } = serverOf(() => new Error("a form with progress goes by XMLHttpRequest"));
    await caravan.session.set({ token: "k" });
    const progress: number[] = [];
    const file = { uri: "file:///face.jpg", name: "face.jpg", type: "image/jpeg" };
    const answer = await caravan.upload("/api/v1/auth/profile/", {
      method: "PATCH",
      file,
      field: "avatar",
      fields: { first_name: "Ann" },
      onProgress: ({ loaded, total }) => progress.push(loaded / total),
    });
    expect(answer).toMatchObject({ ok: true });
    expect(progress).toEqual([0.5, 1]);
    const [xhr] = FakeXhr.all.splice(0);
    expect(xhr).toMatchObject({ method: "PATCH", url: "https://api.example.com/api/v1/auth/profile/" });
    expect(xhr?.headers.authorization).toBe("Token k");
    expect((xhr?.body as unknown as Form | undefined)?.parts).toEqual([
      ["first_name", "Ann"],
      ["avatar", file],
    ]);
  });

  test("An upload's abort reaches the platform, and rejects with a reason though its signals have none.", async () => {
    const { caravan } = serverOf(() => new Error("not asked"));
    const controller = new AbortController();
    Object.defineProperty(controller.signal, "reason", { value: undefined });
    FakeXhr.answer = () => {};
    const upload = caravan.upload("/api/v1/auth/profile/", {
      method: "PATCH",
      file: { uri: "file:///a", name: "a", type: "image/png" },
      onProgress: () => {},
      signal: controller.signal,
    });
    await settle();
    controller.abort();
    await expect(upload).rejects.toMatchObject({ code: "aborted" });
    expect(FakeXhr.all.splice(0)).toMatchObject([{ isAborted: true }]);
  });

  test("An upload that breaks off is a network error, or sent again when it has a key.", async () => {
    const { caravan } = serverOf(() => new Error("not asked"), { retries: 1 });
    FakeXhr.answer = (xhr) => xhr.onerror?.();
    const options = { file: { uri: "u", name: "n", type: "t" }, onProgress: () => {} };
    await expect(
      caravan.upload("/api/v1/auth/profile/", { ...options, method: "PATCH" }),
    ).rejects.toMatchObject({ code: "network" });
    expect(FakeXhr.all.splice(0)).toHaveLength(1);
    const keyed = { ...options, method: "PATCH" as const, headers: { "idempotency-key": "k" } };
    await expect(caravan.upload("/api/v1/auth/profile/", keyed)).rejects.toMatchObject({ code: "network" });
    expect(FakeXhr.all.splice(0)).toHaveLength(2);
  });
});

test("A page over http has no randomUUID, and its ids are random all the same.", async () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const here = world();
  const refs = ["a", "b"].map((text) => here.live.room("chat:1").message(text).ref);
  expect(new Set(refs).size).toBe(2);
  expect(refs[0]).toMatch(/^[0-9a-f]{32}$/);
});

test("A browser's online, pageshow and return to view wake the line, and nothing does after a close.", async () => {
  const page = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: "hidden" });
  vi.stubGlobal("document", document);
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
  const here = world();
  await here.up();
  const pings = () => here.socket.of("ping").length;
  page.dispatchEvent(new Event("online"));
  page.dispatchEvent(new Event("pageshow"));
  expect(pings()).toBe(2);
  document.dispatchEvent(new Event("visibilitychange"));
  expect(pings()).toBe(2);
  document.visibilityState = "visible";
  document.dispatchEvent(new Event("visibilitychange"));
  expect(pings()).toBe(3);
  // The line is lost, and the next attempt is far away.
  here.socket.end();
  const before = here.sockets.length;
  page.dispatchEvent(new Event("online"));
  await settle();
  expect(here.sockets.length).toBe(before + 1);
  here.live.close();
  page.dispatchEvent(new Event("online"));
  await settle();
  expect(here.sockets.length).toBe(before + 1);
});

/** The used part of `XMLHttpRequest`, answered by the test. */
class FakeXhr {
  static readonly all: FakeXhr[] = [];
  static answer: (xhr: FakeXhr) => void = (xhr) => {
    xhr.upload.onprogress?.({ loaded: 5, total: 10 });
    xhr.upload.onprogress?.({ loaded: 10, total: 10 });
    xhr.status = 200;
    xhr.responseText = '{"ok":true}';
    xhr.onload?.();
  };
  status = 0;
  responseText = "";
  readonly upload: { onprogress: ((progress: { loaded: number; total: number }) => void) | null } = {
    onprogress: null,
  };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  method = "";
  url = "";
  readonly headers: Record<string, string> = {};
  body: FormData | null = null;
  isAborted = false;

  constructor() {
    FakeXhr.all.push(this);
  }

  open(method: string, url: string): void {
    this.method = method;
    this.url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getAllResponseHeaders(): string {
    return "content-type: application/json\r\nx-request-id: r1\r\n";
  }

  send(body: FormData): void {
    this.body = body;
    queueMicrotask(() => FakeXhr.answer(this));
  }

  abort(): void {
    this.isAborted = true;
    this.onabort?.();
  }
}
