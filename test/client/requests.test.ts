/** The REST part of the client: signed, repeated, refused. */
import { describe, expect, test } from "vitest";
import { CaravanError, isCaravanError } from "../../client/src/errors.ts";
import { accessOf, json, serverOf } from "./server.ts";

const NOTIFICATIONS = "/api/v1/notifications/";
const refresh = "r1";

describe("a request", () => {
  test("A path, its parameters and its body go out, and the body of the success comes back.", async () => {
    const { caravan, asked } = serverOf(() => json(201, { id: 7 }), { locale: "ru" });
    const answer = await caravan.api.POST("/api/v1/support/tickets/{id}/messages/", {
      params: { path: { id: "a b" } },
      body: { body: "hi" },
    } as never);
    expect(answer).toEqual({ id: 7 });
    expect(asked).toMatchObject([{ method: "POST", path: "/api/v1/support/tickets/a%20b/messages/" }]);
    expect(JSON.parse(asked[0]?.body ?? "")).toEqual({ body: "hi" });
    expect(asked[0]?.headers.get("accept-language")).toBe("ru");
  });

  test("An answer without a body is undefined.", async () => {
    const { caravan } = serverOf(() => json(204, null));
    expect(await caravan.api.POST("/api/v1/auth/logout/")).toBeUndefined();
  });

  test("What was written is carried to the next read.", async () => {
    const { caravan, asked } = serverOf(() => json(200, [], { "x-d1-bookmark": "b7" }));
    await caravan.api.GET("/api/v1/chats/");
    await caravan.api.GET("/api/v1/chats/");
    expect(asked.map(({ headers }) => headers.get("x-d1-bookmark"))).toEqual([null, "b7"]);
  });
});

describe("a refusal", () => {
  test("A refusal by field has its fields, nested ones by their path.", async () => {
    const body = { email: ["Not an address."], vehicle: { plate: ["Taken."] } };
    const { caravan } = serverOf(() => json(400, body, { "x-request-id": "q1" }));
    const error = await caravan.api.GET("/api/v1/chats/").catch((error: unknown) => error);
    expect(error).toBeInstanceOf(CaravanError);
    expect(error).toMatchObject({
      status: 400,
      code: "invalid",
      message: "email: Not an address.",
      fields: { email: ["Not an address."], "vehicle.plate": ["Taken."] },
      requestId: "q1",
      retryAfter: null,
      body,
    });
  });

  test.each([
    [400, { non_field_errors: ["Wrong."] }, "invalid", "Wrong."],
    [
      401,
      { detail: "Given token not valid.", code: "token_not_valid" },
      "token_not_valid",
      "Given token not valid.",
    ],
    [403, { detail: "No." }, "forbidden", "No."],
    [404, { message: "Event not found" }, "not_found", "Event not found"],
    [409, { error: "Taken" }, "conflict", "Taken"],
    [418, "not JSON of ours", "invalid", "The server answered 418."],
    [500, {}, "unavailable", "The server answered 500."],
  ])("A %i with %j has a code and words.", async (status, body, code, message) => {
    const { caravan } = serverOf(() => json(status, body));
    await expect(caravan.api.GET("/api/v1/chats/")).rejects.toMatchObject({ status, code, message });
  });

  test("A page of a proxy instead of JSON is a refusal like others.", async () => {
    const { caravan } = serverOf(() => new Response("<h1>Bad gateway</h1>", { status: 502 }), { retries: 0 });
    const error = await caravan.api.GET("/api/v1/chats/").catch((error: unknown) => error);
    expect(isCaravanError(error, "unavailable") && error.body).toBe("<h1>Bad gateway</h1>");
  });
});

