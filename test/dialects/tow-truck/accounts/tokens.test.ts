/** Tow Truck tokens: which are accepted, the refusals in the token library's words, refresh and sign-out. */
import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { runtimeOf } from "../../../../src/env.ts";
import { del, get, post, rows } from "../../../harness/api.ts";
import { encodings, notText, rubbish } from "../../../identity/requests.ts";
import { claimsOf, login, registered } from "../people.ts";

const PROFILE = "/api/v1/auth/profile/";
const REFRESH = "/api/v1/auth/token/refresh/";

const notValid = (message = "Token is invalid or expired") => ({
  detail: "Given token not valid for any token type",
  code: "token_not_valid",
  messages: [{ token_class: "AccessToken", token_type: "access", message }],
});

/** Signs claims with the server's own key, or another. */
async function forge(claims: Record<string, unknown>, changes: { alg?: string; key?: CryptoKey } = {}) {
  const key = changes.key ?? (await runtimeOf(env).keys.hmacKey("access"));
  return new SignJWT(claims).setProtectedHeader({ alg: changes.alg ?? "HS256" }).sign(key);
}

describe("a route for signed-in callers", () => {
  test("A request without credentials is refused.", async () => {
    const { status, body, headers } = await get(PROFILE);
    expect(status).toBe(401);
    expect(body).toEqual({ detail: "Учетные данные не были предоставлены." });
    expect(headers.get("www-authenticate")).toBe('Bearer realm="api"');
    const en = await get(PROFILE, { headers: { "accept-language": "en-GB" } });
    expect(en.body).toEqual({ detail: "Authentication credentials were not provided." });
    expect((await get(PROFILE, { headers: { authorization: "Basic YTpi" } })).body).toEqual(body);
  });

  test.each([["ru"], ["en"]])("A bad token is refused in English when asked in %s.", async (language) => {
    const headers = { "accept-language": language };
    const answer = await get(PROFILE, { token: "not.a.token", headers });
    expect(answer).toMatchObject({ status: 401, body: notValid() });
    expect(answer.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  test("A refresh token is not accepted as an access token.", async () => {
    const { refresh } = await registered();
    expect(await get(PROFILE, { token: refresh })).toMatchObject({
      status: 401,
      body: notValid("Token has wrong type"),
    });
  });

  test.each([["Bearer"], ["Bearer a b"]])("The header %j is refused.", async (authorization) => {
    expect(await get(PROFILE, { headers: { authorization } })).toMatchObject({
      status: 401,
      body: {
        detail: "Authorization header must contain two space-delimited values",
        code: "bad_authorization_header",
      },
    });
  });

  test("The authorization scheme is accepted in any case.", async () => {
    const { access, id } = await registered();
    expect((await get(PROFILE, { headers: { authorization: `bearer ${access}` } })).status).toBe(200);
    expect((await get(PROFILE, { headers: { authorization: `BEARER ${access}` } })).body.id).toBe(id);
  });

  test("Blocked and deleted users are refused, each with its own message.", async () => {
    const blocked = await registered();
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", blocked.id);
    expect(await get(PROFILE, { token: blocked.access })).toMatchObject({
      status: 401,
      body: { detail: "User is inactive", code: "user_inactive" },
    });
    const deleted = await registered();
    expect((await del(PROFILE, undefined, { token: deleted.access })).status).toBe(204);
    expect(await get(PROFILE, { token: deleted.access })).toMatchObject({
      status: 401,
      body: { detail: "User not found", code: "user_not_found" },
    });
  });

  test("Expired, unsigned, foreign and misdirected tokens are refused.", async () => {
    const { access } = await registered();
    const good = claimsOf(access);
    expect((await get(PROFILE, { token: await forge(good) })).status).toBe(200);
    const other = (await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-256" }, true, [
      "sign",
    ])) as CryptoKey;
    const [, payload] = access.split(".");
    const unsigned = `${btoa('{"alg":"none"}').replaceAll("=", "")}.${payload}.`;
    const { exp: _, ...endless } = good;
    const bad = [
      await forge({ ...good, exp: Math.floor(Date.now() / 1000) - 1 }),
      await forge(endless),
      await forge(good, { key: other }),
      await forge({ ...good, iss: "somebody" }),
      await forge({ ...good, aud: "something" }),
      await forge({ ...good, token_type: "refresh" }),
      await forge({ ...good, sid: crypto.randomUUID() }),
      await forge({ ...good, user_id: "1" }),
      unsigned,
      `${access}x`,
    ];
    for (const token of bad)
      expect(await get(PROFILE, { token })).toMatchObject({ status: 401, body: notValid() });
  });

  test("A token's session can't be another user's.", async () => {
    const [ann, bob] = [await registered(), await registered()];
    await get(PROFILE, { token: bob.access });
    const token = await forge({ ...claimsOf(bob.access), user_id: ann.id });
    expect((await get(PROFILE, { token })).status).toBe(401);
  });
});

describe("refreshing tokens", () => {
  test("A refresh answers a new working pair, in every body format and both slash forms.", async () => {
    let { refresh } = await registered();
    const bodies = [...encodings.map(([, encode]) => encode), (fields: object) => fields];
    for (const [index, encode] of bodies.entries()) {
      const path = index === 0 ? REFRESH.slice(0, -1) : REFRESH;
      const { status, body } = await post(path, encode({ refresh }));
      expect(status).toBe(200);
      expect(Object.keys(body)).toEqual(["access", "refresh"]);
      expect(body.refresh).not.toBe(refresh);
      expect((await get(PROFILE, { token: body.access })).status).toBe(200);
      refresh = body.refresh;
    }
  });

  test("A client that lost the last answer gets the current pair again.", async () => {
    const { refresh } = await registered();
    const first = await post(REFRESH, { refresh });
    const again = await post(REFRESH, { refresh });
    expect(again).toMatchObject({ status: 200, body: { refresh: first.body.refresh } });
  });

  test("Two concurrent refreshes get the same pair.", async () => {
    const { refresh } = await registered();
    const responses = await Promise.all([1, 2, 3].map(() => post(REFRESH, { refresh })));
    expect(new Set(responses.map(({ body }) => body.refresh)).size).toBe(1);
    expect((await post(REFRESH, { refresh: responses[0]?.body.refresh })).status).toBe(200);
  });

  test("A refresh token two steps behind ends its session, and no other.", async () => {
    const { refresh, phone } = await registered();
    const elsewhere = await login(phone);
    const one = await post(REFRESH, { refresh });
    const two = await post(REFRESH, { refresh: one.body.refresh });
    expect(await post(REFRESH, { refresh })).toMatchObject({
      status: 401,
      body: { code: "token_not_valid" },
    });
    expect((await post(REFRESH, { refresh: two.body.refresh })).status).toBe(401);
    expect((await get(PROFILE, { token: two.body.access })).status).toBe(401);
    expect((await get(PROFILE, { token: elsewhere.body.access })).status).toBe(200);
  });

  test("Garbage, access tokens and forgeries are refused in the library's words.", async () => {
    const { access, refresh } = await registered();
    const invalid = { status: 401, body: { detail: "Token is invalid or expired", code: "token_not_valid" } };
    const [prefix, session, count, mac] = refresh.split(".");
    for (const token of [
      "nonsense",
      "a.b.c",
      `${prefix}.${session}.${Number(count) + 1}.${mac}`,
      `${refresh}0`,
    ])
      expect(await post(REFRESH, { refresh: token })).toMatchObject(invalid);
    expect(await post(REFRESH, { refresh: access })).toMatchObject({
      status: 401,
      body: { detail: "Token has wrong type", code: "token_not_valid" },
    });
    const blank = ["Это поле не может быть пустым."];
    expect(await post(REFRESH, { refresh: "" })).toMatchObject({ status: 400, body: { refresh: blank } });
    expect((await post(REFRESH, {})).body).toEqual({ refresh: ["Обязательное поле."] });
  });

  test("A refresh of a blocked user, a deleted user or an expired session is refused.", async () => {
    const [blocked, deleted, expired] = [await registered(), await registered(), await registered()];
    await rows("UPDATE users SET is_active = 0 WHERE id = ?", blocked.id);
    await del(PROFILE, undefined, { token: deleted.access });
    await rows("UPDATE sessions SET refresh_expires_at = 1 WHERE user_id = ?", expired.id);
    for (const { refresh } of [blocked, deleted, expired])
      expect(await post(REFRESH, { refresh })).toMatchObject({
        status: 401,
        body: { detail: "Token is invalid or expired", code: "token_not_valid" },
      });
  });

  test.each([...rubbish, ...notText.map(([name, refresh]) => [name, { refresh }] as const)])(
    "A refresh answers %s without a server error.",
    async (_name, body) => {
      expect([400, 401]).toContain((await post(REFRESH, body)).status);
    },
  );
});

describe("sign-out", () => {
  test("Signing out ends this session and its refresh token, and no other session.", async () => {
    const { access, refresh, phone } = await registered();
    const elsewhere = await login(phone);
    expect((await post("/api/v1/auth/logout/", undefined, { token: access })).status).toBe(204);
    expect(await get(PROFILE, { token: access })).toMatchObject({ status: 401, body: notValid() });
    expect((await post(REFRESH, { refresh })).status).toBe(401);
    expect((await get(PROFILE, { token: elsewhere.body.access })).status).toBe(200);
    expect((await post("/api/v1/auth/logout/", undefined, { token: access })).status).toBe(401);
  });
});
