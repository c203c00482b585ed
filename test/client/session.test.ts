/** Who is signed in: tokens kept, renewed once, given up, and what that does to the live connection. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { createCaravan } from "../../client/src/caravan.ts";
import { memoryStorage } from "../../client/src/storage.ts";
import { accessOf, json, serverOf } from "./server.ts";
import { FakeSocket, settle, welcome } from "./world.ts";

const user = { id: 1 };

afterEach(() => void vi.useRealTimers());

/** A server that takes one access token and renews one refresh token. */
function renewing(pair: { access: string; refresh: string }, before = "old refresh") {
  return serverOf(({ path, headers, body }) => {
    if (path === "/api/v1/auth/token/refresh/")
      return JSON.parse(body).refresh === before ? json(200, pair) : json(401, { code: "token_not_valid" });
    return headers.get("authorization") === `Bearer ${pair.access}`
      ? json(200, [])
      : json(401, { detail: "no" });
  });
}

describe("signing in", () => {
  test("A sign-in keeps the tokens, signs what follows, and a sign-out forgets them.", async () => {
    const storage = memoryStorage();
    const access = accessOf(1);
    const { caravan, asked } = serverOf(
      ({ path }) =>
        path === "/api/v1/auth/login/" ? json(200, { user, access, refresh: "r" }) : json(204, null),
      { storage },
    );
    expect(await caravan.signIn({ login: "+79160000000", password: "secret", otp: "123456" })).toEqual(user);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({
      phone: "+79160000000",
      password: "secret",
      otp: "123456",
    });
    expect(caravan.session).toMatchObject({ tokens: { access, refresh: "r" }, userId: 1 });
    expect(JSON.parse(String(storage.getItem("caravan.session")))).toEqual({ access, refresh: "r" });
    await caravan.signOut();
    expect(asked[1]?.headers.get("authorization")).toBe(`Bearer ${access}`);
    expect([caravan.session.tokens, storage.getItem("caravan.session")]).toEqual([null, null]);
  });

  test("A sign-up that has to be verified first signs nobody in.", async () => {
    const { caravan } = serverOf(() => json(201, { user, detail: "Look into your mail." }));
    expect(await caravan.signUp({} as never)).toEqual(user);
    expect(caravan.session.tokens).toBeNull();
  });

  test("A sign-out without a network forgets the tokens all the same.", async () => {
    const { caravan } = serverOf(() => new TypeError("offline"));
    await caravan.session.set({ token: "k" });
    await caravan.signOut();
    expect(caravan.session.tokens).toBeNull();
  });

  test("Another process with the same storage is signed in, and nonsense in it counts as nobody.", async () => {
    const storage = memoryStorage();
    storage.setItem("caravan.session", JSON.stringify({ token: "k" }));
    const { caravan, asked } = serverOf(() => json(200, []), { storage });
    await caravan.api.GET("/api/v1/chats/");
    expect(asked[0]?.headers.get("authorization")).toBe("Token k");
    for (const text of ["{", '{"access":1}', "7", "null"]) {
      storage.setItem("caravan.session", text);
      expect(await serverOf(() => json(200, []), { storage }).caravan.session.load()).toBeNull();
    }
  });
});