describe("a repetition", () => {
  test("A read that does not get through is repeated twice, then it is an error of the network.", async () => {
    const { caravan, asked, pauses } = serverOf(() => new TypeError("no route"));
    await expect(caravan.api.GET("/api/v1/chats/")).rejects.toMatchObject({ code: "network", status: 0 });
    expect(asked).toHaveLength(3);
    expect(pauses).toEqual([1000, 2000]);
  });

  test("A POST that creates is repeated with the same key and body.", async () => {
    const { caravan, asked } = serverOf((_, count) =>
      count === 1 ? new TypeError("cut") : json(201, { id: 1 }),
    );
    await caravan.api.POST("/api/v1/friends/", { body: { to_user: 2 } });
    const keys = asked.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).toMatch(/^[0-9a-f-]{32,36}$/);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(asked[1]?.body).toBe(asked[0]?.body);
  });

  test("Two POSTs have two keys, and a given key is kept.", async () => {
    const { caravan, asked } = serverOf(() => json(201, {}));
    const body = { to_user: 2 };
    await caravan.api.POST("/api/v1/friends/", { body });
    await caravan.api.POST("/api/v1/friends/", { body });
    await caravan.api.POST("/api/v1/friends/", { body, headers: { "idempotency-key": "mine" } });
    const keys = asked.map(({ headers }) => headers.get("idempotency-key"));
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe("mine");
  });

  test.each([
    ["POST", "/api/v1/auth/login/"],
    ["PATCH", "/api/v1/auth/profile/"],
  ] as const)(
    "A %s without a key is never repeated when it may have been carried out.",
    async (method, path) => {
      for (const answer of [() => new TypeError("cut"), () => json(503, {})]) {
        const { caravan, asked } = serverOf(answer);
        const call = caravan.api[method] as unknown as (path: string, init: object) => Promise<unknown>;
        await expect(call(path, { body: {} })).rejects.toBeInstanceOf(CaravanError);
        expect(asked).toHaveLength(1);
      }
    },
  );

  test.each([502, 503, 504])("A read is repeated after %i.", async (status) => {
    const { caravan, asked } = serverOf((_, count) => json(count < 3 ? status : 200, []));
    await caravan.api.GET("/api/v1/chats/");
    expect(asked).toHaveLength(3);
  });

  test("What came too often is sent again when the server says so, unless that is long.", async () => {
    const login = { body: { phone: "1", password: "2" } };
    const soon = serverOf((_, count) =>
      count === 1 ? json(429, {}, { "retry-after": "3" }) : json(200, {}),
    );
    await soon.caravan.api.POST("/api/v1/auth/login/", login);
    expect(soon.pauses).toEqual([3500]);
    const late = serverOf(() => json(429, { detail: "Slow down." }, { "retry-after": "600" }));
    const refused = late.caravan.api.POST("/api/v1/auth/login/", login);
    await expect(refused).rejects.toMatchObject({ code: "too_many", retryAfter: 600 });
    expect(late.asked).toHaveLength(1);
  });

  test("A key whose first request is still running is asked about again.", async () => {
    const { caravan, asked } = serverOf((_, count) =>
      count === 1 ? json(409, {}, { "retry-after": "1" }) : json(201, { id: 1 }),
    );
    await caravan.api.POST("/api/v1/friends/", { body: { to_user: 2 } });
    expect(asked).toHaveLength(2);
  });

  test("An abort ends a request and the pauses between its repetitions, with the reason that was given.", async () => {
    const controller = new AbortController();
    const { caravan, asked } = serverOf(
      () => {
        setTimeout(() => controller.abort(new Error("left the page")), 0);
        return new TypeError("cut");
      },
      { after: (_, __) => () => {} },
    );
    const reading = caravan.api.GET("/api/v1/chats/", { signal: controller.signal });
    await expect(reading).rejects.toThrow("left the page");
    expect(asked).toHaveLength(1);
  });
});

