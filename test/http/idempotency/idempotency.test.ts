/** `Idempotency-Key` on every route that creates: a repeat runs nothing and gets the first response. */
import { describe, expect, test } from "vitest";
import { routes } from "../../../src/app.ts";
import {
  type CallOptions,
  outboxOf,
  type Person,
  person,
  post,
  rows,
  staffMember,
  unique,
} from "../../harness/api.ts";
import { type Creation, creations } from "./creations.ts";

const creating = routes.filter((route) => route.creates).map(({ method, path }) => `${method} ${path}`);

test("Every route that creates is tried in this file.", () => {
  expect(creating.filter((place) => !(place in creations))).toEqual([]);
});

const REUSED = {
  en: "This Idempotency-Key was already used with another request.",
  ru: "Этот Idempotency-Key уже использован с другим запросом.",
};
const wordsFor = (path: string) => REUSED[path.startsWith("/api/v1/") ? "ru" : "en"];

async function caller(creation: Creation): Promise<Person | undefined> {
  if (creation.signedIn === "staff") return staffMember();
  if (creation.signedIn === "operator") return staffMember({ type: "OPERATOR" });
  return creation.signedIn ? await person() : undefined;
}

/** Where to send it, and as whom. */
async function ready(place: string, creation: Creation): Promise<{ path: string; options: CallOptions }> {
  const who = await caller(creation);
  const path = who && (await creation.path?.(who));
  return {
    path: path ?? `${place.slice("post ".length)}/`,
    options: keyed(crypto.randomUUID(), who),
  };
}

function keyed(key: string, who?: Person): CallOptions {
  return { headers: { "idempotency-key": key }, ...(who ? { token: who.token } : {}) };
}

const tried = Object.entries(creations).filter(([place]) => creating.includes(place));

describe.each(tried.map(([place, creation]) => ({ place, creation })))("$place", ({ place, creation }) => {
  test("A repeat with the same key and body gets the first response and creates nothing.", async () => {
    const { path, options } = await ready(place, creation);
    const body = creation.body();
    const first = await post(path, body, options);
    expect([200, 201]).toContain(first.status);
    const again = await post(path, body, options);
    expect(again.status).toBe(first.status);
    expect(again.body).toEqual(first.body);
    expect(first.headers.has("idempotency-replayed")).toBe(false);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
    expect(await creation.made(body)).toBe(1);
    if (creation.mailTo) expect(await outboxOf(creation.mailTo(body))).toHaveLength(1);
  });

  test("The same key with another body is 422 and creates nothing.", async () => {
    const { path, options } = await ready(place, creation);
    const body = creation.body();
    const first = await post(path, body, options);
    const other = creation.other(body);
    const answer = await post(path, other, options);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ detail: wordsFor(path) });
    if (creation.mailTo) expect(await creation.made(other)).toBe(0);
    expect(await creation.made(body)).toBe(1);
    expect((await post(path, body, options)).body).toEqual(first.body);
  });

  test("Of concurrent requests with one key one runs; the others wait or get its response.", async () => {
    const { path, options } = await ready(place, creation);
    const body = creation.body();
    const responses = await Promise.all([1, 2, 3].map(() => post(path, body, options)));
    const done = responses.filter(({ status }) => status === 200 || status === 201);
    const busy = responses.filter(({ status }) => status === 409);
    expect(done.length).toBeGreaterThanOrEqual(1);
    expect(done.length + busy.length).toBe(3);
    expect(done.filter(({ headers }) => !headers.has("idempotency-replayed"))).toHaveLength(1);
    for (const answer of done) expect(answer.body).toEqual(done[0]?.body);
    for (const answer of busy) {
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(answer.body).toHaveProperty("detail");
    }
    expect(await creation.made(body)).toBe(1);
    if (creation.mailTo) expect(await outboxOf(creation.mailTo(body))).toHaveLength(1);
  });
});

const EVENTS = "/api/events/";
const draft = () => creations["post /api/events"]?.body() ?? {};