describe("renewing", () => {
  test("Any number of calls that are refused at once renew the tokens once, and all succeed.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const { caravan, asked } = renewing(pair);
    await caravan.session.set({ access: accessOf(1, "old"), refresh: "old refresh" });
    await Promise.all(Array.from({ length: 8 }, () => caravan.api.GET("/api/v1/chats/")));
    expect(asked.filter(({ path }) => path.includes("refresh"))).toHaveLength(1);
    expect(asked.find(({ path }) => path.includes("refresh"))?.headers.get("authorization")).toBeNull();
    expect(caravan.session.tokens).toEqual(pair);
  });

  test("A call that was refused with a token that others have renewed meanwhile takes theirs.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const { caravan, asked } = renewing(pair);
    const before = accessOf(1, "old");
    await caravan.session.set(pair);
    expect(await caravan.session.renew(`Bearer ${before}`)).toEqual(pair);
    expect(asked).toEqual([]);
  });

  test("Tokens that another tab has renewed are taken from the storage.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const storage = memoryStorage();
    const { caravan, asked } = serverOf(
      ({ headers }) =>
        headers.get("authorization") === `Bearer ${pair.access}` ? json(200, []) : json(401, {}),
      { storage },
    );
    await caravan.session.set({ access: accessOf(1, "old"), refresh: "old refresh" });
    storage.setItem("caravan.session", JSON.stringify(pair));
    await caravan.api.GET("/api/v1/chats/");
    expect(asked.map(({ path }) => path)).toEqual(["/api/v1/chats/", "/api/v1/chats/"]);
  });

  test.each(["expired", "refused"])(
    "What one person asked for is not sent as another who signed in by another tab, when its token is %s.",
    async (why) => {
      const storage = memoryStorage();
      const other = { access: accessOf(2), refresh: "r2" };
      const { caravan, asked } = serverOf(
        ({ headers }) =>
          headers.get("authorization") === `Bearer ${other.access}` ? json(201, {}) : json(401, {}),
        { storage },
      );
      await caravan.session.set({ access: accessOf(1, "a", why === "expired" ? -1 : 900), refresh: "r1" });
      storage.setItem("caravan.session", JSON.stringify(other));
      const post = () => caravan.api.POST("/api/v1/chats/start/", { body: { user_id: 3 } as never });
      await expect(post()).rejects.toMatchObject({ code: "signed_out" });
      expect(
        asked.filter(({ headers }) => headers.get("authorization") === `Bearer ${other.access}`),
      ).toEqual([]);
      expect(caravan.session.userId).toBe(2);
      await post();
    },
  );

  test("Two tabs that are refused at the same moment renew the tokens once.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const storage = memoryStorage();
    const asked: string[] = [];
    const tab = () =>
      serverOf(
        async ({ path, headers }) => {
          if (!path.includes("refresh"))
            return headers.get("authorization") === `Bearer ${pair.access}` ? json(200, []) : json(401, {});
          asked.push(path);
          await new Promise((wait) => setTimeout(wait, 20));
          return asked.length === 1 ? json(200, pair) : json(401, { code: "token_not_valid" });
        },
        { storage },
      ).caravan;
    storage.setItem(
      "caravan.session",
      JSON.stringify({ access: accessOf(1, "old"), refresh: "old refresh" }),
    );
    const tabs = [tab(), tab(), tab()];
    await Promise.all(tabs.map(({ api }) => api.GET("/api/v1/chats/")));
    expect(asked).toHaveLength(1);
    expect(tabs.map(({ session }) => session.tokens)).toEqual([pair, pair, pair]);
  });

  test("A tab that holds the renewal and sleeps delays the others by five seconds at most.", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const { caravan } = renewing(pair);
    await caravan.session.set({ access: accessOf(1, "old"), refresh: "old refresh" });
    let wake = () => {};
    // Types of Workers, which have no locks.
    const { locks } = navigator as unknown as {
      locks: { request(name: string, run: () => unknown): unknown };
    };
    locks.request(
      "caravan.session.renewal",
      () =>
        new Promise<void>((end) => {
          wake = end;
        }),
    );
    const renewed = caravan.session.renew();
    await vi.waitUntil(() => vi.getTimerCount() > 0, { interval: 1 });
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect(await renewed).toEqual(pair);
    wake();
  });

  test("An expired token is renewed before it is used.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const { caravan, asked } = renewing(pair);
    await caravan.session.set({ access: accessOf(1, "old", -5), refresh: "old refresh" });
    await caravan.api.GET("/api/v1/chats/");
    expect(asked.map(({ path }) => path)).toEqual(["/api/v1/auth/token/refresh/", "/api/v1/chats/"]);
  });

  test("With a clock that is years ahead a new token is used as it is.", async () => {
    const pair = { access: accessOf(1, "new", -1e8), refresh: "new refresh" };
    const { caravan, asked } = renewing(pair);
    await caravan.session.set({ access: accessOf(1, "old", -1e8), refresh: "old refresh" });
    for (let call = 0; call < 3; call++) await caravan.api.GET("/api/v1/chats/");
    expect(asked.filter(({ path }) => path.includes("refresh"))).toHaveLength(1);
  });

  test("A refused renewal signs out and answers the refusal; a failed one keeps the tokens.", async () => {
    const pair = { access: accessOf(1, "new"), refresh: "new refresh" };
    const refused = renewing(pair, "another refresh");
    await refused.caravan.session.set({ access: accessOf(1, "old"), refresh: "old refresh" });
    await expect(refused.caravan.api.GET("/api/v1/chats/")).rejects.toMatchObject({ status: 401 });
    expect(refused.caravan.session.tokens).toBeNull();
    const failing = serverOf(({ path }) => (path.includes("refresh") ? json(500, {}) : json(401, {})));
    await failing.caravan.session.set({ access: accessOf(1, "old"), refresh: "old refresh" });
    await expect(failing.caravan.api.GET("/api/v1/chats/")).rejects.toMatchObject({ status: 500 });
    expect(failing.caravan.session.tokens).not.toBeNull();
  });

  test("A session key that is refused is asked about once, and is over then.", async () => {
    const { caravan, asked } = serverOf(() => json(401, { detail: "no" }));
    const changes: unknown[] = [];
    caravan.session.onChange((tokens) => changes.push(tokens));
    await caravan.session.set({ token: "k" });
    await expect(caravan.api.GET("/api/v1/chats/")).rejects.toMatchObject({ status: 401 });
    expect(asked).toHaveLength(2);
    expect(changes).toEqual([{ token: "k" }, null]);
  });
});