describe("lists", () => {
  const pages = {
    1: {
      count: 3,
      next: "http://inside.example/api/v1/notifications/?limit=2&page=2",
      previous: null,
      results: [1, 2],
    },
    2: { count: 3, next: null, previous: "", results: [3] },
  };

  test("A list is read page by page, at this client's address, with its parameters.", async () => {
    const { caravan, asked } = serverOf(({ path }) =>
      json(200, path.includes("page=2") ? pages[2] : pages[1]),
    );
    const seen: unknown[] = [];
    for await (const item of caravan.list(NOTIFICATIONS, { params: { query: { limit: 2 } } }))
      seen.push(item);
    expect(seen).toEqual([1, 2, 3]);
    expect(asked.map(({ path }) => path)).toEqual([
      `${NOTIFICATIONS}?limit=2`,
      `${NOTIFICATIONS}?limit=2&page=2`,
    ]);
  });

  test("A page that nobody asks for is not loaded.", async () => {
    const { caravan, asked } = serverOf(() => json(200, pages[1]));
    for await (const { count, results } of caravan.pages(NOTIFICATIONS)) {
      expect([count, results]).toEqual([3, [1, 2]]);
      break;
    }
    expect(asked).toHaveLength(1);
  });

  test("A list that comes whole is one page.", async () => {
    const { caravan } = serverOf(() => json(200, [1, 2]));
    const seen: unknown[] = [];
    for await (const item of caravan.list("/api/v1/chats/")) seen.push(item);
    expect(seen).toEqual([1, 2]);
  });
});

describe("uploads", () => {
  const file = new Blob(["x".repeat(300_000)], { type: "image/png" });

  test("A file goes as a form with its fields, signed and keyed, and its progress ends at the whole.", async () => {
    const { caravan, asked } = serverOf(() => json(201, { id: 5 }));
    await caravan.session.set({ token: "k1" });
    const seen: number[] = [];
    const answer = await caravan.upload("/api/v1/tasks/{id}/upload_photo/", {
      params: { path: { id: 9 } },
      file,
      field: "photo",
      name: "a.png",
      fields: { comment: "In the yard" },
      onProgress: ({ loaded, total }) => seen.push(loaded / total),
    });
    expect(answer).toEqual({ id: 5 });
    const [{ path, headers, body } = { path: "", headers: new Headers(), body: "" }] = asked;
    expect(path).toBe("/api/v1/tasks/9/upload_photo/");
    expect(headers.get("authorization")).toBe("Token k1");
    expect(headers.get("idempotency-key")).toBeTruthy();
    const form = await new Response(body, { headers }).formData();
    expect(form.get("comment")).toBe("In the yard");
    expect(form.get("photo")).toMatchObject({ name: "a.png", type: "image/png", size: 300_000 });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual([...seen].sort((one, other) => one - other));
  });

  test("An upload that breaks off is sent again whole, with the same key.", async () => {
    const { caravan, asked } = serverOf((_, count) => (count === 1 ? new TypeError("cut") : json(201, {})));
    await caravan.upload("/api/v1/documents/", { file, onProgress: () => {} });
    expect(asked.map(({ headers }) => headers.get("idempotency-key"))).toHaveLength(2);
    expect(asked[0]?.headers.get("idempotency-key")).toBe(asked[1]?.headers.get("idempotency-key"));
    expect(asked[1]?.body.length).toBeGreaterThan(300_000);
  });

  test("An aborted upload rejects with the reason that was given.", async () => {
    const controller = new AbortController();
    const { caravan } = serverOf(() => {
      controller.abort(new Error("changed my mind"));
      return new TypeError("aborted");
    });
    const sending = caravan.upload("/api/v1/documents/", { file, signal: controller.signal });
    await expect(sending).rejects.toThrow("changed my mind");
  });

  test("A started upload goes to its address with its fields before the file.", async () => {
    const { caravan, asked } = serverOf(() => json(204, null));
    const started = {
      url: "https://api.example.com/api/upload/direct/form/",
      fields: { key: "k", policy: "p" },
    };
    await caravan.sendUpload(started, { file, name: "car.jpg" });
    const form = await new Response(asked[0]?.body, { headers: asked[0]?.headers ?? {} }).formData();
    expect([...form.keys()]).toEqual(["key", "policy", "file"]);
  });
});

test("A request that is signed with its own header is not signed again.", async () => {
  const { caravan, asked } = serverOf(() => json(200, []));
  await caravan.session.set({ access: accessOf(1), refresh });
  await caravan.api.GET("/api/v1/chats/", { headers: { authorization: "Token other" } });
  expect(asked[0]?.headers.get("authorization")).toBe("Token other");
});