describe("a key", () => {
  test("An idempotency key belongs to its caller: the same key of another caller is independent.", async () => {
    const [ann, bob] = [await person(), await person()];
    const key = crypto.randomUUID();
    const body = draft();
    const hers = await post(EVENTS, body, keyed(key, ann));
    const his = await post(EVENTS, body, keyed(key, bob));
    expect([hers.status, his.status]).toEqual([201, 201]);
    expect(his.body.id).not.toBe(hers.body.id);
    expect((await post(EVENTS, draft(), keyed(key, bob))).status).toBe(422);
  });

  test("An idempotency key belongs to its route.", async () => {
    const ann = await person();
    const options = keyed(crypto.randomUUID(), ann);
    const body = draft();
    expect((await post(EVENTS, body, options)).status).toBe(201);
    expect((await post("/api/batch_events/", [body], options)).status).toBe(201);
  });

  test("An idempotency key matches with and without the trailing slash, and for JSON and forms.", async () => {
    const options = keyed(crypto.randomUUID(), await person());
    const body = draft() as Record<string, string>;
    const first = await post("/api/events", body, options);
    const again = await post(EVENTS, new URLSearchParams(body), options);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body).toEqual(first.body);
  });

  test("An idempotency key matches a body whose fields are in another order.", async () => {
    const options = keyed(crypto.randomUUID(), await person());
    const body = draft();
    const first = await post(EVENTS, body, options);
    const again = await post(EVENTS, Object.fromEntries(Object.entries(body).reverse()), options);
    expect(again.body).toEqual(first.body);
  });

  test("An idempotency key is free again after a refusal.", async () => {
    const options = keyed(crypto.randomUUID(), await person());
    const body = draft();
    expect((await post(EVENTS, { ...body, end_time: "2030-01-01T10:00Z" }, options)).status).toBe(400);
    expect((await post(EVENTS, body, options)).status).toBe(201);
  });

  test.each(["", "two words", "ключ", "x".repeat(256)])("The idempotency key %j is refused.", async (key) => {
    const answer = await post(EVENTS, draft(), keyed(key, await person()));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ detail: "Idempotency-Key takes 1 to 255 printable characters." });
  });

  test("An idempotency key of a caller without a sign-in stores nothing.", async () => {
    const [before] = await rows<{ n: number }>("SELECT count(*) AS n FROM idempotency_keys");
    expect((await post(EVENTS, draft(), keyed(crypto.randomUUID()))).status).toBe(401);
    expect(await rows("SELECT count(*) AS n FROM idempotency_keys")).toEqual([before]);
  });

  test("An idempotency key is ignored on a route that creates nothing.", async () => {
    const { username, password } = await person();
    const options = keyed(crypto.randomUUID());
    const first = await post("/api/auth/signin/", { username, password }, options);
    const again = await post("/api/auth/signin/", { username, password: "something else" }, options);
    expect([first.status, again.status]).toEqual([200, 401]);
  });
});

interface StoredKey {
  readonly id: string;
  readonly request_hash: string;
  readonly status: number;
  readonly answer: string;
}

/** The row of the key that was used last. */
async function lastKey(): Promise<StoredKey> {
  const [row] = await rows<StoredKey>(
    "SELECT * FROM idempotency_keys ORDER BY created_at DESC, rowid DESC LIMIT 1",
  );
  if (!row) throw new Error("no key is stored");
  return row;
}

describe("what is stored", () => {
  test("A stored response reveals neither key, request nor tokens.", async () => {
    const key = `key-${unique()}`;
    const username = unique("alpha");
    const body = { username, email: `${username}@example.com`, password: "securepassword123" };
    const { body: answer } = await post("/api/auth/signup/", body, keyed(key));
    const row = JSON.stringify(await lastKey());
    const [iv = "", sealed = ""] = JSON.parse(row).answer.split(".");
    expect(iv).not.toBe("");
    for (const secret of [key, username, body.password, answer.access, answer.refresh]) {
      expect(row).not.toContain(secret);
      expect(atob(sealed)).not.toContain(secret);
    }
  });

  test("The same response is encrypted to another text each time.", async () => {
    const ann = await person();
    const body = draft();
    await post(EVENTS, body, keyed(crypto.randomUUID(), ann));
    const first = await lastKey();
    await post(EVENTS, body, keyed(crypto.randomUUID(), ann));
    const second = await lastKey();
    expect(second.id).not.toBe(first.id);
    expect(second.request_hash).toBe(first.request_hash);
    expect(second.answer.slice(0, 40)).not.toBe(first.answer.slice(0, 40));
  });
});