describe("the live connection", () => {
  function withSockets(storage = memoryStorage()) {
    const sockets: FakeSocket[] = [];
    const caravan = createCaravan({
      url: "https://api.example.com",
      storage,
      fetch: (async () => json(204, null)) as unknown as typeof fetch,
      socket: (url, protocols) => {
        const socket = new FakeSocket(url, protocols);
        sockets.push(socket);
        return socket;
      },
    });
    return { caravan, sockets };
  }
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await settle();
  };

  test("A room that is listened to before the sign-in opens after it, with the new token.", async () => {
    const { caravan, sockets } = withSockets();
    caravan.live.room("chat:1").subscribe();
    await settled();
    expect([sockets.length, caravan.live.state]).toEqual([0, "refused"]);
    const access = accessOf(1);
    await caravan.session.set({ access, refresh: "r" });
    await settled();
    expect(sockets[0]?.protocols).toEqual(["caravan.v1", `auth.${access}`]);
    caravan.close();
  });

  test("A session that ends by itself keeps what waits, and sends it when the same person signs in again.", async () => {
    const { caravan, sockets } = withSockets();
    await caravan.session.set({ access: accessOf(1, "a"), refresh: "r" });
    const sent = caravan.live.room("chat:1").message("hi");
    await settled();
    await caravan.session.clear();
    expect([caravan.live.state, caravan.live.unsent]).toEqual(["refused", 1]);
    await caravan.session.set({ access: accessOf(1, "b"), refresh: "r" });
    await settled();
    const socket = sockets.at(-1);
    socket?.hear(welcome());
    const ref = socket?.of("subscribe")[0]?.ref;
    socket?.hear({ t: "subscribed", ref, room: "chat:1", epoch: "e", seq: 0, recovered: true });
    expect(socket?.of("say")).toMatchObject([{ ref: sent.ref }]);
    socket?.hear({ t: "ack", ref: sent.ref, seq: 1, at: "" });
    await expect(sent).resolves.toMatchObject({ seq: 1 });
    caravan.close();
  });

  test("What one person left is never sent as another, and comes back with its owner.", async () => {
    const storage = memoryStorage();
    const first = withSockets(storage);
    await first.caravan.session.set({ access: accessOf(1), refresh: "r" });
    void first.caravan.live.room("chat:1").message("from the first");
    await settled();
    first.caravan.close();
    storage.removeItem("caravan.session");
    const second = withSockets(storage);
    await second.caravan.session.set({ access: accessOf(2), refresh: "r" });
    await settled();
    expect(second.caravan.live.unsent).toBe(0);
    await second.caravan.session.clear();
    second.caravan.close();
    storage.removeItem("caravan.session");
    const third = withSockets(storage);
    await third.caravan.session.set({ access: accessOf(1), refresh: "r" });
    await settled();
    expect(third.caravan.live.unsent).toBe(1);
    third.caravan.close();
  });

  test("A sign-out rejects what waits.", async () => {
    const { caravan } = withSockets();
    await caravan.session.set({ access: accessOf(1), refresh: "r" });
    const sent = caravan.live.room("chat:1").message("hi");
    const rejected = expect(sent).rejects.toMatchObject({ code: "signed_out" });
    await settled();
    await caravan.signOut();
    await rejected;
    caravan.close();
  });
});
